// The command line: parses it, runs the action, maps errors to exit statuses.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace sluice::cli {

// The whole program but for its start-up. `arguments` without the program's name.
int run_command_line(Context& context, const std::vector<std::string>& arguments);

}  // namespace sluice::cli
