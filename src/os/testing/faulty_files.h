// Any Files whose n-th mutating call fails: a full disk at every place where one can happen.
#pragma once

#include "os/ports/files.h"
#include "os/testing/fault_plan.h"

namespace sluice::os {

// Counts every call of FileWriter and FileTree and every append, sync and close of an AppendFile. A
// call that fails does nothing, but an append that fails leaves the first half of its data behind,
// as a full disk does.
class FaultyFiles final : public Files {
 public:
  explicit FaultyFiles(Files& inner) : inner_(inner) {}

  FaultPlan& faults() { return faults_; }

  Result<std::string> read(const Path& path, std::uint64_t limit) const override;
  Result<std::unique_ptr<ReadFile>> open(const Path& path) const override;
  Result<FileInfo> stat(const Path& path) const override;
  Result<std::vector<DirectoryEntry>> list(const Path& directory) const override;
  Result<Path> read_link(const Path& path) const override;
  Result<Path> resolve(const Path& path) const override;

  Result<void> write(const Path& path, std::string_view data, Durability durability,
                     unsigned mode) override;
  Result<void> create_exclusive(const Path& path, std::string_view data, Durability durability,
                                unsigned mode) override;
  Result<std::unique_ptr<AppendFile>> open_append(const Path& path, unsigned mode) override;
  Result<void> overwrite(const Path& path, std::string_view data) override;

  Result<void> make_directories(const Path& path, unsigned mode) override;
  Result<void> rename(const Path& from, const Path& to) override;
  Result<void> remove_all(const Path& path) override;
  Result<void> hard_link(const Path& target, const Path& link) override;
  Result<void> symlink(const Path& target, const Path& link) override;
  Result<void> copy(const Path& from, const Path& to) override;
  Result<void> set_mode(const Path& path, unsigned mode) override;

 private:
  Files& inner_;
  FaultPlan faults_;
};

}  // namespace sluice::os
