#pragma once

#include "cli/command.h"

namespace sluice::cli {

// `sluice gc`
void add_gc_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
