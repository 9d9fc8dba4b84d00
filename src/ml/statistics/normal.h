// The standard normal distribution. Pure.
#pragma once

namespace sluice::ml {

double normal_cdf(double z);
// 1 - normal_cdf(z), precise where that is small.
double normal_survival(double z);
// Inverse of normal_cdf for 0 < p < 1: algorithm AS 241 (PPND16), Wichura, Applied Statistics 37
// (1988) 477-484; relative accuracy about 1e-16.
double normal_quantile(double p);

}  // namespace sluice::ml
