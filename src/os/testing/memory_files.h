// A file system in memory that can fail and lose power. Thread-safe.
//
// What lose_power() keeps: content written with Durability::Power or synced, under the name it had
// or was later renamed to; folders and links. Symbolic links are followed only as the last
// component of a path. Folders must exist, as on disk; "/" does. Relative paths start at "/".
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "os/ports/clock.h"
#include "os/ports/files.h"
#include "os/testing/fault_plan.h"

namespace sluice::os {

class MemoryFiles final : public Files {
 public:
  explicit MemoryFiles(const Clock& clock);

  // Mutating calls are counted, recorded and failed through it.
  FaultPlan& faults() { return faults_; }
  void lose_power();

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
  struct Node;
  class Appender;
  // Shared by the names of a hard-linked file and by its open appenders.
  using NodePtr = std::shared_ptr<Node>;
  using Names = std::map<std::string, NodePtr>;

  Result<NodePtr> find(const std::string& name) const;
  Result<NodePtr> find_file(const Path& path) const;  // follows a last link
  Result<void> require_parent(const std::string& name) const;
  NodePtr make_file(std::string_view data, unsigned mode) const;
  void put(const std::string& name, NodePtr node, Durability durability);

  const Clock& clock_;
  FaultPlan faults_;
  mutable std::mutex mutex_;
  Names live_;
  Names durable_;
};

}  // namespace sluice::os
