// The sources a job works on: an own clone of the user's repository at a commit, and the user's
// edits laid over it. The user's repository is only read.
//
// Everything goes through the `git` program with hooks, system configuration and prompts off.
// Errors: NotFound without git or repository, FailedPrecondition where the repository cannot give
// what is asked (no commit yet, a shallow clone without the commit).
#pragma once

#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "os/world.h"

namespace sluice::exec {

// Tracked edits and unignored untracked files of a working tree, as a folder: files/<path> holds
// what differs from HEAD, `deleted` (NUL-separated) what HEAD has and the working tree has not.
struct Snapshot {
  os::Path folder;                      // empty: nothing differs
  std::vector<std::string> changed;     // paths inside the repository, sorted
  std::vector<std::string> deleted;     // sorted
  std::vector<std::string> submodules;  // differ and are not captured
};

// Captured once per run; `folder` must not exist. On an error nothing is left behind.
Result<Snapshot> capture_snapshot(const os::World& world, const os::Path& repository,
                                  const os::Path& folder, const CancellationToken& cancel = {});

// Lays a captured snapshot over a checkout. Again after a crash: same result.
Result<void> apply_snapshot(const os::World& world, const os::Path& snapshot,
                            const os::Path& destination);

struct CloneRequest {
  os::Path repository;
  os::Path destination;  // made, or emptied
  os::Path scratch;      // folder on the same file system, where the clone is made
  std::string revision;  // commit, branch or tag
  std::string branch;    // local branch to stand on; empty: detached
};

// Objects are hard-linked where both are on one file system, copied otherwise. Returns the commit.
// The clone is made under a name of its own in `scratch` and then moved, since the git of an
// earlier attempt may outlive the program that started it and would write into the same folder.
Result<std::string> clone_at(const os::World& world, const CloneRequest& request,
                             const CancellationToken& cancel = {});

}  // namespace sluice::exec
