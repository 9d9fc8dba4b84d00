#include "ml/statistics/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "ml/statistics/delong.h"
#include "ml/statistics/diebold_mariano.h"
#include "ml/statistics/mcnemar.h"
#include "ml/statistics/sample_size.h"

namespace sluice::ml {
namespace {

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
