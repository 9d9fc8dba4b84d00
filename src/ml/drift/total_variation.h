// Total variation distance: half the sum over bins of |p - q|, with p and q the shares of reference
// and current: the share of rows that would have to change their bin. 0 to 1, symmetric. Pure.
#pragma once

#include "ml/drift/distribution.h"

namespace sluice::ml {

// Neither side is empty.
double total_variation(const PairedCounts& counts);
// Its standard error (delta_method.h).
double total_variation_error(const PairedCounts& counts);

}  // namespace sluice::ml
