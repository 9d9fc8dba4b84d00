// The test of Diebold & Mariano: do two forecasts of one series differ in their mean loss, when the
// losses of neighbouring periods hang together? Pure.
//
// d(t) = loss of the champion - loss of the challenger. Diebold & Mariano (1995): mean(d) over the
// root of its long-run variance (autocovariances up to horizon - 1, all of weight 1), divided by n.
// Harvey, Leybourne, Newbold (1997): times sqrt((n + 1 - 2h + h (h - 1) / n) / n), against t with
// n - 1 degrees of freedom. Where that variance is not positive: weights of Bartlett, 1 - lag / h
// (Newey & West 1987), which never are; R's forecast::dm.test does the same under varestimator.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "ml/statistics/comparison.h"

namespace sluice::ml {

enum class LagWeights { Rectangular, Bartlett };

std::string_view to_string(LagWeights weights);  // "rectangular" …

// Long-run variance of a series: autocovariances (divided by n) up to lag horizon - 1.
double long_run_variance(std::span<const double> series, std::uint32_t horizon, LagWeights weights);

struct DieboldMarianoTest {
  double statistic = 0;  // corrected
  LagWeights weights = LagWeights::Rectangular;
  Evidence evidence;
};

// Losses in order of time, of one series (or averaged over series, period by period); at least two
// periods, more than the horizon, which is at least 1.
DieboldMarianoTest diebold_mariano_test(std::span<const double> champion_losses,
                                        std::span<const double> challenger_losses,
                                        std::uint32_t horizon, const ComparisonPlan& plan);

}  // namespace sluice::ml
