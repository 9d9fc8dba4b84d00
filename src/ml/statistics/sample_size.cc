#include "ml/statistics/sample_size.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "ml/statistics/normal.h"

namespace sluice::ml {
namespace {

constexpr double kMostRows = 1e18;

std::uint64_t scaled_rows(std::uint64_t rows, double standard_error, double z, double distance) {
  CHECK(rows > 0 && standard_error >= 0 && distance > 0);
  const double ratio = standard_error * z / distance;
  const double needed = std::ceil(static_cast<double>(rows) * ratio * ratio);
  return static_cast<std::uint64_t>(std::clamp(needed, 1.0, kMostRows));
}

}  // namespace

double power_of_difference(double standard_error, double effect, double alpha) {
  CHECK(standard_error > 0 && alpha > 0 && alpha < 1);
  const double z = normal_quantile(1 - alpha / 2);
  const double shift = std::fabs(effect) / standard_error;
  return normal_cdf(shift - z) + normal_cdf(-shift - z);
}

std::uint64_t rows_to_see_difference(std::uint64_t rows, double standard_error, double effect,
                                     const PowerGoal& goal) {
  const double z = normal_quantile(1 - goal.alpha / 2) + normal_quantile(goal.power);
  return scaled_rows(rows, standard_error, z, std::fabs(effect));
}

std::uint64_t rows_to_show_equivalence(std::uint64_t rows, double standard_error, double margin,
                                       const PowerGoal& goal) {
  const double z = normal_quantile(1 - goal.alpha) + normal_quantile((1 + goal.power) / 2);
  return scaled_rows(rows, standard_error, z, margin);
}

}  // namespace sluice::ml
