#include "ml/statistics/block_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ml/statistics/distributions.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

std::optional<double> mean(std::span<const double> sums) {
  if (sums[1] == 0) return std::nullopt;
  return sums[0] / sums[1];
}

BlockSums sums_of(const std::vector<double>& values) {
  BlockSums sums(values.size(), 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums.block(i)[0] = values[i];
    sums.block(i)[1] = 1;
  }
  return sums;
}

// Squares of normals less their mean: very skewed.
std::vector<double> skewed(RandomStream& random, std::size_t n) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i)
    values.push_back(std::pow(normal_quantile(random.uniform()), 2) - 1);
  return values;
}

TEST(BlockSums, TheJackknifeOfAMeanIsItsStandardError) {
  const std::vector<double> values{1, 4, 4, 7, 9};
  EXPECT_NEAR(jackknife_error(sums_of(values), mean), std::sqrt(9.5 / 5), 1e-12);
  const Interval interval = jackknife_interval(sums_of(values), mean, 0.95).value();
  const double reach = student_t_quantile(0.975, 4) * std::sqrt(9.5 / 5);
  EXPECT_NEAR(interval.low, 5 - reach, 1e-12);
  EXPECT_NEAR(interval.high, 5 + reach, 1e-12);
}

TEST(BlockSums, BcaIsThatOfTheBlockBootstrap) {
  RandomStream random(5);
  const auto values = skewed(random, 40);
  BootstrapPlan plan;
  plan.method = IntervalMethod::Bca;
  const Interval ours = interval_of(sums_of(values), mean, plan);
  const auto of_weights = [&](std::span<const std::uint32_t> weights) -> std::optional<double> {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += weights[i] * values[i];
    return sum / static_cast<double>(values.size());
  };
  const double estimate = *mean(sums_of(values).total());
  const Interval theirs = block_bootstrap(40, estimate, of_weights, plan);
  EXPECT_NEAR(ours.low, theirs.low, 1e-12);
  EXPECT_NEAR(ours.high, theirs.high, 1e-12);
}

TEST(BlockSums, AStudentizedIntervalOfFewSkewedBlocksKeepsItsPromise) {
  RandomStream random(11);
  int too_low = 0;
  constexpr int kTrials = 400;
  for (int trial = 0; trial < kTrials; ++trial) {
    BootstrapPlan plan;
    plan.resamples = 300;
    plan.seed = static_cast<std::uint64_t>(trial);
    if (interval_of(sums_of(skewed(random, 12)), mean, plan).high < 0) ++too_low;
  }
  EXPECT_LE(too_low, kTrials * 5 / 100) << "BCa misses in 12 %";
}

TEST(BlockSums, ManyBlocksAreNotStudentized) {
  const BootstrapPlan plan;
  EXPECT_EQ(method_for(1000, plan), IntervalMethod::Studentized);
  EXPECT_EQ(method_for(1001, plan), IntervalMethod::Bca);
}

TEST(BlockSums, WhatIsNotDefinedWithoutABlockHasNoEnd) {
  BlockSums sums(3, 2);
  sums.block(0)[0] = sums.block(0)[1] = 1;  // the others hold nothing
  const Interval interval = interval_of(sums, mean, {});
  EXPECT_EQ(interval.high, std::numeric_limits<double>::infinity());
  EXPECT_EQ(interval.low, -std::numeric_limits<double>::infinity());
}

TEST(BlockSums, EqualBlocksLeaveNoDoubt) {
  const Interval interval = interval_of(sums_of({2, 2, 2, 2}), mean, {});
  EXPECT_EQ(interval.low, 2);
  EXPECT_EQ(interval.high, 2);
}

}  // namespace
}  // namespace sluice::ml
