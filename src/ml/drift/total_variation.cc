#include "ml/drift/total_variation.h"

#include <cmath>

#include "ml/drift/delta_method.h"

namespace sluice::ml {

double total_variation(const PairedCounts& counts) {
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  double sum = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i)
    sum += std::fabs(counts.reference[i] / reference - counts.current[i] / current);
  return sum / 2;
}

double total_variation_error(const PairedCounts& counts) {
  return standard_error(counts, [](double own, double other) {
    return own == other ? 0.0 : std::copysign(0.5, own - other);
  });
}

}  // namespace sluice::ml
