#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice data validate`: a file against a schema of ours or a suite of Great Expectations.
void add_data_validate_command(CLI::App& data, Chosen& chosen);
// `sluice data expectations`: which expectations a suite may hold.
void add_data_expectations_command(CLI::App& data, Chosen& chosen);

}  // namespace sluice::cli
