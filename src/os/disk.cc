#include "os/disk.h"

#include <sys/statvfs.h>

#include <cerrno>

#include "base/strings.h"

namespace sluice::os {

Result<DiskSpace> disk_space(const Path& path) {
  struct statvfs info {};
  while (::statvfs(path.c_str(), &info) != 0) {
    if (errno != EINTR) return system_error(errno, cat("measure the disk of ", path.string()));
  }
  const std::uint64_t unit = info.f_frsize;
  return DiskSpace{info.f_blocks * unit, info.f_bavail * unit};
}

}  // namespace sluice::os
