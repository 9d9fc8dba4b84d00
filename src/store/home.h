// Where this user's or server's sluice keeps everything: journals, registry, models, logs, keys.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "os/world.h"

namespace sluice::store {

// A git repository around a folder.
struct Checkout {
  os::Path root;        // of the work tree
  os::Path common_dir;  // the repository itself: shared by its work trees
};

// The checkout that `folder` lies in; nullopt outside of any.
Result<std::optional<Checkout>> find_checkout(const os::FileReader& files, const os::Path& folder);

// $SLUICE_HOME; else ${XDG_STATE_HOME:-~/.local/state}/sluice/<repository id>, where the id is the
// repository's folder name and 12 hex digits of the digest of its path, or "default" outside of
// any. Creates the folder (mode 0700). InvalidInput when it would lie inside the checkout, where
// commands such as `git clean` would delete it.
Result<os::Path> find_home(const os::World& world, const os::Path& working_directory);

// Held while leftovers of a home are looked for and removed, and by a new owner of a run until it
// has the run's own lock: so a collection sees every run that goes on, and none starts in the
// middle of it. Waits for whoever holds it, half a minute at most (Busy).
Result<std::unique_ptr<os::FileLock>> lock_collection(const os::World& world, const os::Path& home);

}  // namespace sluice::store
