#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice plan [FILE…]`
void add_plan_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
