// Bytes that count upwards: different at each call, the same in each run. Thread-safe.
#pragma once

#include <mutex>

#include "os/ports/random.h"

namespace sluice::os {

class FakeRandom final : public Random {
 public:
  explicit FakeRandom(std::uint64_t seed = 1) : next_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::mutex mutex_;
  std::uint64_t next_;
};

}  // namespace sluice::os
