// `sluice train SPEC`: run a training job in the foreground and put its model in its place.
#pragma once

#include "cli/command.h"

namespace sluice::cli {

// Also adds the hidden command that is the built-in trainer itself, run as a child process.
void add_train_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
