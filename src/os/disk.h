// Space on a disk.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::os {

struct DiskSpace {
  std::uint64_t total = 0;      // bytes
  std::uint64_t available = 0;  // bytes that this user may still write
};

// Of the file system that holds `path`, which exists.
Result<DiskSpace> disk_space(const Path& path);

}  // namespace sluice::os
