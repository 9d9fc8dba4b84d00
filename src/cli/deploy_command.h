#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice deploy`
void add_deploy_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
