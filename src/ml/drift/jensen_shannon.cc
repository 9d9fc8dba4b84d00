#include "ml/drift/jensen_shannon.h"

#include <algorithm>
#include <cmath>

#include "ml/drift/delta_method.h"

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

double jensen_shannon_error(const PairedCounts& counts) {
  const double distance = jensen_shannon_distance(counts);
  if (distance == 0) return 0;
  const double of_square = standard_error(
      counts, [](double own, double other) { return std::log(2 * own / (own + other)) / 2; });
  return of_square / (2 * distance);
}

}  // namespace sluice::ml
