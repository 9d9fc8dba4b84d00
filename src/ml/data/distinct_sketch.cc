#include "ml/data/distinct_sketch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/encoding.h"

namespace sluice::ml {

namespace {

// x + the sum of x^(2^k) * 2^(k-1).
double sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double factor = 1;
  double sum = x;
  for (double before = -1; before != sum; factor *= 2) {
    before = sum;
    x *= x;
    sum += x * factor;
  }
  return sum;
}

// (1 - x - the sum of (1 - x^(2^-k))^2 * 2^-k) / 3.
double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double factor = 1;
  double sum = 1 - x;
  for (double before = -1; before != sum;) {
    before = sum;
    x = std::sqrt(x);
    factor /= 2;
    sum -= (1 - x) * (1 - x) * factor;
  }
  return sum / 3;
}

}  // namespace

void DistinctSketch::merge(const DistinctSketch& other) {
  for (std::size_t i = 0; i < registers_.size(); ++i)
    registers_[i] = std::max(registers_[i], other.registers_[i]);
}

// Ertl's improved raw estimator, from how many registers have each value. It needs no other
// estimator for few values, whose seam is off by up to 3 % near 2.5 times the registers.
std::uint64_t DistinctSketch::estimate() const {
  constexpr std::size_t kBits = 52;  // of a hash, beside those that choose the register
  const auto m = static_cast<double>(registers_.size());
  std::array<double, kBits + 2> registers_with{};
  for (const std::uint8_t value : registers_) ++registers_with[value];
  double z = m * tau(1 - registers_with[kBits + 1] / m);
  for (std::size_t k = kBits; k >= 1; --k) z = (z + registers_with[k]) / 2;
  z += m * sigma(registers_with[0] / m);
  constexpr double kLogOfTwo = 0.6931471805599453;
  return static_cast<std::uint64_t>(std::llround(m * m / (2 * kLogOfTwo * z)));
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
