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

void NaiveSums::add(const NaiveSums& other) {
  n += other.n;
  absolute += other.absolute;
  squared += other.squared;
}

std::optional<double> mase(const ErrorSums& errors, const NaiveSums& naive) {
  const auto error = ratio(errors.absolute_error, errors.n);
  const auto scale = ratio(naive.absolute, naive.n);
  return error && scale ? ratio(*error, *scale) : std::nullopt;
}

std::optional<double> rmsse(const ErrorSums& errors, const NaiveSums& naive) {
  const auto error = ratio(errors.squared_error, errors.n);
  const auto scale = ratio(naive.squared, naive.n);
  const auto square = error && scale ? ratio(*error, *scale) : std::nullopt;
  return square ? std::optional(std::sqrt(*square)) : std::nullopt;
}

void PinballSums::add_row(double truth, double forecast, double quantile) {
  CHECK(quantile > 0 && quantile < 1);
  n += 1;
  loss += truth >= forecast ? quantile * (truth - forecast) : (1 - quantile) * (forecast - truth);
}

void PinballSums::add(const PinballSums& other) {
  n += other.n;
  loss += other.loss;
}

std::optional<double> PinballSums::pinball() const {
  return ratio(loss, n);
}

void CoverageSums::add_row(double truth, double low, double high) {
  n += 1;
  if (low <= truth && truth <= high) inside += 1;
  width_sum += high - low;
}

void CoverageSums::add(const CoverageSums& other) {
  n += other.n;
  inside += other.inside;
  width_sum += other.width_sum;
}

std::optional<double> CoverageSums::coverage() const {
  return ratio(inside, n);
}

std::optional<double> CoverageSums::width() const {
  return n > 0 ? std::optional(width_sum / n) : std::nullopt;
}

}  // namespace sluice::ml
