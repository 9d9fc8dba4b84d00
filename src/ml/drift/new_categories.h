// Categories that only one of two samples has, and whether chance explains them: rare categories
// come and go by themselves. Pure.
//
// If rows were dealt to the two samples at random, a category seen c times in both together would
// fall into one side entirely with probability (share of that side)^c. The p-value is Chernoff's
// bound on the rows in such categories, min over t of e^(-t rows) prod(1 - s + s e^(t c)) (Chernoff
// 1952), which is never too small.
#pragma once

#include "ml/drift/distribution.h"

namespace sluice::ml {

struct OneSided {
  double rows = 0;   // of the side, in categories that the other side does not have
  double share = 0;  // of the rows of the side
  double p_value = 1;
};

OneSided only_in_current(const PairedCounts& counts);
OneSided only_in_reference(const PairedCounts& counts);

}  // namespace sluice::ml
