// `sluice data drift REFERENCE CURRENT`: whether data changed against a reference.
#pragma once

#include "cli/command.h"

namespace sluice::cli {

// A subcommand of `data`.
void add_drift_command(CLI::App& data, Chosen& chosen);

}  // namespace sluice::cli
