#include "os/real_random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/check.h"

namespace sluice::os {

void RealRandom::fill(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::getrandom(bytes.data(), bytes.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    CHECK(n > 0);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

}  // namespace sluice::os
