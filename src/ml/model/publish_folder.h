// A folder that appears under its name all at once.
#pragma once

#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::ml {

// The name to prepare the folder under: beside `folder`, so that the rename stays on one file
// system.
os::Path staging_path(const os::Path& folder);

// Gives `staged` the name `folder`. A folder that was there is moved aside first and removed
// afterwards: the caller knows that it may go. Anything else there (a file, a link) is
// FailedPrecondition. Who dies in between leaves it aside, from where the next
// call takes it back first. A reader sees the old folder, for a moment none, then the new one. On
// an error the old one is back under its name wherever that is possible, and `staged` stays.
Result<void> publish_folder(os::Files& files, const os::Path& staged, const os::Path& folder);

// Copies all files below `from` to below `to` (made where missing), durably. A link or a special
// file is InvalidInput.
Result<void> copy_folder(os::Files& files, const os::Path& from, const os::Path& to);

}  // namespace sluice::ml
