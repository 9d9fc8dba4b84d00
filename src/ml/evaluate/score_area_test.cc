// Sorting by score, and areas under curves without a part of the rows.
#include "ml/evaluate/score_area.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ml/evaluate/score_order.h"
#include "ml/evaluate/threshold_sweep.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

using Scores = std::vector<double>;

std::vector<std::uint32_t> by_stable_sort(const Scores& scores) {
  std::vector<std::uint32_t> rows(scores.size());
  std::iota(rows.begin(), rows.end(), 0u);
  std::ranges::stable_sort(rows, [&](auto a, auto b) { return scores[a] > scores[b]; });
  return rows;
}

// Scores of a kind that its name says.
Scores scores_of(std::string_view kind, std::size_t count) {
  RandomStream random(7);
  Scores scores;
  for (std::size_t i = 0; i < count; ++i) {
    const double uniform = random.uniform();
    if (kind == "any") scores.push_back((uniform - 0.5) * std::exp(100 * random.uniform()));
    if (kind == "ties") scores.push_back(std::floor(uniform * 10) / 10);
    if (kind == "equal") scores.push_back(0.5);
    // Closer together than the first 32 bits that differ can tell.
    if (kind == "close") scores.push_back(i == 0 ? -1e300 : 0.5 + uniform * 1e-12);
    if (kind == "zeros") scores.push_back(uniform < 0.5 ? 0.0 : -0.0);
  }
  return scores;
}

TEST(HighestFirst, IsTheOrderOfAStableSort) {
  for (const std::string_view kind : {"any", "ties", "equal", "close", "zeros"})
    for (const std::size_t count : {0u, 1u, 2u, 1000u, 20'000u}) {
      const Scores scores = scores_of(kind, count);
      EXPECT_EQ(highest_first(scores), by_stable_sort(scores)) << kind << " " << count;
    }
}

TEST(RankRows, AreThoseRowsWithTheirLabelsAndWhereScoresEnd) {
  for (const std::string_view kind : {"any", "ties", "equal", "close", "zeros"})
    for (const std::size_t count : {0u, 1u, 1000u, 20'000u}) {
      const Scores scores = scores_of(kind, count);
      std::vector<std::uint8_t> classes;
      for (std::size_t i = 0; i < count; ++i) classes.push_back(static_cast<std::uint8_t>(i % 3));
      const auto rows = by_stable_sort(scores);
      const auto ranked = rank_rows(scores, classes, 2);
      ASSERT_EQ(ranked.size(), count);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(ranked[i].row(), rows[i]) << kind << " " << i;
        ASSERT_EQ(ranked[i].label(), classes[rows[i]] == 2 ? 1 : 0) << kind << " " << i;
        const bool ends = i + 1 == count || scores[rows[i + 1]] != scores[rows[i]];
        ASSERT_EQ(ranked[i].ends_score(), ends) << kind << " " << i;
      }
    }
}

TEST(ScoreAreas, WithoutAPartAreThoseOfTheOtherRows) {
  constexpr std::uint32_t kParts = 4;
  for (const std::string_view kind : {"any", "ties", "equal"}) {
    const Scores scores = scores_of(kind, 3000);
    std::vector<std::uint8_t> labels;
    std::vector<std::uint32_t> parts;
    RandomStream random(8);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      labels.push_back(random.uniform() < 0.2 ? 1 : 0);
      parts.push_back(static_cast<std::uint32_t>(i % kParts));
    }
    const ScoreAreas areas(labels, scores, parts);
    EXPECT_DOUBLE_EQ(*areas.of(ScoreArea::Roc), *roc_auc(threshold_sweep(labels, scores)));
    for (std::uint32_t part = 0; part < kParts; ++part) {
      std::vector<std::uint8_t> other_labels;
      Scores other_scores;
      for (std::size_t i = 0; i < scores.size(); ++i) {
        if (parts[i] == part) continue;
        other_labels.push_back(labels[i]);
        other_scores.push_back(scores[i]);
      }
      const auto sweep = threshold_sweep(other_labels, other_scores);
      EXPECT_DOUBLE_EQ(*areas.without(ScoreArea::Roc, part), *roc_auc(sweep)) << kind;
      EXPECT_NEAR(*areas.without(ScoreArea::PrecisionRecall, part), *average_precision(sweep),
                  1e-12)
          << kind;
    }
  }
}

TEST(ScoreAreas, AreNotDefinedWhereAPartHoldsAllPositives) {
  const std::vector<std::uint8_t> labels{1, 0, 0};
  const ScoreAreas areas(labels, Scores{0.9, 0.5, 0.1}, std::vector<std::uint32_t>{0, 1, 1});
  EXPECT_EQ(areas.of(ScoreArea::Roc), 1);
  EXPECT_FALSE(areas.without(ScoreArea::Roc, 0));
  EXPECT_FALSE(areas.without(ScoreArea::PrecisionRecall, 0));
  EXPECT_FALSE(areas.without(ScoreArea::Roc, 1));
  EXPECT_EQ(areas.without(ScoreArea::PrecisionRecall, 1), 1);
}

TEST(ThresholdSweep, ThinnedOnTheWayIsTheSame) {
  const Scores scores = scores_of("any", 5000);
  std::vector<std::uint8_t> labels;
  for (std::size_t i = 0; i < scores.size(); ++i) labels.push_back(i % 3 == 0 ? 1 : 0);
  const auto ranked = rank_rows(scores, labels, 1);
  for (const std::size_t most : {2u, 11u, 10'000u}) {
    const auto expected = thin_out(threshold_sweep(labels, scores), most);
    const auto thin = thin_threshold_sweep(ranked, scores, most);
    ASSERT_EQ(thin.size(), expected.size());
    for (std::size_t i = 0; i < thin.size(); ++i) {
      EXPECT_EQ(thin[i].threshold, expected[i].threshold);
      EXPECT_EQ(thin[i].true_positives, expected[i].true_positives);
    }
  }
}

}  // namespace
}  // namespace sluice::ml
