// Population stability index: sum over bins of (q - p) ln(q / p), with p and q the shares of
// reference and current. 0 for equal shares and symmetric; below 0.1 is read as no change, above
// 0.25 as a large one (Siddiqi, Credit Risk Scorecards, 2006). A share below 0.0001 (an empty bin)
// counts as 0.0001, so that one lost bin costs a finite amount. Pure.
#pragma once

#include "ml/drift/distribution.h"

namespace sluice::ml {

inline constexpr double kSmallestPsiShare = 1e-4;

// Neither side is empty.
double population_stability_index(const PairedCounts& counts);
// Its standard error (delta_method.h).
double psi_error(const PairedCounts& counts);

}  // namespace sluice::ml
