#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice doctor`: what this machine offers, and what is missing for what.
void add_doctor_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
