// TMPDIR of a leg's steps: its temp folder under a path short enough for sockets (108 bytes are all
// that a socket's path may have, and a home lies deep).
#pragma once

#include "os/world.h"

namespace sluice::exec {

// `folder` itself when that is short; else a symbolic link to it in the machine's temporary folder,
// made unless it is there. Where the name is somebody else's: `folder`.
os::Path ensure_short_path(const os::World& world, const os::Path& folder);

// Removes the link if it is ours. Several calls are fine.
void remove_short_path(const os::World& world, const os::Path& folder);

}  // namespace sluice::exec
