// Wasserstein distance of order 1 (earth mover's): the area between the two cumulative
// distributions, in the unit of the values (Ramdas, Garcia, Cuturi 2015, prop. 1; the same as
// scipy.stats.wasserstein_distance). Normalised: divided by the standard deviation of the
// reference, so that 0.1 means that values moved by a tenth of their usual spread on average. Pure.
#pragma once

#include "ml/drift/distribution.h"

namespace sluice::ml {

// Neither side is empty.
double wasserstein_distance(const NumberDistribution& reference, const NumberDistribution& current);

// Its standard error: with s(x) = sign(F(x) - G(x)), a value X counts for the integral of s from X
// on, whose variance on each side is divided by its number (delta_method.h).
double wasserstein_error(const NumberDistribution& reference, const NumberDistribution& current);

// Of a reference without spread: 0 where both are equal, else infinite.
double normalised_wasserstein(const NumberDistribution& reference,
                              const NumberDistribution& current);

}  // namespace sluice::ml
