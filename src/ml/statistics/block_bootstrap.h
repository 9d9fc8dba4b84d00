// Interval of a statistic by resampling whole blocks of rows (all rows of a week, of a store) with
// replacement: rows of one block hang together, blocks are taken as independent of each other.
//
// Percentile interval: Efron & Tibshirani, An Introduction to the Bootstrap (1993), §13.3. BCa
// (bias-corrected and accelerated): ibid. §14.3, eq. 14.9-14.15, acceleration by leaving out one
// block at a time. Quantiles are order statistics at (R + 1) p, interpolated linearly (Davison &
// Hinkley, Bootstrap Methods, 1997, §5.2.1). Pure: the same start number gives the same interval.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ml/statistics/interval.h"

namespace sluice::ml {

// Studentized needs a statistic of sums: block_sums.h.
enum class IntervalMethod { Studentized, Bca, Percentile };

std::string_view to_string(IntervalMethod method);

struct BootstrapPlan {
  std::uint32_t resamples = 2000;
  double confidence = 0.95;  // of the two-sided interval
  std::uint64_t seed = 1;    // the start number of the random stream
  IntervalMethod method = IntervalMethod::Studentized;
};

// Value of the statistic when block i counts `weights[i]` times. Unset (not defined for that
// resample) counts as +infinity: an interval never narrows because something could not be computed.
using BlockStatistic = std::function<std::optional<double>(std::span<const std::uint32_t> weights)>;

// The statistic of each resample, ascending. `blocks` >= 2.
std::vector<double> bootstrap_replicates(std::uint32_t blocks, const BlockStatistic& statistic,
                                         const BootstrapPlan& plan);

// The order statistic at (R + 1) p of ascending replicates; not empty.
double bootstrap_quantile(const std::vector<double>& sorted, double p);

// Of ascending replicates, the estimate, and the statistic without each block (infinite where it is
// not defined).
Interval bca_interval(const std::vector<double>& sorted, double estimate,
                      std::span<const double> without, double confidence);

// `blocks` >= 2. `estimate` is the statistic with all weights 1. BCa unless Percentile is asked
// for.
Interval block_bootstrap(std::uint32_t blocks, double estimate, const BlockStatistic& statistic,
                         const BootstrapPlan& plan);

}  // namespace sluice::ml
