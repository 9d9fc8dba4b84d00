#include "ml/statistics/block_sums.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "ml/statistics/distributions.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void add_to(std::vector<double>& total, std::span<const double> sums, double weight) {
  for (std::size_t k = 0; k < sums.size(); ++k) total[k] += weight * sums[k];
}

// The statistic without one of the blocks that make up `total`.
std::optional<double> without(const SumsStatistic& statistic, const std::vector<double>& total,
                              std::span<const double> block, std::vector<double>& scratch) {
  for (std::size_t k = 0; k < total.size(); ++k) scratch[k] = total[k] - block[k];
  return statistic(scratch);
}

// Of blocks that occur `weights` times; all weights add up to the number of blocks.
double error_of_resample(const BlockSums& sums, const SumsStatistic& statistic,
                         std::span<const std::uint32_t> weights, const std::vector<double>& total,
                         std::vector<double>& scratch) {
  const auto n = static_cast<double>(sums.blocks());
  double mean = 0;
  double square = 0;
  double count = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    const auto value = without(statistic, total, sums.block(i), scratch);
    if (!value || !std::isfinite(*value)) return kInfinity;
    // Welford with weights: the values may differ only far behind the point.
    const auto weight = static_cast<double>(weights[i]);
    count += weight;
    const double step = *value - mean;
    mean += step * weight / count;
    square += weight * step * (*value - mean);
  }
  return std::sqrt(std::max(0.0, square) * (n - 1) / n);
}

// Draws blocks with replacement; gives how often each came and their sums.
class Resampler {
 public:
  Resampler(const BlockSums& sums, std::uint64_t seed)
      : sums_(sums), random_(seed), weights_(sums.blocks()), total_(sums.width()) {}

  void draw() {
    std::fill(weights_.begin(), weights_.end(), 0u);
    std::fill(total_.begin(), total_.end(), 0.0);
    const auto blocks = static_cast<std::uint32_t>(weights_.size());
    for (std::uint32_t i = 0; i < blocks; ++i) ++weights_[random_.below(blocks)];
    for (std::size_t i = 0; i < weights_.size(); ++i)
      if (weights_[i] != 0) add_to(total_, sums_.block(i), weights_[i]);
  }
  std::span<const std::uint32_t> weights() const { return weights_; }
  const std::vector<double>& total() const { return total_; }

 private:
  const BlockSums& sums_;
  RandomStream random_;
  std::vector<std::uint32_t> weights_;
  std::vector<double> total_;
};

// How many standard errors of its own a resample lies from the estimate; infinitely many where
// these are not known.
double studentized(double value, double estimate, double error) {
  if (value == estimate) return 0;
  if (error == 0 || !std::isfinite(error) || !std::isfinite(value))
    return value > estimate ? kInfinity : -kInfinity;
  return (value - estimate) / error;
}

Interval studentized_interval(const BlockSums& sums, double estimate,
                              const SumsStatistic& statistic, const BootstrapPlan& plan) {
  const double error = jackknife_error(sums, statistic);
  if (error == 0) return {estimate, estimate};
  if (!std::isfinite(error)) return {-kInfinity, kInfinity};
  Resampler resampler(sums, plan.seed);
  std::vector<double> scratch(sums.width());
  std::vector<double> ratios;
  ratios.reserve(plan.resamples);
  for (std::uint32_t r = 0; r < plan.resamples; ++r) {
    resampler.draw();
    const double value = statistic(resampler.total()).value_or(kInfinity);
    const double own =
        error_of_resample(sums, statistic, resampler.weights(), resampler.total(), scratch);
    ratios.push_back(studentized(value, estimate, own));
  }
  std::sort(ratios.begin(), ratios.end());
  const auto n = static_cast<double>(sums.blocks());
  const double reach =
      std::sqrt(n / (n - 1)) * student_t_quantile((1 + plan.confidence) / 2, n - 1);
  const double tail = normal_cdf(-reach);
  return {estimate - error * bootstrap_quantile(ratios, 1 - tail),
          estimate - error * bootstrap_quantile(ratios, tail)};
}

}  // namespace

std::vector<double> BlockSums::total() const {
  std::vector<double> total(width_);
  for (std::size_t i = 0; i < blocks(); ++i) add_to(total, block(i), 1);
  return total;
}

double jackknife_error(const BlockSums& sums, const SumsStatistic& statistic) {
  CHECK(sums.blocks() >= 2);
  const std::vector<std::uint32_t> once(sums.blocks(), 1);
  std::vector<double> scratch(sums.width());
  return error_of_resample(sums, statistic, once, sums.total(), scratch);
}

std::optional<Interval> jackknife_interval(const BlockSums& sums, const SumsStatistic& statistic,
                                           double confidence) {
  const auto estimate = statistic(sums.total());
  if (!estimate) return std::nullopt;
  const auto degrees = static_cast<double>(sums.blocks()) - 1;
  const double error = jackknife_error(sums, statistic);
  const double reach = error == 0 ? 0 : error * student_t_quantile((1 + confidence) / 2, degrees);
  return Interval{*estimate - reach, *estimate + reach};
}

IntervalMethod method_for(std::size_t blocks, const BootstrapPlan& plan) {
  const bool too_many = blocks > kMaxStudentizedBlocks;
  return plan.method == IntervalMethod::Studentized && too_many ? IntervalMethod::Bca : plan.method;
}

Interval interval_of(const BlockSums& sums, const SumsStatistic& statistic,
                     const BootstrapPlan& plan) {
  const std::vector<double> total = sums.total();
  const auto estimate = statistic(total);
  CHECK(estimate.has_value());
  const IntervalMethod method = method_for(sums.blocks(), plan);
  if (method == IntervalMethod::Studentized)
    return studentized_interval(sums, *estimate, statistic, plan);
  const auto sorted = bootstrap_replicates(sums, statistic, plan);
  const double tail = (1 - plan.confidence) / 2;
  if (method == IntervalMethod::Percentile)
    return {bootstrap_quantile(sorted, tail), bootstrap_quantile(sorted, 1 - tail)};
  std::vector<double> scratch(sums.width());
  std::vector<double> without_one;
  for (std::size_t i = 0; i < sums.blocks(); ++i)
    without_one.push_back(without(statistic, total, sums.block(i), scratch).value_or(kInfinity));
  return bca_interval(sorted, *estimate, without_one, plan.confidence);
}

std::vector<double> bootstrap_replicates(const BlockSums& sums, const SumsStatistic& statistic,
                                         const BootstrapPlan& plan) {
  CHECK(sums.blocks() >= 2 && plan.resamples > 0);
  Resampler resampler(sums, plan.seed);
  std::vector<double> replicates;
  replicates.reserve(plan.resamples);
  for (std::uint32_t r = 0; r < plan.resamples; ++r) {
    resampler.draw();
    replicates.push_back(statistic(resampler.total()).value_or(kInfinity));
  }
  std::sort(replicates.begin(), replicates.end());
  return replicates;
}

}  // namespace sluice::ml
