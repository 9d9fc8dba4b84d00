#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice lint [FILE…]`
void add_lint_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
