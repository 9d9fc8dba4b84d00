// Jensen-Shannon distance: sqrt((KL(p | m) + KL(q | m)) / 2) with m = (p + q) / 2 and natural
// logarithms, p and q the shares of reference and current (Lin 1991; Endres & Schindelin 2003: its
// root is a metric). 0 for equal shares, at most sqrt(ln 2) = 0.833, symmetric; needs no smoothing.
// The same as scipy.spatial.distance.jensenshannon. Pure.
#pragma once

#include "ml/drift/distribution.h"

namespace sluice::ml {

// Neither side is empty.
double jensen_shannon_distance(const PairedCounts& counts);
// Its standard error (delta_method.h); 0 for a distance of 0.
double jensen_shannon_error(const PairedCounts& counts);

}  // namespace sluice::ml
