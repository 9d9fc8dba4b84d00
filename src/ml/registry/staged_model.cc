#include "ml/registry/staged_model.h"

#include <array>

#include "base/ids.h"
#include "base/strings.h"
#include "ml/model/model_folder.h"
#include "ml/model/publish_folder.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kLockSuffix = ".lock";

// Nobody holds the lock of a copy whose process died.
void sweep(const os::World& world, const os::Path& incoming) {
  const auto entries = world.files.list(incoming);
  if (!entries.ok()) return;
  for (const auto& entry : entries.value()) {
    if (!entry.name.ends_with(kLockSuffix)) continue;
    const os::Path lock_path = incoming / entry.name;
    const auto lock = world.locks.try_lock(lock_path);
    if (!lock.ok()) continue;
    const auto removed = world.files.remove_all(os::Path(lock_path).replace_extension());
    if (removed.ok()) (void)world.files.remove_all(lock_path);
  }
}

std::string new_name(const os::World& world) {
  std::array<std::uint8_t, 10> bytes{};
  world.random.fill(bytes);
  return make_sortable_id(world.clock.now(), bytes);
}

}  // namespace

Result<std::unique_ptr<StagedModel>> StagedModel::stage(const os::World& world,
                                                        const os::Path& models,
                                                        const os::Path& folder,
                                                        const Digest& digest) {
  const os::Path incoming = models / ".incoming";
  TRY(world.files.make_directories(incoming));
  sweep(world, incoming);
  std::unique_ptr<StagedModel> staged = TRY(claim(world, incoming));
  TRY(copy_folder(world.files, folder, staged->folder()));
  const Digest copied = TRY(model_digest(world.files, staged->folder()));
  if (copied != digest)
    return corrupt(cat(folder.string(), " changed while it was copied: ", digest.to_string(),
                       " became ", copied.to_string()));
  return staged;
}

// A sweep of another process may look at a lock in the moment between its making and its taking;
// then another name is tried.
Result<std::unique_ptr<StagedModel>> StagedModel::claim(const os::World& world,
                                                        const os::Path& incoming) {
  constexpr int kTries = 5;
  for (int attempt = 1;; ++attempt) {
    const os::Path lock_path = incoming / cat(new_name(world), kLockSuffix);
    auto lock = world.locks.try_lock(lock_path);
    if (lock.ok())
      return std::unique_ptr<StagedModel>(
          new StagedModel(world.files, lock_path, std::move(lock).value()));
    if (lock.error().code() != ErrorCode::Busy || attempt == kTries) return lock.error();
  }
}

StagedModel::~StagedModel() {
  (void)files_.remove_all(folder());
  (void)files_.remove_all(lock_path_);
}

Result<void> StagedModel::place(const os::Path& target) {
  TRY(files_.make_directories(target.parent_path()));
  if (files_.stat(target).ok()) TRY(files_.remove_all(target));
  return files_.rename(folder(), target);
}

}  // namespace sluice::ml
