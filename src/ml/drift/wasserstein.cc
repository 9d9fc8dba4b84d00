#include "ml/drift/wasserstein.h"

#include <cmath>
#include <limits>
#include <vector>

#include "base/check.h"
#include "ml/drift/delta_method.h"

namespace sluice::ml {

namespace {

// A value that either side has.
struct Step {
  double value = 0;
  double reference = 0;  // how often
  double current = 0;
  double gap = 0;  // of the cumulative shares from here to the next value
};

std::vector<Step> joint_steps(const NumberDistribution& reference,
                              const NumberDistribution& current) {
  CHECK(reference.total > 0 && current.total > 0);
  const auto& a = reference.points;
  const auto& b = current.points;
  std::uint64_t below_a = 0;
  std::uint64_t below_b = 0;
  std::vector<Step> steps;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    Step step;
    step.value =
        j == b.size() || (i < a.size() && a[i].first <= b[j].first) ? a[i].first : b[j].first;
    const bool in_a = i < a.size() && a[i].first == step.value;
    const bool in_b = j < b.size() && b[j].first == step.value;
    if (in_a) {
      below_a += a[i].second;
      step.reference = static_cast<double>(a[i++].second);
    }
    if (in_b) {
      below_b += b[j].second;
      step.current = static_cast<double>(b[j++].second);
    }
    step.gap = static_cast<double>(below_a) / static_cast<double>(reference.total) -
               static_cast<double>(below_b) / static_cast<double>(current.total);
    steps.push_back(step);
  }
  return steps;
}

}  // namespace

double wasserstein_distance(const NumberDistribution& reference,
                            const NumberDistribution& current) {
  const std::vector<Step> steps = joint_steps(reference, current);
  double area = 0;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i)
    if (steps[i].gap != 0) area += std::fabs(steps[i].gap) * (steps[i + 1].value - steps[i].value);
  return area;
}

double wasserstein_error(const NumberDistribution& reference, const NumberDistribution& current) {
  const std::vector<Step> steps = joint_steps(reference, current);
  PairedCounts counts;
  std::vector<double> slopes(steps.size());
  double slope = 0;
  for (std::size_t i = steps.size(); i-- > 0;) {
    if (i + 1 < steps.size() && steps[i].gap != 0)
      slope += std::copysign(steps[i + 1].value - steps[i].value, steps[i].gap);
    slopes[i] = slope;
  }
  for (const Step& step : steps) {
    counts.reference.push_back(step.reference);
    counts.current.push_back(step.current);
  }
  return std::sqrt(variance_of_shares(counts.reference, slopes) +
                   variance_of_shares(counts.current, slopes));
}

double normalised_wasserstein(const NumberDistribution& reference,
                              const NumberDistribution& current) {
  const double distance = wasserstein_distance(reference, current);
  if (distance == 0) return 0;
  const double spread = reference.points.size() == 1 ? 0 : reference.deviation();
  return spread > 0 ? distance / spread : std::numeric_limits<double>::infinity();
}

}  // namespace sluice::ml
