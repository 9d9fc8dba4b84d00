#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice runs list|show|logs|watch|cancel|resume|rerun|shell|prune`
void add_runs_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
