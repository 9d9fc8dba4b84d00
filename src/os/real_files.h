// The file system of this machine.
//
// A whole-file write goes to `.sluice-tmp-<pid>-<n>` in the same folder and is renamed; a failed
// one removes that file. A write to a symbolic link replaces the link. Modes are subject to the
// umask, except in copy() and set_mode().
#pragma once

#include <atomic>
#include <cstdint>

#include "os/descriptor.h"
#include "os/ports/files.h"

namespace sluice::os {

class RealFiles final : public Files {
 public:
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
  class TemporaryFile;

  Result<TemporaryFile> make_temporary(const Path& beside, unsigned mode);

  std::atomic<std::uint64_t> next_temporary_{1};
};

}  // namespace sluice::os
