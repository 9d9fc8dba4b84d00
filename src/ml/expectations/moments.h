// Count, sum, mean and deviation of numbers, as pandas computes them: while no more than a budget
// of values has come, mean first and squared differences from it second; beyond, in one pass
// (Welford 1962). Values.
#pragma once

#include <cstdint>
#include <vector>

namespace sluice::ml::expectations {

class Moments {
 public:
  void add(double value) {
    ++count_;
    sum_ += value;
    const double delta = value - mean_;
    mean_ += delta / static_cast<double>(count_);
    squares_ += delta * (value - mean_);
    if (kept_.size() < kKept) kept_.push_back(value);
  }

  std::uint64_t count() const { return count_; }
  double sum() const { return sum_; }
  double mean() const { return sum_ / static_cast<double>(count_); }
  // Of a sample (n - 1); NaN for fewer than two values.
  double deviation() const;

 private:
  static constexpr std::size_t kKept = 65'536;

  std::uint64_t count_ = 0;
  double sum_ = 0;
  double mean_ = 0;
  double squares_ = 0;
  std::vector<double> kept_;
};

}  // namespace sluice::ml::expectations
