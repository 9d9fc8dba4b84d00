// A model folder on its way into the home: copied below `models/.incoming/`, verified, then renamed
// to its place. What is not placed goes with the object; what a crash leaves behind is swept by the
// next one, which can tell by the lock that the living hold.
#pragma once

#include <memory>

#include "base/hash.h"
#include "base/result.h"
#include "os/ports/files.h"
#include "os/world.h"

namespace sluice::ml {

// One thread at a time.
class StagedModel {
 public:
  // Copies `folder` durably; Corrupt when the copy does not have `digest` (the folder changed
  // meanwhile, or the disk lies).
  static Result<std::unique_ptr<StagedModel>> stage(const os::World& world, const os::Path& models,
                                                    const os::Path& folder, const Digest& digest);
  ~StagedModel();
  StagedModel(const StagedModel&) = delete;
  StagedModel& operator=(const StagedModel&) = delete;

  // Renames to `target`. A folder that stands there is removed first: the caller knows that it is
  // nobody's.
  Result<void> place(const os::Path& target);

 private:
  StagedModel(os::Files& files, os::Path lock_path, std::unique_ptr<os::FileLock> lock)
      : files_(files), lock_path_(std::move(lock_path)), lock_(std::move(lock)) {}
  static Result<std::unique_ptr<StagedModel>> claim(const os::World& world,
                                                    const os::Path& incoming);
  os::Path folder() const { return os::Path(lock_path_).replace_extension(); }

  os::Files& files_;
  os::Path lock_path_;
  std::unique_ptr<os::FileLock> lock_;
};

}  // namespace sluice::ml
