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
  double largest = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double value = std::min(a[i].first, b[j].first);
    if (a[i].first == value) below_a += a[i++].second;
    if (b[j].first == value) below_b += b[j++].second;
    const double gap = static_cast<double>(below_a) / static_cast<double>(reference.total) -
                       static_cast<double>(below_b) / static_cast<double>(current.total);
    largest = std::max(largest, std::fabs(gap));
  }
  return {largest, two_sample_kolmogorov_survival(reference.total, current.total, largest)};
}

}  // namespace sluice::ml
