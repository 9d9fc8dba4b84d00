// Standard errors of drift measures by the delta method (van der Vaart, Asymptotic Statistics,
// 1998, §3): a measure of shares changes by its gradient times their sampling error. Rows are taken
// as independent. Holds for measures that are clearly above 0; near 0 the interval is too narrow
// below.
#pragma once

#include <functional>

#include "ml/drift/distribution.h"
#include "ml/statistics/interval.h"

namespace sluice::ml {

// Variance of sum g(i) * share(i) over bins with these counts: (E g² - (E g)²) / total.
double variance_of_shares(const std::vector<double>& counts, const std::vector<double>& gradient);

// Derivative of a measure by one bin's share of the side that comes first, given both shares; the
// measure is symmetric, so that the same function serves both sides.
using ShareGradient = std::function<double(double own, double other)>;

// Of a symmetric measure. Bins without rows on a side do not vary there.
double standard_error(const PairedCounts& counts, const ShareGradient& gradient);

// value ± z standard errors, not below 0. An infinite value or error gives [0, infinity].
Interval interval_around(double value, double error, double confidence);

}  // namespace sluice::ml
