#include "ml/statistics/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "ml/statistics/delong.h"
#include "ml/statistics/diebold_mariano.h"
#include "ml/statistics/mcnemar.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/paired_bootstrap.h"
#include "ml/statistics/random_stream.h"
#include "ml/statistics/sample_size.h"

namespace sluice::ml {
namespace {

double normal(RandomStream& random) {
  return normal_quantile(random.uniform());
}

ComparisonVerdict verdict(const Evidence& evidence, const ComparisonPlan& plan) {
  const std::vector<std::pair<std::string, Evidence>> one{{"metric", evidence}};
  return judge_comparisons(one, plan)[0].verdict;
}

TEST(Comparison, TheVerdictFollowsFromTheIntervalAndTheMargin) {
  const ComparisonPlan plan{.margin = 1, .alpha = 0.05};
  struct Case {
    double gain;
    double error;
    ComparisonVerdict expected;
  };
  for (const Case& one :
       {Case{3, 1, ComparisonVerdict::Better}, Case{-3, 1, ComparisonVerdict::Worse},
        Case{0.1, 0.2, ComparisonVerdict::Equivalent},
        Case{0.5, 0.1, ComparisonVerdict::Equivalent},  // surely better, by too little
        Case{0.5, 1, ComparisonVerdict::Inconclusive}, Case{0, 0, ComparisonVerdict::Equivalent},
        Case{2, 0, ComparisonVerdict::Better}})
    EXPECT_EQ(verdict(evidence_from(one.gain, one.error, plan), plan), one.expected) << one.gain;
}

TEST(Comparison, WithoutAMarginNothingIsEquivalent) {
  const ComparisonPlan plan;
  EXPECT_EQ(verdict(evidence_from(0, 0.001, plan), plan), ComparisonVerdict::Inconclusive);
  EXPECT_EQ(verdict(evidence_from(0, 0, plan), plan), ComparisonVerdict::Inconclusive);
}

TEST(Comparison, ManyMetricsNeedStrongerEvidence) {
  const ComparisonPlan plan;
  const Evidence just = evidence_from(2.1, 1, plan);
  std::vector<std::pair<std::string, Evidence>> metrics{{"a", just}};
  EXPECT_EQ(judge_comparisons(metrics, plan)[0].verdict, ComparisonVerdict::Better);
  metrics.emplace_back("b", evidence_from(0.1, 1, plan));
  EXPECT_EQ(judge_comparisons(metrics, plan)[0].verdict, ComparisonVerdict::Inconclusive);
  EXPECT_EQ(judge_comparisons(metrics, plan, Correction::None)[0].verdict,
            ComparisonVerdict::Better);
}

TEST(McNemar, ExchangingTheModelsTurnsTheGain) {
  const ComparisonPlan plan{.margin = 0.05, .alpha = 0.05};
  const Evidence one = mcnemar_test({500, 10, 40}, plan);
  const Evidence other = mcnemar_test({500, 40, 10}, plan);
  EXPECT_DOUBLE_EQ(one.gain, 0.06);
  EXPECT_DOUBLE_EQ(other.gain, -0.06);
  EXPECT_DOUBLE_EQ(one.difference_p, other.difference_p);
  EXPECT_EQ(verdict(one, plan), ComparisonVerdict::Better);
  EXPECT_EQ(verdict(other, plan), ComparisonVerdict::Worse);
}

TEST(McNemar, ModelsThatAreRightOnTheSameRowsDoNotDiffer) {
  EXPECT_EQ(mcnemar_exact_p({100, 0, 0}), 1);
  EXPECT_EQ(mcnemar_mid_p({100, 0, 0}), 1);
  EXPECT_EQ(mcnemar_mid_p({100, 7, 7}), 1);
  EXPECT_EQ(verdict(mcnemar_test({10'000, 0, 0}, {.margin = 0.01, .alpha = 0.05}),
                    {.margin = 0.01, .alpha = 0.05}),
            ComparisonVerdict::Equivalent);
}

TEST(DeLong, TheSameScoresAreEqualAndLabelsOfOneKindSayNothing) {
  const std::vector<std::uint8_t> labels{0, 1, 0, 1, 1, 0};
  const std::vector<double> scores{0.1, 0.7, 0.4, 0.4, 0.9, 0.2};
  const auto test = delong_test(labels, scores, scores, {});
  ASSERT_TRUE(test);
  EXPECT_EQ(test->evidence.gain, 0);
  EXPECT_EQ(test->evidence.difference_p, 1);
  EXPECT_FALSE(delong_test(std::vector<std::uint8_t>(6, 1), scores, scores, {}));
}

TEST(DieboldMariano, EqualLossesAreEqualAndAConstantGainIsSure) {
  const std::vector<double> losses{1, 2, 3, 4, 5};
  EXPECT_EQ(diebold_mariano_test(losses, losses, 2, {}).evidence.difference_p, 1);
  const std::vector<double> better{0, 1, 2, 3, 4};
  const auto test = diebold_mariano_test(losses, better, 1, {});
  EXPECT_EQ(test.evidence.gain, 1);
  EXPECT_EQ(test.evidence.difference_p, 0);
}

// Of an alternating series the autocovariance at lag 1 outweighs the variance.
TEST(DieboldMariano, ANegativeVarianceFallsBackToWeightsThatCannotBe) {
  std::vector<double> gains(20);
  for (std::size_t i = 0; i < gains.size(); ++i) gains[i] = i % 2 == 0 ? 1 : -0.9;
  EXPECT_LT(long_run_variance(gains, 2, LagWeights::Rectangular), 0);
  const auto test = diebold_mariano_test(gains, std::vector<double>(20), 2, {});
  EXPECT_EQ(test.weights, LagWeights::Bartlett);
  EXPECT_LT(test.evidence.difference_p, 1);
}

TEST(PairedBootstrap, FindsAGainAndRepeatsItself) {
  RandomStream random(4);
  std::vector<double> champion(600);
  std::vector<double> challenger(600);
  for (std::size_t i = 0; i < 600; ++i) {
    champion[i] = std::fabs(normal(random));
    challenger[i] = champion[i] - 0.1 - 0.2 * normal(random);
  }
  const ComparisonPlan plan{.margin = 0.05, .alpha = 0.05};
  const Evidence evidence = paired_bootstrap_test({champion, challenger}, plan, {});
  EXPECT_EQ(verdict(evidence, plan), ComparisonVerdict::Better);
  EXPECT_NEAR(evidence.gain, 0.1, 0.03);
  EXPECT_NEAR(evidence.standard_error, 0.2 / std::sqrt(600), 0.001);
  EXPECT_EQ(evidence.seed, 1u);
  const Evidence again = paired_bootstrap_test({champion, challenger}, plan, {});
  EXPECT_EQ(evidence.interval.low, again.interval.low);
  const Evidence turned = paired_bootstrap_test({challenger, champion}, plan, {});
  EXPECT_DOUBLE_EQ(turned.gain, -evidence.gain);
  EXPECT_EQ(verdict(turned, plan), ComparisonVerdict::Worse);
}

// A shock for each block of 50 rows: rows alone look sure of what blocks know to be chance.
TEST(PairedBootstrap, RowsOfABlockThatHangTogetherAreNotCountedAsManyProofs) {
  RandomStream random(10);
  std::vector<double> champion(1000);
  std::vector<std::uint32_t> blocks(1000);
  int by_rows = 0;
  int by_blocks = 0;
  for (int trial = 0; trial < 60; ++trial) {
    double shock = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
      if (i % 50 == 0) shock = normal(random);
      blocks[i] = static_cast<std::uint32_t>(i / 50);
      champion[i] = shock + normal(random);
    }
    const std::vector<double> challenger(1000);
    BootstrapPlan resampling;
    resampling.resamples = 200;
    if (paired_bootstrap_test({champion, challenger}, {}, resampling).difference_p < 0.05)
      ++by_rows;
    if (paired_bootstrap_test({champion, challenger, blocks}, {}, resampling).difference_p < 0.05)
      ++by_blocks;
  }
  EXPECT_GT(by_rows, 30);
  EXPECT_LT(by_blocks, 12);
}

TEST(PairedBootstrap, ManyBlocksAreJoinedWithoutLosingARow) {
  std::vector<double> champion(10'000);
  for (std::size_t i = 0; i < champion.size(); ++i) champion[i] = static_cast<double>(i % 7);
  const std::vector<double> challenger(10'000);
  BootstrapPlan resampling;
  resampling.resamples = 20;
  const Evidence evidence = paired_bootstrap_test({champion, challenger}, {}, resampling);
  EXPECT_NEAR(evidence.gain, 2.9995, 1e-3);
  EXPECT_NEAR(evidence.standard_error, 2.0 / 100, 0.01);
}

TEST(Blocks, AreRunsOfPeriodsOfOneSeries) {
  EXPECT_EQ(blocks_by_series_and_time(std::vector<std::uint32_t>{0, 0, 0, 1, 1, 0},
                                      std::vector<std::int64_t>{-1, 0, 3, 3, 4, 2}, 4),
            (std::vector<std::uint32_t>{0, 1, 1, 2, 3, 1}));
}

TEST(SampleSize, TheRowsAskedForGiveThePowerAskedFor) {
  const std::uint64_t rows = rows_to_see_difference(1000, 0.01, 0.02);
  const double error = 0.01 * std::sqrt(1000 / static_cast<double>(rows));
  EXPECT_NEAR(power_of_difference(error, 0.02, 0.05), 0.8, 0.002);
  EXPECT_EQ(rows_to_see_difference(1000, 0.01, 0.01), 7849u);
  EXPECT_GT(rows_to_show_equivalence(1000, 0.01, 0.02), rows);
  EXPECT_NEAR(power_of_difference(1, 0, 0.05), 0.05, 1e-12);
  EXPECT_EQ(rows_to_see_difference(1000, 0, 0.01), 1u);
}

TEST(Correction, HolmIsMonotoneAndNeverBelowTheRawValue) {
  const std::vector<double> p{0.04, 0.01, 0.03, 0.01};
  EXPECT_EQ(holm(p), (std::vector<double>{0.06, 0.04, 0.06, 0.04}));
  EXPECT_EQ(corrected(p, Correction::None), p);
  EXPECT_TRUE(holm({}).empty());
  EXPECT_EQ(parse_correction("holm"), Correction::Holm);
  EXPECT_FALSE(parse_correction("bonferroni"));
}

}  // namespace
}  // namespace sluice::ml
