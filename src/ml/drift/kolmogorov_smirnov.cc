#include "ml/drift/kolmogorov_smirnov.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "ml/statistics/kolmogorov.h"

namespace sluice::ml {

KolmogorovSmirnovTest kolmogorov_smirnov_test(const NumberDistribution& reference,
                                              const NumberDistribution& current) {
  CHECK(reference.total > 0 && current.total > 0);
  const auto& a = reference.points;
  const auto& b = current.points;
  std::uint64_t below_a = 0;
  std::uint64_t below_b = 0;
  const auto n = static_cast<double>(reference.total);
  const auto m = static_cast<double>(current.total);
  KolmogorovSmirnovTest test;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double value = std::min(a[i].first, b[j].first);
    if (a[i].first == value) below_a += a[i++].second;
    if (b[j].first == value) below_b += b[j++].second;
    const double p = static_cast<double>(below_a) / n;
    const double q = static_cast<double>(below_b) / m;
    if (std::fabs(p - q) <= test.statistic) continue;
    test.statistic = std::fabs(p - q);
    test.standard_error = std::sqrt(p * (1 - p) / n + q * (1 - q) / m);
  }
  test.p_value = two_sample_kolmogorov_survival(reference.total, current.total, test.statistic);
  return test;
}

}  // namespace sluice::ml
