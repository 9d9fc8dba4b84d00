#include "ml/statistics/diebold_mariano.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "base/check.h"

namespace sluice::ml {
namespace {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

std::string_view to_string(LagWeights weights) {
  return weights == LagWeights::Rectangular ? "rectangular" : "bartlett";
}

double long_run_variance(std::span<const double> series, std::uint32_t horizon,
                         LagWeights weights) {
  CHECK(horizon >= 1 && series.size() > horizon);
  const double centre = mean(series);
  double variance = 0;
  for (std::size_t lag = 0; lag < horizon; ++lag) {
    double covariance = 0;
    for (std::size_t t = lag; t < series.size(); ++t)
      covariance += (series[t] - centre) * (series[t - lag] - centre);
    covariance /= static_cast<double>(series.size());
    const double weight = weights == LagWeights::Rectangular
                              ? 1
                              : 1 - static_cast<double>(lag) / static_cast<double>(horizon);
    variance += (lag == 0 ? 1 : 2) * weight * covariance;
  }
  return variance;
}

DieboldMarianoTest diebold_mariano_test(std::span<const double> champion_losses,
                                        std::span<const double> challenger_losses,
                                        std::uint32_t horizon, const ComparisonPlan& plan) {
  CHECK(champion_losses.size() == challenger_losses.size());
  std::vector<double> gains(champion_losses.size());
  for (std::size_t t = 0; t < gains.size(); ++t)
    gains[t] = champion_losses[t] - challenger_losses[t];
  DieboldMarianoTest test;
  double variance = long_run_variance(gains, horizon, test.weights);
  if (!(variance > 0)) {
    test.weights = LagWeights::Bartlett;
    variance = std::max(0.0, long_run_variance(gains, horizon, test.weights));
  }
  const auto n = static_cast<double>(gains.size());
  const double h = horizon;
  const double correction = std::sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n);
  const double error = std::sqrt(variance / n) / correction;
  const double gain = mean(gains);
  if (error > 0) test.statistic = gain / error;
  test.evidence = evidence_from(gain, error, plan, n - 1);
  test.evidence.test = "diebold_mariano";
  test.evidence.rows = gains.size();
  return test;
}

}  // namespace sluice::ml
