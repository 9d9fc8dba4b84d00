// What the simulations of docs/statistics.md share: numbers from a stream, start numbers, words.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {

inline constexpr std::size_t kSizes[] = {1'000, 10'000, 100'000};

inline double normal(RandomStream& random) {
  return normal_quantile(random.uniform());
}

// A start number for each simulation, from its name.
inline std::uint64_t seed_of(std::string_view name, std::size_t n) {
  std::uint64_t seed = 20'261'121 + n;
  for (const char c : name) seed = seed * 1'099'511'628'211u + static_cast<unsigned char>(c);
  return seed;
}

inline std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

// Rows of a table about checks that judge one number (single_number_gates.cc).
void write_single_number_gates();

}  // namespace sluice::ml
