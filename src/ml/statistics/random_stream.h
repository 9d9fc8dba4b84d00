// Random numbers that are the same on every machine for the same start number: what resampling
// draws from, so that a verdict can be repeated. Not for secrets.
//
// xoshiro256** 1.0 (Blackman & Vigna 2018, prng.di.unimi.it), its state filled by splitmix64 from
// the start number; below() is Lemire's multiply-shift with rejection (ACM TOMACS 29(1), 2019).
// A value; one thread at a time.
#pragma once

#include <array>
#include <cstdint>

namespace sluice::ml {

class RandomStream {
 public:
  explicit RandomStream(std::uint64_t start);

  std::uint64_t next();
  // Uniform in [0, bound); bound > 0.
  std::uint32_t below(std::uint32_t bound);
  // Uniform in (0, 1): the middles of 2^53 equal parts.
  double uniform();

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace sluice::ml
