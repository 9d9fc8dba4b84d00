#include "ml/evaluate/tweedie.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace sluice::ml {

bool is_tweedie_power(double power) {
  return std::isfinite(power) && (power <= 0 || power >= 1);
}

std::optional<double> tweedie_unit_deviance(double truth, double prediction, double power) {
  CHECK(is_tweedie_power(power));
  const double y = truth;
  const double f = prediction;
  if (power == 0) return (y - f) * (y - f);
  if (!(f > 0) || (power >= 1 && y < 0) || (power >= 2 && y == 0)) return std::nullopt;
  if (power == 1) return 2 * ((y > 0 ? y * std::log(y / f) : 0) - y + f);
  if (power == 2) return 2 * (std::log(f / y) + y / f - 1);
  if (power == kUsualTweediePower) {
    const double root = std::sqrt(f);
    const double distance = std::sqrt(y) - root;
    return 4 * distance * distance / root;
  }
  return 2 * (std::pow(std::max(y, 0.0), 2 - power) / ((1 - power) * (2 - power)) -
              y * std::pow(f, 1 - power) / (1 - power) + std::pow(f, 2 - power) / (2 - power));
}

}  // namespace sluice::ml
