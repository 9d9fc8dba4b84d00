// The distribution of the Kolmogorov-Smirnov statistic D: the largest distance between two
// cumulative distributions. Pure.
//
// One sample of n: the methods and their borders are those of Simard & L'Ecuyer, Computing the
// Two-Sided Kolmogorov-Smirnov Distribution, J. Stat. Software 39(11), 2011: Ruben-Gambino at the
// ends, the Durbin matrix (Marsaglia, Tsang, Wang 2003) in the middle of small n, Miller's twice
// the one-sided tail (Smirnov 1944), Pelz & Good 1976 for large n. Two samples: exact by counting
// lattice paths (Hodges 1958) while that is cheap, otherwise the one-sample tail at
// n = round(n1 n2 / (n1 + n2)), as scipy does it. Ties make the p-value too large, never too small.
#pragma once

#include <cstdint>

namespace sluice::ml {

// P(D_n >= x) for a sample of n against a continuous distribution, n > 0.
double kolmogorov_survival(std::uint64_t n, double x);

// P(D >= d) for two samples of one continuous distribution, both counts > 0.
double two_sample_kolmogorov_survival(std::uint64_t n1, std::uint64_t n2, double d);

}  // namespace sluice::ml
