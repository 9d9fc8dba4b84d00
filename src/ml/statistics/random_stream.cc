#include "ml/statistics/random_stream.h"

#include <bit>

#include "base/check.h"

namespace sluice::ml {

RandomStream::RandomStream(std::uint64_t start) {
  for (auto& word : state_) {
    start += 0x9e3779b97f4a7c15u;
    std::uint64_t z = start;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    word = z ^ (z >> 31);
  }
}

std::uint64_t RandomStream::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint32_t RandomStream::below(std::uint32_t bound) {
  CHECK(bound > 0);
  const std::uint32_t threshold = (0u - bound) % bound;
  while (true) {
    const std::uint64_t product = (next() >> 32) * bound;
    if (static_cast<std::uint32_t>(product) >= threshold)
      return static_cast<std::uint32_t>(product >> 32);
  }
}

double RandomStream::uniform() {
  return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53;
}

}  // namespace sluice::ml
