// L-infinity distance: the largest |p - q| over all bins, with p and q the shares of reference and
// current (TensorFlow Data Validation's comparator of categories). 0 to 1, symmetric. Pure.
#pragma once

#include "ml/drift/distribution.h"

namespace sluice::ml {

// Neither side is empty.
double l_infinity(const PairedCounts& counts);
// The standard error of the difference of that bin.
double l_infinity_error(const PairedCounts& counts);

}  // namespace sluice::ml
