#include "ml/drift/chi_squared.h"

#include "ml/statistics/distributions.h"

namespace sluice::ml {

ChiSquaredTest chi_squared_test(const PairedCounts& counts) {
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  ChiSquaredTest test;
  std::size_t bins = 0;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    const double both = counts.reference[i] + counts.current[i];
    if (both == 0) continue;
    ++bins;
    const double of_reference = both * reference / (reference + current);
    const double of_current = both * current / (reference + current);
    const double difference = counts.reference[i] - of_reference;
    test.statistic += difference * difference * (1 / of_reference + 1 / of_current);
  }
  if (bins < 2) return test;
  test.degrees = static_cast<double>(bins - 1);
  test.p_value = chi_squared_survival(test.statistic, test.degrees);
  return test;
}

}  // namespace sluice::ml
