#include "ml/drift/delta_method.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "ml/statistics/normal.h"

namespace sluice::ml {
namespace {

double variance_of_side(const std::vector<double>& own, double own_total,
                        const std::vector<double>& other, double other_total,
                        const ShareGradient& gradient) {
  std::vector<double> slopes(own.size());
  for (std::size_t i = 0; i < own.size(); ++i)
    if (own[i] > 0) slopes[i] = gradient(own[i] / own_total, other[i] / other_total);
  return variance_of_shares(own, slopes);
}

}  // namespace

double variance_of_shares(const std::vector<double>& counts, const std::vector<double>& gradient) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  double mean = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) mean += counts[i] / total * gradient[i];
  double variance = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    variance += counts[i] / total * (gradient[i] - mean) * (gradient[i] - mean);
  return variance / total;
}

double standard_error(const PairedCounts& counts, const ShareGradient& gradient) {
  const double reference = counts.reference_total();
  const double current = counts.current_total();
  return std::sqrt(
      variance_of_side(counts.reference, reference, counts.current, current, gradient) +
      variance_of_side(counts.current, current, counts.reference, reference, gradient));
}

Interval interval_around(double value, double error, double confidence) {
  if (!std::isfinite(value) || !std::isfinite(error))
    return {0, std::numeric_limits<double>::infinity()};
  const double reach = error * normal_quantile(1 - (1 - confidence) / 2);
  return {std::max(0.0, value - reach), value + reach};
}

}  // namespace sluice::ml
