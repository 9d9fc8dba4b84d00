#include "ml/drift/wasserstein.h"

#include <cmath>
#include <limits>

#include "base/check.h"

namespace sluice::ml {

double wasserstein_distance(const NumberDistribution& reference,
                            const NumberDistribution& current) {
  CHECK(reference.total > 0 && current.total > 0);
  const auto& a = reference.points;
  const auto& b = current.points;
  std::uint64_t below_a = 0;
  std::uint64_t below_b = 0;
  double area = 0;
  double last = 0;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    const bool from_a = j == b.size() || (i < a.size() && a[i].first <= b[j].first);
    const double value = from_a ? a[i].first : b[j].first;
    const double gap = static_cast<double>(below_a) / static_cast<double>(reference.total) -
                       static_cast<double>(below_b) / static_cast<double>(current.total);
    if (gap != 0) area += std::fabs(gap) * (value - last);
    last = value;
    if (from_a)
      below_a += a[i++].second;
    else
      below_b += b[j++].second;
  }
  return area;
}

double normalised_wasserstein(const NumberDistribution& reference,
                              const NumberDistribution& current) {
  const double distance = wasserstein_distance(reference, current);
  if (distance == 0) return 0;
  const double spread = reference.points.size() == 1 ? 0 : reference.deviation();
  return spread > 0 ? distance / spread : std::numeric_limits<double>::infinity();
}

}  // namespace sluice::ml
