#include "ml/drift/l_infinity.h"

#include <algorithm>
#include <cmath>

namespace sluice::ml {

double l_infinity(const PairedCounts& counts) {
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  double largest = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i)
    largest =
        std::max(largest, std::fabs(counts.reference[i] / reference - counts.current[i] / current));
  return largest;
}

}  // namespace sluice::ml
