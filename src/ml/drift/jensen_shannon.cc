#include "ml/drift/jensen_shannon.h"

#include <algorithm>
#include <cmath>

namespace sluice::ml {

double jensen_shannon_distance(const PairedCounts& counts) {
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  double sum = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const double p = counts.reference[i] / reference;
    const double q = counts.current[i] / current;
    const double middle = (p + q) / 2;
    if (p > 0) sum += p * std::log(p / middle);
    if (q > 0) sum += q * std::log(q / middle);
  }
  return std::sqrt(std::max(0.0, sum / 2));
}

}  // namespace sluice::ml
