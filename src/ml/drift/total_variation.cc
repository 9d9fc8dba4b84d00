#include "ml/drift/total_variation.h"

#include <cmath>

namespace sluice::ml {

double total_variation(const PairedCounts& counts) {
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  double sum = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i)
    sum += std::fabs(counts.reference[i] / reference - counts.current[i] / current);
  return sum / 2;
}

}  // namespace sluice::ml
