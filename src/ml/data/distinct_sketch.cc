#include "ml/data/distinct_sketch.h"

#include <algorithm>
#include <cmath>

#include "base/encoding.h"

namespace sluice::ml {

void DistinctSketch::merge(const DistinctSketch& other) {
  for (std::size_t i = 0; i < registers_.size(); ++i)
    registers_[i] = std::max(registers_[i], other.registers_[i]);
}

std::uint64_t DistinctSketch::estimate() const {
  const auto m = static_cast<double>(registers_.size());
  double sum = 0;
  double empty = 0;
  for (const std::uint8_t r : registers_) {
    sum += std::ldexp(1.0, -r);
    if (r == 0) ++empty;
  }
  const double alpha = 0.7213 / (1 + 1.079 / m);
  double estimate = alpha * m * m / sum;
  if (estimate <= 2.5 * m && empty > 0) estimate = m * std::log(m / empty);
  return static_cast<std::uint64_t>(std::llround(estimate));
}

std::string DistinctSketch::text() const {
  return base64_encode({reinterpret_cast<const char*>(registers_.data()), registers_.size()});
}

std::optional<DistinctSketch> DistinctSketch::read(std::string_view text) {
  constexpr std::uint8_t kMost = 64 - 12 + 1;
  const auto bytes = base64_decode(text);
  DistinctSketch sketch;
  if (!bytes || bytes->size() != sketch.registers_.size()) return std::nullopt;
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    sketch.registers_[i] = static_cast<std::uint8_t>((*bytes)[i]);
    if (sketch.registers_[i] > kMost) return std::nullopt;
  }
  return sketch;
}

}  // namespace sluice::ml
