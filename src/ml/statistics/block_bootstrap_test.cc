#include "ml/statistics/block_bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

BlockStatistic mean_statistic(const std::vector<double>& values) {
  return [&values](std::span<const std::uint32_t> weights) -> std::optional<double> {
    double sum = 0;
    double n = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += weights[i] * values[i];
      n += weights[i];
    }
    return sum / n;
  };
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_normal(RandomStream& random) {
  return normal_quantile(random.uniform());
}

TEST(RandomStream, GivesTheNumbersOfTheReferenceImplementation) {
  // splitmix64(0) fills the state with the well-known words e220a8397b1dcdaf 6e789e6aa1b965f4
  // 06c45d188009454f f88bb8a8724c81ec; xoshiro256** goes on from there.
  RandomStream random(0);
  EXPECT_EQ(random.next(), 0x99ec5f36cb75f2b4u);
  EXPECT_EQ(random.next(), 0xbf6e1f784956452au);
}

TEST(RandomStream, BelowIsUniformAndInRange) {
  RandomStream random(7);
  std::vector<int> counts(3);
  for (int i = 0; i < 30'000; ++i) ++counts[random.below(3)];
  for (int count : counts) EXPECT_NEAR(count, 10'000, 300);
}

TEST(NormalQuantile, InvertsTheDistribution) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(0.25), -0.6744897501960817, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-12);
  for (double p : {1e-12, 0.001, 0.07, 0.5, 0.93, 0.9999})
    EXPECT_NEAR(normal_cdf(normal_quantile(p)) / p, 1, 1e-12) << p;
}

TEST(BlockBootstrap, TheSameStartNumberGivesTheSameInterval) {
  const std::vector<double> values{1, 5, 2, 8, 3, 9, 4, 4};
  BootstrapPlan plan;
  const auto first = block_bootstrap(8, mean(values), mean_statistic(values), plan);
  const auto again = block_bootstrap(8, mean(values), mean_statistic(values), plan);
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  plan.seed = 2;
  const auto other = block_bootstrap(8, mean(values), mean_statistic(values), plan);
  EXPECT_NE(first.high, other.high);
}

TEST(BlockBootstrap, BlocksThatAreAllAlikeHaveNoSpread) {
  const std::vector<double> values(10, 3.0);
  for (auto method : {IntervalMethod::Bca, IntervalMethod::Percentile}) {
    BootstrapPlan plan;
    plan.method = method;
    const auto interval = block_bootstrap(10, 3.0, mean_statistic(values), plan);
    EXPECT_EQ(interval.low, 3.0);
    EXPECT_EQ(interval.high, 3.0);
  }
}

TEST(BlockBootstrap, AResampleWithoutAValueWidensTheIntervalToInfinity) {
  const auto undefined_often = [](std::span<const std::uint32_t> weights) {
    return weights[0] == 0 ? std::optional<double>() : std::optional(1.0);
  };
  for (auto method : {IntervalMethod::Bca, IntervalMethod::Percentile}) {
    BootstrapPlan plan;
    plan.method = method;
    EXPECT_TRUE(std::isinf(block_bootstrap(10, 1.0, undefined_often, plan).high));
  }
}

// Skewed blocks (squares of normals, mean 1): the share of intervals that hold the true mean, and
// that BCa moves its interval towards the long tail.
TEST(BlockBootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  constexpr int kTrials = 300;
  constexpr std::uint32_t kBlocks = 60;
  int held[2] = {0, 0};
  double centre[2] = {0, 0};
  RandomStream random(20'261'121);
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values(kBlocks);
    for (double& value : values) value = std::pow(standard_normal(random), 2);
    for (int m = 0; m < 2; ++m) {
      BootstrapPlan plan;
      plan.resamples = 400;
      plan.seed = static_cast<std::uint64_t>(trial);
      plan.method = m == 0 ? IntervalMethod::Bca : IntervalMethod::Percentile;
      const auto interval = block_bootstrap(kBlocks, mean(values), mean_statistic(values), plan);
      if (interval.low <= 1 && 1 <= interval.high) ++held[m];
      centre[m] += (interval.low + interval.high) / 2;
    }
  }
  for (int m = 0; m < 2; ++m) {
    EXPECT_GE(held[m], kTrials * 88 / 100) << m;
    EXPECT_LE(held[m], kTrials * 98 / 100) << m;
  }
  EXPECT_GT(centre[0], centre[1]);
}

}  // namespace
}  // namespace sluice::ml
