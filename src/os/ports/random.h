#pragma once

#include <cstdint>
#include <span>

namespace sluice::os {

// Cryptographic randomness. Thread-safe; cannot fail (an operating system without it aborts us).
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

}  // namespace sluice::os
