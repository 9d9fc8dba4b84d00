// The sums over rows that every metric of numbers is a function of. They add up, so that slices,
// blocks and resamples cost one addition each instead of another pass over the rows.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "ml/evaluate/tweedie.h"

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
  double share_error = 0;  // |error| / |truth|, of rows whose truth is not 0
  double zero_truths = 0;
  double symmetric_share_error = 0;  // 2 |error| / (|truth| + |prediction|); 0 where both are 0
  double squared_log_error = 0;      // (ln(1 + prediction) - ln(1 + truth))², of numbers >= 0
  double without_log = 0;            // rows with a negative number
  // Unit deviances of rows with truth >= 0 and prediction > 0 (metric.h); of gamma truth > 0, too.
  double poisson_deviance = 0;
  double gamma_deviance = 0;
  double without_deviance = 0;  // rows that have none
  double tweedie_deviance = 0;
  double without_tweedie = 0;

  void add_deviances(double truth, double prediction, double tweedie_power) {
    const auto tweedie = tweedie_unit_deviance(truth, prediction, tweedie_power);
    if (tweedie)
      tweedie_deviance += *tweedie;
    else
      without_tweedie += 1;
    if (!(truth >= 0 && prediction > 0)) {
      without_deviance += 1;
      return;
    }
    const double ratio = truth / prediction;
    const double log_ratio = truth > 0 ? std::log(ratio) : 0;
    poisson_deviance += 2 * (truth * log_ratio - truth + prediction);
    if (truth > 0) gamma_deviance += 2 * (ratio - 1 - log_ratio);
  }

  void add_row(double truth, double prediction, double center,
               double tweedie_power = kUsualTweediePower) {
    const double e = prediction - truth;
    const double c = truth - center;
    n += 1;
    error += e;
    absolute_error += std::fabs(e);
    squared_error += e * e;
    absolute_truth += std::fabs(truth);
    centered_truth += c;
    squared_centered_truth += c * c;
    if (truth == 0)
      zero_truths += 1;
    else
      share_error += std::fabs(e / truth);
    if (e != 0)
      symmetric_share_error += 2 * std::fabs(e) / (std::fabs(truth) + std::fabs(prediction));
    if (truth < 0 || prediction < 0) {
      without_log += 1;
    } else {
      // ln((1 + prediction) / (1 + truth)).
      const double log_error = std::log1p(e / (1 + truth));
      squared_log_error += log_error * log_error;
    }
    add_deviances(truth, prediction, tweedie_power);
  }
};

// Mean, 0 for no rows: what ErrorSums are centred on.
double mean_of(std::span<const double> values);

ErrorSums sum_errors(std::span<const double> truth, std::span<const double> prediction,
                     double center);

}  // namespace sluice::ml
