#include "delivery/monitor.h"

#include <signal.h>

#include <algorithm>

#include "base/strings.h"
#include "delivery/presenter.h"
#include "os/pause.h"

namespace sluice::delivery {
namespace {

constexpr Duration kLivedWell = std::chrono::seconds(10);  // then the delay starts small again
constexpr int kFirstError = 2;                             // exit statuses 2 and 3: base/error.h
constexpr int kLastError = 3;

os::Path error_file(const os::Path& folder) {
  return folder / "keeper.error";
}

// Waits for the keeper; a stop is passed on to it once.
Result<os::ExitStatus> wait_for(os::Process& keeper, const CancellationToken& stop) {
  auto ended = keeper.wait(stop);
  if (ended.ok() || ended.error().code() != ErrorCode::Cancelled) return ended;
  keeper.send_signal(SIGTERM);
  return keeper.wait();
}

}  // namespace

Duration keeper_restart_delay(int deaths) {
  constexpr Duration kFirst = std::chrono::milliseconds(50);
  constexpr Duration kLongest = std::chrono::seconds(5);
  return std::min<Duration>(kLongest, kFirst * (1LL << std::clamp(deaths - 1, 0, 20)));
}

Result<int> run_monitor(os::World world, Log& log, const MonitorOptions& options,
                        const CancellationToken& stop) {
  os::ProcessSpec spec;
  spec.argv = options.worker;
  spec.env = world.environment.all();
  spec.output = 1;
  spec.error_output = 2;
  int deaths = 0;
  for (bool first = true;; first = false) {
    const SteadyTime started = world.clock.steady();
    const auto keeper = TRY(world.processes.spawn(spec));
    const os::ExitStatus status = TRY(wait_for(*keeper, stop));
    const bool refused =
        status.signal == 0 && status.code >= kFirstError && status.code <= kLastError;
    if (status.ok() || stop.cancelled() || (refused && first)) return status.code;
    deaths = world.clock.steady() - started >= kLivedWell ? 1 : deaths + 1;
    const Duration delay = keeper_restart_delay(deaths);
    log.write(LogLevel::Warning, "monitor",
              cat("the keeper (pid ", keeper->pid(), ") ended with ",
                  status.signal != 0 ? "signal " : "status ",
                  status.signal != 0 ? status.signal : status.code, "; starting another in ",
                  to_human(delay)));
    if (!os::pause(stop, delay)) return 0;
  }
}

bool was_stopped(const os::FileReader& files, const os::Path& folder) {
  const auto text = files.read(folder / "keeper.json", 4096);
  if (!text.ok()) return false;
  const auto beat = parse_json(text.value());
  return beat.ok() && beat->is_object() &&
         get_bool(beat->get_object(), "stopped").value_or(false) &&
         get_bool(beat->get_object(), "ended").value_or(false);
}

Result<void> write_keeper_error(os::Files& files, const os::Path& folder, const Error& error) {
  return files.write(error_file(folder), to_text(error_json(error)) + "\n");
}

std::optional<Error> read_keeper_error(const os::FileReader& files, const os::Path& folder) {
  const auto text = files.read(error_file(folder), 1u << 20);
  if (!text.ok()) return std::nullopt;
  return error_from_json(0, text.value());
}

Result<void> clear_keeper_error(os::Files& files, const os::Path& folder) {
  return files.remove_all(error_file(folder));
}

}  // namespace sluice::delivery
