#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice plan [FILE…]` and `sluice lint [FILE…]`
void add_plan_command(CLI::App& root, Chosen& chosen);
void add_lint_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
