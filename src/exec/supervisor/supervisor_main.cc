// The program that carries the steps of a leg: supervisor FOLDER CLIENT_DESCRIPTOR
//
// Started by the host back end; secrets reach it over the connection only. Exit status: 0 done,
// 3 the leg has a supervisor already or this one could not start.
#include <cstdio>
#include <cstdlib>

#include "exec/supervisor/supervisor.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: supervisor FOLDER CLIENT_DESCRIPTOR\n", stderr);
    return 2;
  }
  auto supervisor = sluice::exec::Supervisor::open(argv[1], std::atoi(argv[2]));
  if (!supervisor.ok()) {
    std::fprintf(stderr, "supervisor: %s\n", supervisor.error().describe().c_str());
    return 3;
  }
  (*supervisor)->run();
  return 0;
}
