#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice run [FILE…]`
void add_run_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
