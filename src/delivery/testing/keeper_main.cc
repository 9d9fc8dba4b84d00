// A keeper for tests, as `sluice target keep` is one.
//   keeper monitor|worker FOLDER
#include <iostream>

#include "delivery/keeper.h"
#include "delivery/monitor.h"
#include "os/interrupt.h"
#include "os/real_world.h"

namespace sluice {
namespace {

class PrintingLog final : public Log {
 public:
  void write(LogLevel, std::string_view component, std::string_view message) override {
    std::cerr << component << ": " << message << std::endl;
  }
};

int run(std::string_view role, const std::string& program, const os::Path& folder) {
  const auto interrupts = os::Interrupts::install().value();
  os::RealWorld real;
  PrintingLog log;
  const auto status =
      role == "worker"
          ? delivery::keep_target(real.world(), log, folder, interrupts->first())
          : delivery::run_monitor(real.world(), log, {{program, "worker", folder}, folder},
                                  interrupts->first());
  if (status.ok()) return *status;
  std::cerr << status.error().describe() << "\n";
  return exit_status(status.error().code());
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  return argc == 3 ? sluice::run(argv[1], argv[0], argv[2]) : 2;
}
