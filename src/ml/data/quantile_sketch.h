// Quantiles of numbers in bounded memory. A value.
//
// Values are counted in buckets that divide every power of two into 64 equal parts, so that a
// quantile comes back within 0.79 % of a value that really has that rank (the guarantee of
// DDSketch, Masson, Rim, Lee 2019, with the log-linear buckets of HdrHistogram instead of
// logarithms). Merging is exact: the sketch of a whole is the merge of the sketches of its parts.
// Memory: 8 bytes for each bucket between the smallest and the largest magnitude, at most 2 MB.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace sluice::ml {

class QuantileSketch {
 public:
  static constexpr double kRelativeError = 1.0 / 127;

  void add(double value, std::uint64_t count = 1) {  // finite
    if (value > 0)
      positive_.add(bucket_of(value), count);
    else if (value < 0)
      negative_.add(bucket_of(-value), count);
    else
      zeros_ += count;
  }
  void merge(const QuantileSketch& other);

  std::uint64_t count() const { return zeros_ + positive_.total + negative_.total; }
  // The value of rank q in [0, 1] ("lower": of an even count the median is the smaller of the two).
  // The sketch must not be empty.
  double quantile(double q) const;

  // (middle of the bucket, how many) in ascending order, empty buckets left out.
  std::vector<std::pair<double, std::uint64_t>> buckets() const;

 private:
  // Counts of magnitudes; counts[0] is bucket `first`.
  struct Side {
    std::uint32_t first = 0;
    std::vector<std::uint64_t> counts;
    std::uint64_t total = 0;

    void add(std::uint32_t bucket, std::uint64_t count) {
      if (bucket < first || bucket - first >= counts.size()) cover(bucket);
      counts[bucket - first] += count;
      total += count;
    }
    void cover(std::uint32_t bucket);
    void merge(const Side& other);
  };

  static constexpr int kShift = 52 - 6;

  // The exponent and the first 6 bits of the fraction, which order positive doubles by size.
  static std::uint32_t bucket_of(double magnitude) {
    return static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(magnitude) >> kShift);
  }
  static double middle_of(std::uint32_t bucket);

  Side positive_;
  Side negative_;
  std::uint64_t zeros_ = 0;
};

}  // namespace sluice::ml
