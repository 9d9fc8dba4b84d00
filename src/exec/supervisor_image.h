// The supervisor program as bytes inside this one.
#pragma once

#include <string_view>

#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::exec {

std::string_view supervisor_image();

// Writes the program to <home>/bin/supervisor-<digest>, unless it is there, and returns its path.
Result<os::Path> install_supervisor(os::Files& files, const os::Path& home);

}  // namespace sluice::exec
