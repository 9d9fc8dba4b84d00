// Locks between processes: flock on a file that names its holder's pid.
//
// The kernel drops the lock when the holder dies, however it dies. The file stays behind, empty.
#pragma once

#include "os/ports/files.h"

namespace sluice::os {

class RealLocks final : public FileLocks {
 public:
  Result<std::unique_ptr<FileLock>> try_lock(const Path& path) override;
};

}  // namespace sluice::os
