#include "ml/evaluate/prediction_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ml/evaluate/slice_spec.h"

namespace sluice::ml {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Column numbers(std::string name, std::vector<double> values) {
  return {std::move(name), ColumnKind::Number, std::move(values), {}, {}};
}

Column texts(std::string name, const std::vector<std::string>& values) {
  Column column{std::move(name), ColumnKind::Text, {}, {}, {}};
  for (const std::string& value : values) {
    column.codes.push_back(static_cast<std::int32_t>(column.dictionary.size()));
    column.dictionary.push_back(value);
  }
  return column;
}

Table table_of(std::vector<Column> columns) {
  return Table::create(std::move(columns)).value();
}

void expect_error(const Result<Table>& result, std::string_view says) {
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().describe().find(says), std::string::npos) << result.error().describe();
}

TEST(JoinPredictions, ByKeyFindsEachRowItsPartner) {
  const Table data = table_of(
      {numbers("store", {1, 1, 2}), numbers("week", {1, 2, 1}), numbers("units", {10, 20, 30})});
  const Table predictions = table_of(
      {numbers("week", {1, 2, 1}), numbers("store", {2, 1, 1}), numbers("guess", {31, 21, 11})});
  const Table joined = join_predictions(data, predictions, {"store", "week"}).value();
  EXPECT_EQ(joined.find("guess")->numbers, (std::vector<double>{11, 21, 31}));
  EXPECT_EQ(joined.find("units")->numbers, (std::vector<double>{10, 20, 30}));
}

TEST(JoinPredictions, WhatHasNoPartnerOrTwoIsNamedByRow) {
  const Table data = table_of({numbers("store", {1, 2, 3}), numbers("units", {1, 2, 3})});
  const auto with = [&](std::vector<double> stores) {
    std::vector<double> guesses(stores.size(), 5);
    return join_predictions(
        data, table_of({numbers("store", std::move(stores)), numbers("guess", guesses)}),
        {"store"});
  };
  expect_error(with({1, 3}),
               "1 of 3 rows of the data have no prediction with the same store (row 2)");
  expect_error(with({1, 2, 3, 4}), "belong to no row of the data (row 4)");
  expect_error(with({1, 2, 2}), "rows 2 and 3 have the same store");
  expect_error(join_predictions(data, table_of({numbers("guess", {1, 2, 3})}), {"store"}), "store");
}

TEST(JoinPredictions, WithoutKeysLengthAndOrderMustAgree) {
  const Table data = table_of({numbers("store", {1, 2}), numbers("units", {1, 2})});
  expect_error(join_predictions(data, table_of({numbers("guess", {1})}), {}), "--key");
  expect_error(
      join_predictions(data, table_of({numbers("store", {2, 1}), numbers("guess", {1, 2})}), {}),
      "another order than the data (--key COLUMN,COLUMN joins them): in row 1 of the data "
      "store is '1', in the predictions '2'");
  EXPECT_TRUE(
      join_predictions(data, table_of({numbers("store", {1, 2}), numbers("guess", {1, 2})}), {})
          .ok());
}

Result<JudgedRows> judge(const Table& table, Task task, const PredictionColumns& columns) {
  return judge_columns(table, task, columns, {}, {});
}

