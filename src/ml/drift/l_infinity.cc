#include "ml/drift/l_infinity.h"

#include <cmath>

namespace sluice::ml {

namespace {

double difference(const PairedCounts& counts, std::size_t bin, double reference, double current) {
  return std::fabs(counts.reference[bin] / reference - counts.current[bin] / current);
}

std::size_t largest_bin(const PairedCounts& counts, double reference, double current) {
  std::size_t largest = 0;
  for (std::size_t i = 1; i < counts.reference.size(); ++i)
    if (difference(counts, i, reference, current) > difference(counts, largest, reference, current))
      largest = i;
  return largest;
}

}  // namespace

double l_infinity(const PairedCounts& counts) {
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  return difference(counts, largest_bin(counts, reference, current), reference, current);
}

double l_infinity_error(const PairedCounts& counts) {
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  const std::size_t bin = largest_bin(counts, reference, current);
  const double p = counts.reference[bin] / reference;
  const double q = counts.current[bin] / current;
  return std::sqrt(p * (1 - p) / reference + q * (1 - q) / current);
}

}  // namespace sluice::ml
