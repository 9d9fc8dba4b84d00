// What a command is: options that CLI11 fills, and an action that runs after parsing.
//
// One file per command (`data_command.cc` holds `sluice data …`): it declares its options in
// add_<name>_command(), and its callback stores the action. Commands translate between people and
// app/; they hold no rule of their own. CLI11 is included by these .cc files only.
#pragma once

#include <functional>
#include <string>

#include "base/cancellation.h"
#include "base/log.h"
#include "base/result.h"
#include "cli/terminal.h"
#include "os/world.h"

namespace CLI {
class App;
}

namespace sluice::cli {

// What an action may use. Borrowed for the time of the call.
struct Context {
  os::World world;
  Terminal& terminal;
  Log& log;
  // Cancelled at the first Ctrl-C or SIGTERM; `kill` at the second.
  CancellationToken interrupt;
  CancellationToken kill;
  os::Path executable;  // this program, absolute
};

// Exit status: 0 done, 1 the user's work failed, 2 bad usage or input file, 3 our side could not.
// An Error is printed as "sluice: <message>" and becomes 2 or 3 (base/error.h).
using Action = std::function<Result<int>(Context&)>;

// Where parsing leaves the action that was asked for.
struct Chosen {
  Action action;
};

}  // namespace sluice::cli
