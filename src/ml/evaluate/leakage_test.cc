#include "ml/evaluate/leakage.h"

#include <gtest/gtest.h>

#include "ml/evaluate/backtest.h"

namespace sluice::ml {
namespace {

Column numbers(std::string name, std::vector<double> values) {
  return {std::move(name), ColumnKind::Number, std::move(values), {}, {}};
}

struct LeakageTest : ::testing::Test {
  LeakageTest() {
    std::vector<double> week, price, units, revenue;
    for (int i = 0; i < 20; ++i) {
      week.push_back(100 + i / 2);
      price.push_back(1 + i % 3);
      units.push_back(20 + i % 7);
      revenue.push_back(3 * units.back() - 1);
    }
    judged = Table::create({numbers("week", week), numbers("price", price), numbers("units", units),
                            numbers("revenue", revenue)})
                 .value();
    for (double& value : week) value -= 10;
    learnt = Table::create({numbers("week", week), numbers("price", price)}).value();
  }
  std::vector<std::string> kinds(std::vector<std::string> features,
                                 std::vector<std::string> keys = {}, std::string time = "") {
    std::vector<std::string> found;
    for (const Leak& leak : find_leaks({judged, "units", std::move(features), &learnt,
                                        std::move(keys), std::move(time), std::nullopt})
                                .value())
      found.push_back(leak.kind);
    return found;
  }

  Table judged;
  Table learnt;
};

using Kinds = std::vector<std::string>;

TEST_F(LeakageTest, TheTargetAndWhatTellsItAreNoFeatures) {
  EXPECT_EQ(kinds({"price", "week"}), Kinds{});
  EXPECT_EQ(kinds({"price", "units"}), Kinds{"target"});
  EXPECT_EQ(kinds({"price", "revenue"}), Kinds{"target"});
}

TEST_F(LeakageTest, RowsThatWereLearntFromAreFoundByKeyAndTime) {
  EXPECT_EQ(kinds({}, {"week", "price"}, "week"), Kinds{});
  Column week = *learnt.find("week");
  week.numbers[4] = 100;
  learnt.set_column(week);
  const auto leaks =
      find_leaks({judged, "units", {}, &learnt, {"week"}, "week", std::nullopt}).value();
  ASSERT_EQ(leaks.size(), 2u);
  EXPECT_EQ(leaks[0].rows, 2u);
  EXPECT_EQ(leaks[0].sentence,
            "2 of 20 rows were learnt from, too: the same week (first in row 1)");
  EXPECT_EQ(
      leaks[1].sentence,
      "1 of 20 rows that were learnt from lie at or after week 100, the first that is judged");
  EXPECT_FALSE(find_leaks({judged, "units", {}, &learnt, {"shop"}, "", std::nullopt}).ok());
}

TEST_F(LeakageTest, WhatCannotBeComparedIsNotCalledClean) {
  const auto error = [&](const Table& table, std::vector<std::string> keys, std::string time) {
    const auto leaks =
        find_leaks({judged, "units", {}, &table, std::move(keys), std::move(time), std::nullopt});
    return leaks.ok() ? std::string("it is clean") : leaks.error().describe();
  };
  EXPECT_NE(error(learnt.take({}), {"week"}, "").find("has no rows"), std::string::npos);
  const std::vector<std::int32_t> codes(learnt.row_count(), 0);
  const Table texts = Table::create({{"week", ColumnKind::Text, {}, codes, {"0101"}}}).value();
  EXPECT_NE(error(texts, {"week"}, "").find("holds numbers"), std::string::npos);
  EXPECT_NE(error(texts, {}, "week").find("holds numbers"), std::string::npos);
}

TEST(Leakage, RowsDatedAfterNowAreNamed) {
  Column day{"day", ColumnKind::Text, {}, {0, 1, 2}, {"2026-01-01", "2026-03-01", "soon"}};
  const Table judged = Table::create({day}).value();
  const auto leaks =
      find_leaks({judged, "units", {}, nullptr, {}, "day", parse_rfc3339("2026-02-01T00:00:00Z")})
          .value();
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_EQ(leaks[0].kind, "future");
  EXPECT_NE(leaks[0].sentence.find("1 row is dated after now, up to 2026-03-01"),
            std::string::npos);
}

Groups weeks(std::size_t count) {
  Groups groups{"week", {}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    groups.names.push_back(std::to_string(i + 1));
    groups.of_row.push_back(static_cast<std::uint32_t>(i));
    groups.of_row.push_back(static_cast<std::uint32_t>(i));
  }
  return groups;
}

TEST(Backtest, OriginsRollAndNothingLaterIsLearntFrom) {
  const auto folds = plan_folds(weeks(10), {"week", 3, 2, 1, 0}).value();
  ASSERT_EQ(folds.size(), 3u);
  EXPECT_EQ(folds[0].origin, "5");
  EXPECT_EQ(folds[2].origin, "9");
  EXPECT_EQ(folds[0].learnt, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}));  // weeks 1 to 3
  EXPECT_EQ(folds[0].judged, (std::vector<std::size_t>{8, 9, 10, 11}));      // weeks 5 and 6
  EXPECT_EQ(folds[2].learnt.back(), 13u);  // week 7: week 8 is the gap
  EXPECT_EQ(folds[2].judged.back(), 19u);
  const auto windowed = plan_folds(weeks(10), {"week", 3, 2, 1, 2}).value();
  EXPECT_EQ(windowed[2].learnt, (std::vector<std::size_t>{10, 11, 12, 13}));
}

TEST(Backtest, TooFewPeriodsSayHowManyAreNeeded) {
  const auto folds = plan_folds(weeks(7), {"week", 3, 2, 1, 0});
  ASSERT_FALSE(folds.ok());
  EXPECT_NE(folds.error().message().find("need at least 8"), std::string::npos)
      << folds.error().message();
}

}  // namespace
}  // namespace sluice::ml
