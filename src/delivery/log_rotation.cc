#include "delivery/log_rotation.h"

#include "base/strings.h"
#include "delivery/target_folder.h"

namespace sluice::delivery {
namespace {

os::Path older_part(const os::Path& log) {
  return cat(log.string(), ".1");
}

}  // namespace

Result<void> rotate_log(os::Files& files, const os::Path& log, std::uint64_t largest) {
  const auto info = files.stat(log);
  if (!info.ok() || info->kind != os::FileKind::Regular || info->size <= largest) return success();
  TRY(files.remove_all(older_part(log)));
  // Where there is no room for a copy the log is emptied all the same.
  const Result<void> copied = files.copy(log, older_part(log));
  if (!copied.ok()) TRY(files.remove_all(older_part(log)));
  TRY(files.overwrite(log, ""));
  return copied;
}

Result<void> rotate_target_logs(os::Files& files, const os::Path& target_folder,
                                std::uint64_t largest) {
  Result<void> first = rotate_log(files, keeper_log(target_folder), largest);
  const auto replicas = files.list(target_folder / "replicas");
  if (!replicas.ok()) return first;
  for (const os::DirectoryEntry& replica : *replicas) {
    const Result<void> done = rotate_log(files, replica_log(target_folder, replica.name), largest);
    if (first.ok()) first = done;
  }
  return first;
}

Result<std::string> read_log(const os::FileReader& files, const os::Path& log) {
  constexpr std::uint64_t kMost = 1u << 30;
  std::string text = files.read(older_part(log), kMost).value_or("");
  return text += TRY(files.read(log, kMost));
}

}  // namespace sluice::delivery
