// The secret that verdicts of one home are signed with: `keys/verdict.key`, 32 random bytes, mode
// 0600, created on first use. A value; a key file that others may read is refused.
#pragma once

#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"
#include "os/ports/files.h"
#include "os/ports/random.h"

namespace sluice::ml {

class VerdictKey {
 public:
  static Result<VerdictKey> open(os::Files& files, os::Random& random, const os::Path& home);
  explicit VerdictKey(std::string bytes) : bytes_(std::move(bytes)) {}

  Digest sign(std::string_view text) const { return hmac_sha256(bytes_, text); }

 private:
  std::string bytes_;
};

}  // namespace sluice::ml
