#include "ml/evaluate/forecast_sums.h"

#include <cmath>

#include "base/check.h"

namespace sluice::ml {
namespace {

std::optional<double> ratio(double above, double below) {
  if (!(below > 0)) return std::nullopt;
  return above / below;
}

}  // namespace

void NaiveSums::add_series(std::span<const double> history, std::size_t season) {
  CHECK(season >= 1);
  for (std::size_t t = season; t < history.size(); ++t) {
    const double difference = history[t] - history[t - season];
    n += 1;
    absolute += std::fabs(difference);
    squared += difference * difference;
  }
}

double NaiveSums::mean_absolute() const {
  return absolute / n;
}

double NaiveSums::mean_squared() const {
  return squared / n;
}

void ScaledErrorSums::add_row(double error, double naive_absolute, double naive_squared) {
  if (!(naive_absolute > 0 && naive_squared > 0)) return;
  n += 1;
  absolute += std::fabs(error) / naive_absolute;
  squared += error * error / naive_squared;
}

std::optional<double> ScaledErrorSums::mase() const {
  return ratio(absolute, n);
}

std::optional<double> ScaledErrorSums::rmsse() const {
  const auto square = ratio(squared, n);
  return square ? std::optional(std::sqrt(*square)) : std::nullopt;
}

void PinballSums::add_row(double truth, double forecast, double quantile) {
  CHECK(quantile > 0 && quantile < 1);
  n += 1;
  loss += truth >= forecast ? quantile * (truth - forecast) : (1 - quantile) * (forecast - truth);
}

std::optional<double> PinballSums::pinball() const {
  return ratio(loss, n);
}

void CoverageSums::add_row(double truth, double low, double high) {
  n += 1;
  if (low <= truth && truth <= high) inside += 1;
  width_sum += high - low;
}

std::optional<double> CoverageSums::coverage() const {
  return ratio(inside, n);
}

std::optional<double> CoverageSums::width() const {
  return n > 0 ? std::optional(width_sum / n) : std::nullopt;
}

}  // namespace sluice::ml
