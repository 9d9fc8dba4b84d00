#include "ml/statistics/proportion.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "ml/statistics/normal.h"

namespace sluice::ml {

Interval wilson_interval(Count count, double confidence) {
  CHECK(confidence > 0 && confidence < 1 && count.hits >= 0 && count.hits <= count.total);
  if (count.total == 0) return {0, 1};
  const double z = normal_quantile(1 - (1 - confidence) / 2);
  const double n = count.total;
  const double p = count.share();
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double reach = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, centre - reach), std::min(1.0, centre + reach)};
}

Interval share_difference_interval(Count a, Count b, double confidence) {
  const Interval of_a = wilson_interval(a, confidence);
  const Interval of_b = wilson_interval(b, confidence);
  const double difference = a.share() - b.share();
  return {difference - std::hypot(a.share() - of_a.low, of_b.high - b.share()),
          difference + std::hypot(of_a.high - a.share(), b.share() - of_b.low)};
}

double equal_shares_p_value(Count a, Count b) {
  if (a.total == 0 || b.total == 0) return 1;
  const double pooled = (a.hits + b.hits) / (a.total + b.total);
  const double variance = pooled * (1 - pooled) * (1 / a.total + 1 / b.total);
  if (!(variance > 0)) return 1;
  return 2 * normal_survival(std::fabs(a.share() - b.share()) / std::sqrt(variance));
}

}  // namespace sluice::ml
