#include "ml/data/distinct_sketch.h"

#include <algorithm>
#include <cmath>

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

}  // namespace sluice::ml
