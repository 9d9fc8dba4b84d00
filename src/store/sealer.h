// Sealing: values that must not be readable in the journal (secrets, masks, masked outputs) are
// stored encrypted and authenticated (AES-256-GCM) under a key of this home.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "os/ports/files.h"
#include "os/ports/random.h"

namespace sluice::store {

// Thread-safe.
class Sealer {
 public:
  // Reads keys/seal.key (32 bytes, mode 0600) below `home`, creating it on first use. Refuses a key
  // file that others may read.
  static Result<std::unique_ptr<Sealer>> open(os::Files& files, os::Random& random,
                                              const os::Path& home);

  virtual ~Sealer() = default;
  // Text for the journal. Sealing the same bytes twice gives different texts.
  virtual std::string seal(std::string_view bytes) const = 0;
  // Corrupt when it was not sealed with this key or was changed.
  virtual Result<std::string> open_sealed(std::string_view text) const = 0;
  // Keyed digest: equal bytes give equal digests, and nobody without the key can guess them.
  virtual Digest fingerprint(std::string_view bytes) const = 0;
};

}  // namespace sluice::store
