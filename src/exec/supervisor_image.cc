#include "exec/supervisor_image.h"

#include "base/hash.h"
#include "base/strings.h"

extern "C" {
extern const char sluice_supervisor_image[];
extern const char sluice_supervisor_image_end[];
}

namespace sluice::exec {

std::string_view supervisor_image() {
  return {sluice_supervisor_image,
          static_cast<std::size_t>(sluice_supervisor_image_end - sluice_supervisor_image)};
}

Result<os::Path> install_supervisor(os::Files& files, const os::Path& home) {
  const std::string_view image = supervisor_image();
  const os::Path path = home / "bin" / cat("supervisor-", sha256(image).hex().substr(0, 16));
  const Result<os::FileInfo> there = files.stat(path);
  if (there.ok() && there.value().size == image.size()) return path;
  TRY(files.make_directories(path.parent_path()));
  TRY(files.write(path, image, os::Durability::Process, 0755));
  return path;
}

}  // namespace sluice::exec
