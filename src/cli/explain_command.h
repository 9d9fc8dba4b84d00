#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice explain RUN [JOB [STEP]]`
void add_explain_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
