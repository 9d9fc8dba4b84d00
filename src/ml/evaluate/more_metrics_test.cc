// Metrics of classification, ranking and forecasting at their edges; their values are compared with
// scikit-learn's in statistics/statistics_golden_test.cc.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "ml/evaluate/confusion_matrix.h"
#include "ml/evaluate/forecast_sums.h"
#include "ml/evaluate/probability_sums.h"
#include "ml/evaluate/ranking.h"
#include "ml/evaluate/threshold_sweep.h"

namespace sluice::ml {
namespace {

using Labels = std::vector<std::uint8_t>;
using Scores = std::vector<double>;

TEST(ConfusionMatrix, IsUndefinedWhereThereIsNothingToDivideBy) {
  ConfusionMatrix matrix(2);
  EXPECT_FALSE(matrix.accuracy());
  EXPECT_FALSE(matrix.macro_f1());
  matrix.add(0, 0);
  EXPECT_EQ(matrix.accuracy(), 1);
  EXPECT_FALSE(matrix.precision(1));
  EXPECT_FALSE(matrix.recall(1));
  EXPECT_FALSE(matrix.f1(1));
  EXPECT_FALSE(matrix.matthews());
  EXPECT_EQ(matrix.macro_f1(), 1);
}

TEST(ProbabilitySums, OneSureMistakeIsDearAndNotInfinite) {
  ProbabilitySums sums;
  EXPECT_FALSE(sums.log_loss());
  sums.add_row(1, 0);
  EXPECT_NEAR(*sums.log_loss(), 52 * std::log(2.0), 1e-9);
  EXPECT_EQ(sums.brier(), 1);
  sums.add_row(0, 0);
  EXPECT_EQ(sums.brier(), 0.5);
}

TEST(ThresholdSweep, PerfectReversedAndConstantScoresAreOneZeroAndAHalf) {
  const Labels labels{0, 0, 1, 1};
  EXPECT_EQ(roc_auc(threshold_sweep(labels, Scores{1, 2, 3, 4})), 1);
  EXPECT_EQ(roc_auc(threshold_sweep(labels, Scores{4, 3, 2, 1})), 0);
  EXPECT_EQ(roc_auc(threshold_sweep(labels, Scores{5, 5, 5, 5})), 0.5);
  EXPECT_EQ(average_precision(threshold_sweep(labels, Scores{5, 5, 5, 5})), 0.5);
}

TEST(ThresholdSweep, OfOneClassHasNoArea) {
  const auto only_positive = threshold_sweep(Labels{1, 1}, Scores{1, 2});
  EXPECT_FALSE(roc_auc(only_positive));
  EXPECT_EQ(average_precision(only_positive), 1);
  const auto only_negative = threshold_sweep(Labels{0, 0}, Scores{1, 2});
  EXPECT_FALSE(average_precision(only_negative));
  EXPECT_FALSE(roc_auc({}));
  EXPECT_EQ(best_f1({}), nullptr);
}

TEST(ThresholdSweep, CountsRowsAtOrAboveEachScore) {
  const auto sweep = threshold_sweep(Labels{1, 0, 1, 0}, Scores{0.9, 0.9, 0.4, 0.1});
  ASSERT_EQ(sweep.size(), 3u);
  EXPECT_EQ(sweep[0].threshold, 0.9);
  EXPECT_EQ(sweep[0].precision(), 0.5);
  EXPECT_EQ(sweep[1].recall(), 1);
  EXPECT_EQ(sweep[1].accuracy(), 0.75);
  EXPECT_EQ(sweep[2].false_positive_rate(), 1);
  EXPECT_EQ(best_f1(sweep)->threshold, 0.4);
}

TEST(ThresholdSweep, ThinnedOutItKeepsItsEnds) {
  Labels labels(1000);
  Scores scores(1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    labels[i] = i % 3 == 0 ? 1 : 0;
    scores[i] = static_cast<double>(i);
  }
  const auto sweep = threshold_sweep(labels, scores);
  const auto thin = thin_out(sweep, 11);
  ASSERT_EQ(thin.size(), 11u);
  EXPECT_EQ(thin.front().threshold, 999);
  EXPECT_EQ(thin.back().threshold, 0);
  EXPECT_EQ(thin_out(thin, 50).size(), 11u);
}

TEST(Forecasts, OfTheNaiveForecastItselfAreOne) {
  const std::vector<double> history{1, 3, 2, 5, 4, 8};
  NaiveSums naive;
  naive.add_series(history, 1);
  ScaledErrorSums errors;
  for (std::size_t t = 1; t < history.size(); ++t)
    errors.add_row(history[t] - history[t - 1], naive.mean_absolute(), naive.mean_squared());
  EXPECT_DOUBLE_EQ(*errors.mase(), 1);
  EXPECT_DOUBLE_EQ(*errors.rmsse(), 1);
}

TEST(Forecasts, WithoutAHistoryThatChangesThereIsNoScale) {
  NaiveSums naive;
  naive.add_series(std::vector<double>{4, 4, 4}, 1);
  naive.add_series(std::vector<double>{4}, 3);
  ScaledErrorSums errors;
  errors.add_row(1, naive.mean_absolute(), naive.mean_squared());
  errors.add_row(1, NaiveSums{}.mean_absolute(), NaiveSums{}.mean_squared());
  EXPECT_EQ(naive.n, 2);
  EXPECT_FALSE(errors.mase());
  EXPECT_FALSE(errors.rmsse());
  EXPECT_FALSE(PinballSums{}.pinball());
  EXPECT_FALSE(CoverageSums{}.coverage());
}

TEST(Forecasts, TheEndsOfAnIntervalBelongToIt) {
  CoverageSums sums;
  sums.add_row(1, 1, 3);
  sums.add_row(3, 1, 3);
  sums.add_row(3.1, 1, 3);
  EXPECT_DOUBLE_EQ(*sums.coverage(), 2.0 / 3);
  EXPECT_EQ(sums.width(), 2);
}

TEST(Forecasts, PinballWeighsTheSidesByTheQuantile) {
  PinballSums sums;
  sums.add_row(10, 6, 0.9);
  EXPECT_DOUBLE_EQ(*sums.pinball(), 3.6);
  sums.add_row(6, 10, 0.9);
  EXPECT_DOUBLE_EQ(*sums.pinball(), 2.0);
}

TEST(Ranking, EqualScoresCountAgainstTheFirstRelevantItem) {
  const std::vector<double> relevance{0, 1, 0};
  EXPECT_EQ(reciprocal_rank(relevance, Scores{1, 1, 1}), 1.0 / 3);
  EXPECT_EQ(reciprocal_rank(relevance, Scores{1, 2, 1}), 1);
  EXPECT_FALSE(reciprocal_rank(Scores{0, 0}, Scores{1, 2}));
}

TEST(Ranking, OfNothingRelevantHasNoGain) {
  EXPECT_EQ(ndcg(Scores{3, 2, 0}, Scores{9, 8, 7}, 3), 1);
  EXPECT_FALSE(ndcg(Scores{0, 0, 0}, Scores{9, 8, 7}, 3));
  EXPECT_EQ(ndcg(Scores{0, 1}, Scores{2, 1}, 1), 0);
  EXPECT_FALSE(RankingSums{}.mean_ndcg());
}

}  // namespace
}  // namespace sluice::ml
