// Models that were deployed out of a folder of the user's: copies below <home>/deployed/<digest>/,
// so that what becomes of the folder never reaches what serves.
//
// Who deploys holds store::lock_collection from keep_deployed_model() until the target's journal
// has the revision; who removes holds it as well.
#pragma once

#include "base/hash.h"
#include "base/result.h"
#include "os/world.h"

namespace sluice::app {

// The folder of the copy. Corrupt when `folder` does not have `digest`.
Result<os::Path> keep_deployed_model(const os::World& world, const os::Path& home,
                                     const os::Path& folder, const Digest& digest);

// Those that no target can start any more (delivery::revisions_in_use); how many there were.
Result<std::size_t> remove_unused_deployed_models(const os::World& world, const os::Path& home);

}  // namespace sluice::app
