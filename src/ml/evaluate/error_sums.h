// The sums over rows that every built-in metric is a function of. They add up, so that slices,
// blocks and resamples cost one addition each instead of another pass over the rows.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace sluice::ml {

// error = prediction - truth. Truth is taken from `center` (any fixed number near its mean, the
// same for all sums that are added) so that the variance does not cancel away.
struct ErrorSums {
  double n = 0;
  double error = 0;
  double absolute_error = 0;
  double squared_error = 0;
  double absolute_truth = 0;
  double centered_truth = 0;
  double squared_centered_truth = 0;

  void add_row(double truth, double prediction, double center) {
    const double e = prediction - truth;
    const double c = truth - center;
    n += 1;
    error += e;
    absolute_error += std::fabs(e);
    squared_error += e * e;
    absolute_truth += std::fabs(truth);
    centered_truth += c;
    squared_centered_truth += c * c;
  }

  void add(const ErrorSums& other, double weight = 1) {
    n += weight * other.n;
    error += weight * other.error;
    absolute_error += weight * other.absolute_error;
    squared_error += weight * other.squared_error;
    absolute_truth += weight * other.absolute_truth;
    centered_truth += weight * other.centered_truth;
    squared_centered_truth += weight * other.squared_centered_truth;
  }
};

// Mean, 0 for no rows: what ErrorSums are centred on.
double mean_of(std::span<const double> values);

ErrorSums sum_errors(std::span<const double> truth, std::span<const double> prediction,
                     double center);

}  // namespace sluice::ml
