// `sluice conformance`: how far we agree with the public suites of a pipeline language.
#pragma once

#include "cli/command.h"

namespace sluice::cli {

void add_conformance_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
