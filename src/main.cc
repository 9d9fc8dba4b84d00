// Builds the world (real clock, files, processes, …) and hands it to the command line.
#include <cstdio>

#include "cli/cli.h"
#include "cli/real_terminal.h"
#include "os/interrupt.h"
#include "os/real_world.h"

int main(int argc, char** argv) {
  using namespace sluice;
  auto interrupts = os::Interrupts::install();
  if (!interrupts.ok()) {
    std::fprintf(stderr, "sluice: %s\n", interrupts.error().describe().c_str());
    return 3;
  }
  os::RealWorld real;
  const os::World world = real.world();
  cli::RealTerminal terminal(world.environment.get("TERM").value_or(""));
  cli::TerminalLog log(terminal);
  const auto executable = world.files.resolve("/proc/self/exe");
  cli::Context context{world,
                       terminal,
                       log,
                       (*interrupts)->first(),
                       (*interrupts)->second(),
                       executable.ok() ? *executable : os::Path("sluice")};
  return cli::run_command_line(context, {argv + 1, argv + argc});
}
