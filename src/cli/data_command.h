// `sluice data infer|profile|validate|drift`: what a data file is like, whether it is as agreed,
// and whether it changed.
#pragma once

#include "cli/command.h"

namespace sluice::cli {

void add_data_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
