#include "exec/temp_link.h"

#include "base/hash.h"
#include "base/strings.h"

namespace sluice::exec {
namespace {

constexpr std::size_t kShortEnough = 50;

os::Path link_path(const os::World& world, const os::Path& folder) {
  const os::Path base = world.environment.get("TMPDIR").value_or("/tmp");
  return base / cat("sluice-", sha256(folder.string()).hex().substr(0, 12));
}

bool is_ours(const os::World& world, const os::Path& link, const os::Path& folder) {
  const Result<os::Path> target = world.files.read_link(link);
  return target.ok() && target.value() == folder;
}

}  // namespace

os::Path ensure_short_path(const os::World& world, const os::Path& folder) {
  if (folder.native().size() <= kShortEnough) return folder;
  os::Path link = link_path(world, folder);
  const bool there = world.files.symlink(folder, link).ok() || is_ours(world, link, folder);
  return there ? link : folder;
}

void remove_short_path(const os::World& world, const os::Path& folder) {
  const os::Path link = link_path(world, folder);
  if (is_ours(world, link, folder)) (void)world.files.remove_all(link);
}

}  // namespace sluice::exec
