#include "ml/statistics/block_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/check.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// z0 of eq. 14.14: how far the estimate lies from the median of the replicates; ties count half.
double bias_correction(const std::vector<double>& sorted, double estimate) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), estimate);
  const auto count = static_cast<double>(sorted.size());
  const double below =
      static_cast<double>(first - sorted.begin()) + 0.5 * static_cast<double>(last - first);
  return normal_quantile(std::clamp(below / count, 0.5 / count, 1 - 0.5 / count));
}

// a of eq. 14.15, of values that each leave out one block.
double acceleration(std::span<const double> without) {
  double mean = 0;
  for (const double value : without) mean += value / static_cast<double>(without.size());
  double square = 0;
  double cube = 0;
  for (const double value : without) {
    const double d = mean - value;
    square += d * d;
    cube += d * d * d;
  }
  const double below = 6 * std::pow(square, 1.5);
  return below > 0 && std::isfinite(below) ? cube / below : 0;
}

std::vector<double> without_each(std::uint32_t blocks, const BlockStatistic& statistic) {
  std::vector<std::uint32_t> weights(blocks, 1);
  std::vector<double> values;
  for (std::uint32_t i = 0; i < blocks; ++i) {
    weights[i] = 0;
    values.push_back(statistic(weights).value_or(kInfinity));
    weights[i] = 1;
  }
  return values;
}

}  // namespace

std::string_view to_string(IntervalMethod method) {
  switch (method) {
    case IntervalMethod::Studentized:
      return "studentized";
    case IntervalMethod::Bca:
      return "bca";
    case IntervalMethod::Percentile:
      return "percentile";
  }
  UNREACHABLE();
}

std::vector<double> bootstrap_replicates(std::uint32_t blocks, const BlockStatistic& statistic,
                                         const BootstrapPlan& plan) {
  CHECK(blocks >= 2 && plan.resamples > 0);
  RandomStream random(plan.seed);
  std::vector<std::uint32_t> weights(blocks);
  std::vector<double> replicates;
  replicates.reserve(plan.resamples);
  for (std::uint32_t r = 0; r < plan.resamples; ++r) {
    std::fill(weights.begin(), weights.end(), 0u);
    for (std::uint32_t i = 0; i < blocks; ++i) ++weights[random.below(blocks)];
    replicates.push_back(statistic(weights).value_or(kInfinity));
  }
  std::sort(replicates.begin(), replicates.end());
  return replicates;
}

double bootstrap_quantile(const std::vector<double>& sorted, double p) {
  const auto count = static_cast<double>(sorted.size());
  const double position = std::clamp((count + 1) * p, 1.0, count);
  const auto below = static_cast<std::size_t>(position) - 1;
  const double part = position - std::floor(position);
  if (part == 0 || sorted[below + 1] == sorted[below]) return sorted[below];
  return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

Interval bca_interval(const std::vector<double>& sorted, double estimate,
                      std::span<const double> without, double confidence) {
  const double z0 = bias_correction(sorted, estimate);
  const double a = acceleration(without);
  const auto adjusted = [&](double p) {
    const double z = z0 + normal_quantile(p);
    return normal_cdf(z0 + z / (1 - a * z));
  };
  const double tail = (1 - confidence) / 2;
  return {bootstrap_quantile(sorted, adjusted(tail)),
          bootstrap_quantile(sorted, adjusted(1 - tail))};
}

Interval block_bootstrap(std::uint32_t blocks, double estimate, const BlockStatistic& statistic,
                         const BootstrapPlan& plan) {
  CHECK(plan.confidence > 0 && plan.confidence < 1);
  const auto sorted = bootstrap_replicates(blocks, statistic, plan);
  const double tail = (1 - plan.confidence) / 2;
  if (plan.method == IntervalMethod::Percentile)
    return {bootstrap_quantile(sorted, tail), bootstrap_quantile(sorted, 1 - tail)};
  return bca_interval(sorted, estimate, without_each(blocks, statistic), plan.confidence);
}

}  // namespace sluice::ml
