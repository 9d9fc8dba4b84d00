// `sluice serve MODEL`: answer predictions over HTTP until told to end.
#pragma once

#include "cli/command.h"

namespace sluice::cli {

void add_serve_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
