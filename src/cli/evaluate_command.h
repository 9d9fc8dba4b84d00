#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice evaluate`
void add_evaluate_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
