#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice gate`
void add_gate_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
