#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice fidelity [FILE…]`
void add_fidelity_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
