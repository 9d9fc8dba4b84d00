#include "os/testing/fake_random.h"

namespace sluice::os {

void FakeRandom::fill(std::span<std::uint8_t> bytes) {
  std::lock_guard lock(mutex_);
  // The counter stands at the end, so that identifiers made of these bytes also sort upwards.
  std::uint64_t value = next_++;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    bytes[i - 1] = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

}  // namespace sluice::os
