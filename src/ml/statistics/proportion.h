// Shares: the interval of one, and the comparison of two. Pure.
#pragma once

#include <cstdint>

#include "ml/statistics/interval.h"

namespace sluice::ml {

struct Count {
  double hits = 0;
  double total = 0;

  double share() const { return total > 0 ? hits / total : 0; }
};

// Wilson's score interval (1927); Newcombe, Statistics in Medicine 17 (1998) 857-872, method 3.
// All of [0, 1] for a total of 0.
Interval wilson_interval(Count count, double confidence);

// Of a.share() - b.share(): Newcombe's hybrid score interval, ibid. 873-890, method 10.
Interval share_difference_interval(Count a, Count b, double confidence);

// Two-sided p-value of equal shares: Pearson's chi-squared without correction of the 2 x 2 table,
// which is the squared z of the pooled two-proportion test. 1 where either total is 0 or the pooled
// share is 0 or 1.
double equal_shares_p_value(Count a, Count b);

}  // namespace sluice::ml
