#include "ml/evaluate/metric.h"

#include <array>
#include <cmath>
#include <limits>

#include "base/strings.h"

namespace sluice::ml {
namespace {

std::optional<double> ratio(double above, double below) {
  if (!(below > 0)) return std::nullopt;
  return above / below;
}

std::optional<double> rmse(const ErrorSums& sums) {
  const auto mean_square = ratio(sums.squared_error, sums.n);
  return mean_square ? std::optional(std::sqrt(*mean_square)) : std::nullopt;
}
std::optional<double> mae(const ErrorSums& sums) {
  return ratio(sums.absolute_error, sums.n);
}
std::optional<double> wape(const ErrorSums& sums) {
  return ratio(sums.absolute_error, sums.absolute_truth);
}
std::optional<double> r2(const ErrorSums& sums) {
  if (!(sums.n > 1)) return std::nullopt;
  const double spread =
      sums.squared_centered_truth - sums.centered_truth * sums.centered_truth / sums.n;
  // Below the rounding of the two terms there is no spread to explain.
  if (!(spread > 1e-14 * sums.squared_centered_truth)) return std::nullopt;
  return 1 - sums.squared_error / spread;
}
std::optional<double> bias(const ErrorSums& sums) {
  return ratio(sums.n, sums.n) ? std::optional(sums.error / sums.n) : std::nullopt;
}

constexpr std::array kMetrics{
    Metric{"rmse", "typical error (RMSE)", Better::Lower, rmse},
    Metric{"mae", "average error (MAE)", Better::Lower, mae},
    Metric{"wape", "total error as a share of the total (WAPE)", Better::Lower, wape},
    Metric{"r2", "share of the ups and downs that is explained (R²)", Better::Higher, r2},
    Metric{"bias", "average over-prediction (bias)", Better::NearZero, bias},
};

}  // namespace

std::span<const Metric> regression_metrics() {
  return kMetrics;
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const Metric& metric : kMetrics) names.emplace_back(metric.name);
  return names;
}

Result<const Metric*> find_metric(std::string_view name) {
  for (const Metric& metric : kMetrics)
    if (metric.name == name) return &metric;
  const auto names = metric_names();
  return invalid_input(cat("there is no metric '", name, "'; the metrics are ", join(names, ", "),
                           did_you_mean(name, names)));
}

double badness(const Metric& metric, double value) {
  switch (metric.better) {
    case Better::Lower:
      return value;
    case Better::Higher:
      return -value;
    case Better::NearZero:
      return std::fabs(value);
  }
  UNREACHABLE();
}

double worsening(const Metric& metric, double champion, double challenger) {
  return badness(metric, challenger) - badness(metric, champion);
}

double relative_worsening(const Metric& metric, double champion, double challenger) {
  const double change = worsening(metric, champion, challenger);
  if (change == 0) return 0;
  if (champion == 0) return std::copysign(std::numeric_limits<double>::infinity(), change);
  return change / std::fabs(champion);
}

}  // namespace sluice::ml
