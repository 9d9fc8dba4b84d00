// Comparison of two models' mean loss on the same rows by resampling whole blocks of rows (all rows
// of a store and month), which may hang together inside. Pure: the same seed gives the same result.
//
// Percentile bootstrap of the mean difference (block_bootstrap.h). p-values invert its intervals:
// (1 + resamples at or beyond the border) / (1 + resamples), twice the smaller for two sides
// (Davison & Hinkley 1997, §4.2.3). More than 4096 blocks are joined, neighbours first: larger
// blocks of independent blocks are independent too, and the cost stays bounded.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ml/statistics/block_bootstrap.h"
#include "ml/statistics/comparison.h"

namespace sluice::ml {

struct PairedLosses {
  std::span<const double> champion;    // one for each row
  std::span<const double> challenger;  // the same rows
  // Block of each row, 0 … blocks - 1; empty: every row is a block of its own.
  std::span<const std::uint32_t> blocks = {};
};

// A block for each series and each `length` consecutive periods of it, numbered in order of first
// appearance. `length` >= 1.
std::vector<std::uint32_t> blocks_by_series_and_time(std::span<const std::uint32_t> series,
                                                     std::span<const std::int64_t> periods,
                                                     std::int64_t length);

// The gain is mean(champion - challenger). Needs two blocks with rows; the confidence and the
// method of `resampling` are not used (they are those of `plan`).
Evidence paired_bootstrap_test(const PairedLosses& losses, const ComparisonPlan& plan,
                               const BootstrapPlan& resampling);

}  // namespace sluice::ml