TEST(JudgeColumns, TextsAreClassesAndTheProbabilityDecides) {
  const Table table = table_of({texts("churned", {"no", "yes"}), numbers("p", {0.6, 0.4})});
  PredictionColumns columns;
  columns.truth = "churned";
  columns.probability = "p";
  const JudgedRows rows = judge(table, implied_task(columns), columns).value();
  EXPECT_EQ(rows.classes, (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(rows.positive, 1u);
  EXPECT_EQ(rows.predicted_class, (std::vector<ClassIndex>{1, 0}));
  columns.threshold = 0.4;
  EXPECT_EQ(judge(table, Task::Classification, columns)->predicted_class,
            (std::vector<ClassIndex>{1, 1}));
  columns.positive = "no";
  EXPECT_EQ(judge(table, Task::Classification, columns)->labels(),
            (std::vector<std::uint8_t>{1, 0}));
}

TEST(JudgeColumns, BadValuesAreNamedByRow) {
  const Table table = table_of({numbers("units", {1, 2, 3}), numbers("guess", {1, kNan, 3}),
                                numbers("p", {0.5, 1.5, 0.1}), numbers("low", {0, 5, 0}),
                                numbers("high", {1, 4, 1}), numbers("fine", {1, 2, 3}),
                                numbers("negative", {1, -2, 3})});
  const auto error = [&](Task task, const PredictionColumns& columns) {
    const auto rows = judge(table, task, columns);
    return rows.ok() ? std::string("it is fine") : rows.error().describe();
  };
  PredictionColumns columns;
  columns.truth = "units";
  columns.prediction = "guess";
  EXPECT_NE(error(Task::Regression, columns).find("row 2"), std::string::npos);
  columns.prediction = "fine";
  columns.low = "low";
  EXPECT_NE(error(Task::Forecast, columns).find("--high"), std::string::npos);
  columns.high = "high";
  EXPECT_NE(error(Task::Forecast, columns).find("row 2: the interval begins at 5"),
            std::string::npos);
  columns.probability = "p";
  EXPECT_NE(error(Task::Regression, columns).find("classification"), std::string::npos);
  columns.truth = "negative";
  columns.probability.clear();
  columns.query = "fine";
  EXPECT_NE(error(Task::Ranking, columns).find("row 2: a relevance"), std::string::npos);
  columns.query.clear();
  EXPECT_NE(error(Task::Ranking, columns).find("--query"), std::string::npos);
}

TEST(JudgeColumns, ForecastsAreScaledByTheHistoryOfTheirSeries) {
  const Table history =
      table_of({numbers("store", {1, 1, 1, 2, 2, 2}), numbers("week", {3, 1, 2, 1, 2, 3}),
                numbers("units", {5, 1, 3, 10, 20, 30})});
  const Table table = table_of({numbers("store", {1, 2, 9}), numbers("week", {4, 4, 4}),
                                numbers("units", {1, 1, 1}), numbers("guess", {3, 11, 1})});
  PredictionColumns columns;
  columns.truth = "units";
  columns.prediction = "guess";
  columns.series = "store";
  columns.time = "week";
  const JudgedRows rows = judge_columns(table, Task::Forecast, columns, {&history, 1}, {}).value();
  EXPECT_EQ(rows.naive_absolute[0], 2);
  EXPECT_EQ(rows.naive_absolute[1], 10);
  EXPECT_TRUE(std::isnan(rows.naive_absolute[2])) << "a series without a history";
  EXPECT_EQ(rows.naive_squared[1], 100);
}

std::vector<std::string> names_of_rows(const Table& table, std::string_view spec) {
  const Groups groups = slice_rows(table, spec).value();
  std::vector<std::string> names;
  for (const std::uint32_t group : groups.of_row) names.push_back(groups.names[group]);
  return names;
}

TEST(Slices, AreValuesBucketsConditionsAndCrosses) {
  const Table table =
      table_of({numbers("price", {1, 2, 3, 4, kNan}), texts("brand", {"a", "b", "c", "d", "e"})});
  using Names = std::vector<std::string>;
  EXPECT_EQ(names_of_rows(table, "price:2"),
            (Names{"up to 2", "up to 2", "2 to 4", "2 to 4", "(missing)"}));
  EXPECT_EQ(names_of_rows(table, "price<3"),
            (Names{"true", "true", "false", "false", "(missing)"}));
  EXPECT_EQ(names_of_rows(table, "brand != a")[0], "false");
  EXPECT_EQ(names_of_rows(table, "brand×price>=2"),
            (Names{"a × false", "b × true", "c × true", "d × true", "e × (missing)"}));
  EXPECT_EQ(names_of_rows(table, "brand*price:2")[3], "d × 2 to 4");
}

TEST(Slices, AreCalledAsPeopleWould) {
  const struct {
    std::string_view column, value, title;
  } cases[] = {
      {"store", "5", "store 5"},
      {"price:5", "up to 1.89", "price up to 1.89"},
      {"deal=1", "true", "deal=1"},
      {"deal=1", "false", "not deal=1"},
      {"deal=1", "(missing)", "deal=1 (missing)"},
      {"brand×deal=1", "10 × true", "brand 10, deal=1"},
      {"brand×size", "a × b × c", "brand×size a × b × c"},
      {"a:b", "1", "a:b 1"},
  };
  for (const auto& one : cases) EXPECT_EQ(slice_title(one.column, one.value), one.title);
}

TEST(Slices, ThatDoNotReadSaySo) {
  const Table table = table_of({numbers("price", {1, 2}), texts("brand", {"a", "b"})});
  const std::pair<const char*, const char*> cases[] = {
      {"prise", "did you mean 'price'"}, {"price:0", "2 to 1000"},     {"price:x", "2 to 1000"},
      {"price<a", "holds numbers"},      {"brand<a", "only = and !="}, {"brand:3", "text"},
      {"brand*prise", "'price'"},
  };
  for (const auto& [spec, says] : cases) {
    const auto groups = slice_rows(table, spec);
    ASSERT_FALSE(groups.ok()) << spec;
    EXPECT_NE(groups.error().describe().find(says), std::string::npos) << groups.error().describe();
  }
}

TEST(Slices, BucketsOfEqualValuesStayTogether) {
  const Table table = table_of({numbers("x", {7, 7, 7, 7})});
  EXPECT_EQ(slice_rows(table, "x:3")->names, (std::vector<std::string>{"up to 7"}));
}

}  // namespace
}  // namespace sluice::ml
