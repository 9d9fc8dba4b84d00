#include "ml/evaluate/error_sums.h"

#include "base/check.h"

namespace sluice::ml {

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

ErrorSums sum_errors(std::span<const double> truth, std::span<const double> prediction,
                     double center) {
  CHECK(truth.size() == prediction.size());
  ErrorSums sums;
  for (std::size_t i = 0; i < truth.size(); ++i) sums.add_row(truth[i], prediction[i], center);
  return sums;
}

}  // namespace sluice::ml
