// DeLong's test: do two models differ in the area under the ROC curve on the same rows? Pure.
//
// DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) 837-845, with midranks instead of all pairs
// (Sun & Xu, IEEE Signal Processing Letters 21, 2014): n log n. With V(i) the share of negatives
// that positive i outranks (ties half) and W(j) the same of negative j, the variance of a
// difference of areas is var(V1 - V2) / positives + var(W1 - W2) / negatives.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ml/statistics/comparison.h"

namespace sluice::ml {

// Ranks from 1, ties share their average.
std::vector<double> midranks(std::span<const double> values);

struct AucTest {
  double champion = 0;  // areas
  double challenger = 0;
  double statistic = 0;  // normal where there is no difference; 0 where the variance is
  Evidence evidence;     // the gain is challenger - champion
};

// Labels are 1 for positive, 0 for negative. Unset with fewer than two rows of either.
std::optional<AucTest> delong_test(std::span<const std::uint8_t> labels,
                                   std::span<const double> champion_scores,
                                   std::span<const double> challenger_scores,
                                   const ComparisonPlan& plan);

}  // namespace sluice::ml
