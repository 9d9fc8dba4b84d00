// A reader of files that hashes what is read from them, so that a file which was read to its end
// need not be read again for its digest. One thread at a time for each stream.
#pragma once

#include <map>
#include <memory>

#include "base/hash.h"
#include "ml/data/input_files.h"
#include "os/ports/files.h"

namespace sluice::ml {

using FileDigests = std::map<os::Path, Digest>;

class HashedFiles final : public os::FileReader {
 public:
  // `files` outlives this; streams do not.
  explicit HashedFiles(const os::FileReader& files) : files_(files) {}

  // Of those that were read from the first byte to the last, as their paths were given.
  const FileDigests& digests() const { return *digests_; }

  Result<std::string> read(const os::Path& path, std::uint64_t limit) const override;
  Result<std::unique_ptr<os::ReadFile>> open(const os::Path& path) const override;
  Result<os::FileInfo> stat(const os::Path& path) const override;
  Result<std::vector<os::DirectoryEntry>> list(const os::Path& directory) const override;
  Result<os::Path> read_link(const os::Path& path) const override;
  Result<os::Path> resolve(const os::Path& path) const override;

 private:
  const os::FileReader& files_;
  std::unique_ptr<FileDigests> digests_ = std::make_unique<FileDigests>();
};

// As data_digest() of table.h; files whose digests are known already are not read.
Result<Digest> data_digest(const os::FileReader& files, const Inputs& inputs,
                           const FileDigests& known);

}  // namespace sluice::ml
