#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice model list|show|register|approve|reject|alias`
void add_model_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
