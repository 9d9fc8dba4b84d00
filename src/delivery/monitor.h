// The process above the keeper: starts it, and starts it again when it dies.
//
// `sluice target keep NAME` is the monitor; its child, the same program with --worker, is the
// keeper. The monitor holds nothing, so killing it costs nothing: the keeper goes on, and any
// command that later finds no keeper starts both anew. A keeper that ends in order ends the
// monitor. One that cannot even start for a reason that will not pass (exit status 2 or 3 of the
// first one) leaves its error in keeper.error for the command that wanted it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/log.h"
#include "base/result.h"
#include "os/world.h"

namespace sluice::delivery {

struct MonitorOptions {
  std::vector<std::string> worker;  // command of the keeper
  os::Path folder;                  // of the target
};

// Exit status of the last keeper. `stop` is handed to the keeper as SIGTERM.
Result<int> run_monitor(os::World world, Log& log, const MonitorOptions& options,
                        const CancellationToken& stop);

// 50 ms after the first death, doubled with each further one up to 5 s.
Duration keeper_restart_delay(int deaths);

// Whether the last keeper ended because the target was stopped: then nobody misses it.
bool was_stopped(const os::FileReader& files, const os::Path& folder);

Result<void> write_keeper_error(os::Files& files, const os::Path& folder, const Error& error);
std::optional<Error> read_keeper_error(const os::FileReader& files, const os::Path& folder);
Result<void> clear_keeper_error(os::Files& files, const os::Path& folder);

}  // namespace sluice::delivery
