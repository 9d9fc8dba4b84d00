// Blobs as files of a folder: blobs/ab/cdef… (the digest's hex digits).
//
// A blob is written beside its place and renamed, so it is there whole or not at all; putting it
// again changes nothing. Files are read-only (0444), since callers may hard-link them. Under
// Durability::Power the content survives the loss of power, and so does the name of a blob made by
// put(); that of put_file() is durable with the file system's next commit.
#pragma once

#include "os/ports/files.h"
#include "store/ports/blob_store.h"

namespace sluice::store {

class FolderBlobStore final : public BlobStore {
 public:
  // `files` outlives the store; `folder` is made at the first put.
  FolderBlobStore(os::Files& files, os::Path folder,
                  os::Durability durability = os::Durability::Process)
      : files_(files), folder_(std::move(folder)), durability_(durability) {}

  Result<BlobInfo> put(std::string_view bytes) override;
  Result<BlobInfo> put_file(const os::Path& path) override;
  Result<os::Path> path_of(const Digest& digest) const override;
  Result<void> for_each(const std::function<Result<void>(const BlobInfo&)>& visit) const override;
  Result<void> remove(const Digest& digest) override;

  // Reads the blob through and compares: Corrupt when its content is another one.
  Result<void> verify(const Digest& digest) const;

 private:
  enum class Presence { Here, Missing };

  os::Path place_of(const Digest& digest) const;
  Presence find(const Digest& digest, std::uint64_t size) const;
  Result<os::Path> reserve_incoming(const Digest& expected);
  Result<BlobInfo> move_in(const os::Path& incoming);

  os::Files& files_;
  os::Path folder_;
  os::Durability durability_;
};

}  // namespace sluice::store
