#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice rollout`
void add_rollout_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
