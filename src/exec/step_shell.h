// What a person needs to stand where a step of the host stood: its folder and its environment.
// Secrets are in that environment, as they are in the step's.
#pragma once

#include <map>
#include <string>

#include "exec/ports/step_backend.h"
#include "os/world.h"

namespace sluice::exec {

struct StepShell {
  os::Path working_directory;
  std::map<std::string, std::string> env;
  std::string again;  // what runs the step's script; empty for built-in actions
};

// Makes the empty files that variables such as GITHUB_OUTPUT name, where they are gone; nobody
// reads them. FailedPrecondition when the workspace is gone.
Result<StepShell> step_shell(const os::World& world, const os::Path& home, const LegAddress& leg,
                             const pipeline::RunStep& step);

}  // namespace sluice::exec
