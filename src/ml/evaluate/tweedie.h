// Unit deviance of the Tweedie family: how far a prediction is from a truth whose variance grows as
// prediction^power. Pure.
//
//   power 0       (y - f)²                          1 < power < 2   y >= 0, f > 0
//   power 1       2 (y ln(y / f) - y + f)           power 2         2 (ln(f / y) + y / f - 1)
//   otherwise     2 (max(y, 0)^(2-p) / ((1-p)(2-p)) - y f^(1-p) / (1-p) + f^(2-p) / (2-p))
// with truth y, prediction f: of power < 0 f > 0, of power 1 and below 2 y >= 0 and f > 0, from 2
// on y > 0 and f > 0; between 0 and 1 there is no such family. Source: Jørgensen, The Theory of
// Dispersion Models (1997), §4.1; as in scikit-learn.
#pragma once

#include <optional>

namespace sluice::ml {

inline constexpr double kUsualTweediePower = 1.5;

bool is_tweedie_power(double power);
// Unset where it is not defined for these numbers. `power` is one.
std::optional<double> tweedie_unit_deviance(double truth, double prediction, double power);

}  // namespace sluice::ml
