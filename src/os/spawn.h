// posix_spawn with everything a ProcessSpec asks for; used by real_processes.cc alone.
#pragma once

#include "os/descriptor.h"
#include "os/ports/processes.h"

namespace sluice::os {

// Starts the child; `output` and `error_output` become its descriptors 1 and 2. InvalidInput for a
// spec that makes no sense; NotFound when the program or the working directory does not exist.
Result<pid_t> spawn_child(const ProcessSpec& spec, int output, int error_output);

}  // namespace sluice::os
