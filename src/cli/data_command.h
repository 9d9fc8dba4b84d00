// `sluice data infer|profile|validate`: what a data file is like, and whether it is as agreed.
#pragma once

#include "cli/command.h"

namespace sluice::cli {

void add_data_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
