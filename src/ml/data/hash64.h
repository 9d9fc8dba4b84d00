// A fast 64-bit hash of bytes for sets and sketches, not for anything that must be safe from an
// adversary. Pure; the same on every machine of one byte order. The mixing step is the 64x64->128
// bit multiplication of wyhash (Wang Yi, public domain).
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice::ml {

inline std::uint64_t mix64(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0) {
  constexpr std::uint64_t kA = 0xa0761d6478bd642full;
  constexpr std::uint64_t kB = 0xe7037ed1a0b428dbull;
  std::uint64_t state = seed ^ kA;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    state = mix64(state ^ word, kB);
  }
  std::uint64_t tail = 0;
  if (left > 0) std::memcpy(&tail, at, left);
  return mix64(mix64(state ^ tail, kB) ^ kA, bytes.size() ^ kB);
}

}  // namespace sluice::ml
