#include "ml/data/quantile_sketch.h"

#include <bit>
#include <cmath>

#include "base/check.h"

namespace sluice::ml {

double QuantileSketch::middle_of(std::uint32_t bucket) {
  const auto low = std::bit_cast<double>(static_cast<std::uint64_t>(bucket) << kShift);
  const auto high = std::bit_cast<double>(static_cast<std::uint64_t>(bucket + 1) << kShift);
  return std::isfinite(high) ? low + (high - low) / 2 : low;
}

void QuantileSketch::Side::cover(std::uint32_t bucket) {
  if (counts.empty()) first = bucket;
  if (bucket < first) {
    counts.insert(counts.begin(), first - bucket, 0);
    first = bucket;
  }
  if (bucket - first >= counts.size()) counts.resize(bucket - first + 1);
}

void QuantileSketch::Side::merge(const Side& other) {
  for (std::size_t i = 0; i < other.counts.size(); ++i)
    if (other.counts[i] > 0) add(other.first + static_cast<std::uint32_t>(i), other.counts[i]);
}

void QuantileSketch::merge(const QuantileSketch& other) {
  positive_.merge(other.positive_);
  negative_.merge(other.negative_);
  zeros_ += other.zeros_;
}

std::vector<std::pair<double, std::uint64_t>> QuantileSketch::buckets() const {
  std::vector<std::pair<double, std::uint64_t>> all;
  for (std::size_t i = negative_.counts.size(); i-- > 0;)
    if (negative_.counts[i] > 0)
      all.emplace_back(-middle_of(negative_.first + static_cast<std::uint32_t>(i)),
                       negative_.counts[i]);
  if (zeros_ > 0) all.emplace_back(0.0, zeros_);
  for (std::size_t i = 0; i < positive_.counts.size(); ++i)
    if (positive_.counts[i] > 0)
      all.emplace_back(middle_of(positive_.first + static_cast<std::uint32_t>(i)),
                       positive_.counts[i]);
  return all;
}

double QuantileSketch::quantile(double q) const {
  CHECK(count() > 0);
  const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(count() - 1));
  std::uint64_t seen = 0;
  double value = 0;
  for (const auto& [middle, n] : buckets()) {
    value = middle;
    seen += n;
    if (seen > rank) break;
  }
  return value;
}

}  // namespace sluice::ml
