// Sums of rows by block: what a statistic that is a function of sums needs to be resampled. Values
// and pure functions; the same start number gives the same result.
//
// Studentized interval (bootstrap-t): Efron & Tibshirani, An Introduction to the Bootstrap (1993),
// §12.5; the standard error of the estimate and of each resample by leaving out one block at a time
// (ibid. §11.5). Tails are widened as Hesterberg (The American Statistician 69, 2015, §4.1) widens
// percentiles: alpha' = Phi(-sqrt(n / (n - 1)) t(alpha, n - 1)), so that few blocks do not make
// intervals too short.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "ml/statistics/block_bootstrap.h"

namespace sluice::ml {

// One row of `width` sums for each block.
class BlockSums {
 public:
  BlockSums(std::size_t blocks, std::size_t width) : width_(width), values_(blocks * width) {}

  std::size_t blocks() const { return width_ == 0 ? 0 : values_.size() / width_; }
  std::size_t width() const { return width_; }
  std::span<double> block(std::size_t i) { return std::span(values_).subspan(i * width_, width_); }
  std::span<const double> block(std::size_t i) const {
    return std::span(values_).subspan(i * width_, width_);
  }
  std::vector<double> total() const;

 private:
  std::size_t width_;
  std::vector<double> values_;
};

// Unset where the statistic is not defined for these sums: counts as infinite, so that an interval
// never narrows because something could not be computed.
using SumsStatistic = std::function<std::optional<double>(std::span<const double> sums)>;

// Of the statistic of all blocks; infinite where leaving out a block leaves it undefined. `blocks`
// >= 2.
double jackknife_error(const BlockSums& sums, const SumsStatistic& statistic);

// estimate -+ t(blocks - 1) times jackknife_error(); unset where the statistic is.
std::optional<Interval> jackknife_interval(const BlockSums& sums, const SumsStatistic& statistic,
                                           double confidence);

// Studentized up to this many blocks; beyond, where its cost grows and its gain is gone, BCa.
inline constexpr std::size_t kMaxStudentizedBlocks = 1000;

// What plan.method means for so many blocks.
IntervalMethod method_for(std::size_t blocks, const BootstrapPlan& plan);

// By method_for(). `blocks` >= 2; the statistic of all blocks is defined.
Interval interval_of(const BlockSums& sums, const SumsStatistic& statistic,
                     const BootstrapPlan& plan);

// The statistic of each resample of blocks, ascending.
std::vector<double> bootstrap_replicates(const BlockSums& sums, const SumsStatistic& statistic,
                                         const BootstrapPlan& plan);

}  // namespace sluice::ml
