#include "ml/drift/psi.h"

#include <algorithm>
#include <cmath>

#include "ml/drift/delta_method.h"

namespace sluice::ml {

double population_stability_index(const PairedCounts& counts) {
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  double sum = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const double p = std::max(counts.reference[i] / reference, kSmallestPsiShare);
    const double q = std::max(counts.current[i] / current, kSmallestPsiShare);
    sum += (q - p) * std::log(q / p);
  }
  return sum;
}

double psi_error(const PairedCounts& counts) {
  return standard_error(counts, [](double own, double other) {
    if (own <= kSmallestPsiShare) return 0.0;
    const double held = std::max(other, kSmallestPsiShare);
    return std::log(own / held) + 1 - held / own;
  });
}

}  // namespace sluice::ml
