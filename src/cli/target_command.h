#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice target`
void add_target_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
