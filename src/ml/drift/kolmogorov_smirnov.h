// Two-sample Kolmogorov-Smirnov test: D is the largest distance between the two cumulative
// distributions (Smirnov 1939); its p-value is that of statistics/kolmogorov.h, which ties make too
// large, never too small. Pure.
#pragma once

#include "ml/drift/distribution.h"

namespace sluice::ml {

struct KolmogorovSmirnovTest {
  double statistic = 0;       // 0 to 1
  double standard_error = 0;  // of the difference where it is largest
  double p_value = 1;
};

// Neither side is empty.
KolmogorovSmirnovTest kolmogorov_smirnov_test(const NumberDistribution& reference,
                                              const NumberDistribution& current);

}  // namespace sluice::ml
