// `sluice train SPEC`: run a training job in the foreground and put its model in its place.
#pragma once

#include "cli/command.h"
#include "ml/train/process_training_backend.h"

namespace sluice::cli {

// How commands run training jobs: in the home, with the built-in algorithms.
ml::ProcessTrainingSettings training_settings(const Context& context, const os::Path& home);

// Also adds the hidden command that is the built-in trainer itself, run as a child process.
void add_train_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
