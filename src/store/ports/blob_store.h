// Content-addressed bytes: written once, named by their SHA-256.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::store {

struct BlobInfo {
  Digest digest;
  std::uint64_t size = 0;
};

// Thread-safe, also between processes. What put() returned stays until remove().
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  virtual Result<BlobInfo> put(std::string_view bytes) = 0;
  virtual Result<BlobInfo> put_file(const os::Path& path) = 0;  // copies, streaming
  // A path to read the blob from; it must not be changed. NotFound when it is not here.
  virtual Result<os::Path> path_of(const Digest& digest) const = 0;
  virtual Result<void> for_each(
      const std::function<Result<void>(const BlobInfo&)>& visit) const = 0;
  virtual Result<void> remove(const Digest& digest) = 0;
};

}  // namespace sluice::store
