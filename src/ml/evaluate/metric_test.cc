#include "ml/evaluate/metric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "ml/evaluate/evaluation.h"

namespace sluice::ml {
namespace {

using Values = std::vector<double>;

std::optional<double> value_of(std::string_view name, const Values& truth,
                               const Values& prediction) {
  const JudgedRows rows = judged_numbers(Task::Regression, truth, prediction);
  return MetricValues(rows, nullptr, nullptr)
      .value(*find_metric(name, Task::Regression).value(), 0);
}

TEST(Metrics, AreWhatTheirFormulaSays) {
  // Errors 1, -2, 0, 3; sum of |truth| 20; mean 5, spread 9 + 1 + 1 + 9 = 20.
  const Values truth{2, 4, 6, 8};
  const Values prediction{3, 2, 6, 11};
  EXPECT_DOUBLE_EQ(*value_of("rmse", truth, prediction), std::sqrt(14.0 / 4));
  EXPECT_DOUBLE_EQ(*value_of("mae", truth, prediction), 6.0 / 4);
  EXPECT_DOUBLE_EQ(*value_of("wape", truth, prediction), 6.0 / 20);
  EXPECT_DOUBLE_EQ(*value_of("r2", truth, prediction), 1 - 14.0 / 20);
  EXPECT_DOUBLE_EQ(*value_of("bias", truth, prediction), 2.0 / 4);
}

TEST(Metrics, RSquaredSurvivesALargeOffset) {
  Values truth{2, 4, 6, 8};
  Values prediction{3, 2, 6, 11};
  for (double& value : truth) value += 1e9;
  for (double& value : prediction) value += 1e9;
  EXPECT_NEAR(*value_of("r2", truth, prediction), 0.3, 1e-12);
}

TEST(Metrics, AreNotDefinedWhereTheirDenominatorIsZero) {
  EXPECT_FALSE(value_of("r2", {3, 3, 3}, {1, 2, 3}));
  EXPECT_FALSE(value_of("r2", {3}, {3}));
  EXPECT_FALSE(value_of("wape", {0, 0}, {1, 2}));
  EXPECT_FALSE(value_of("mape", {0, 2}, {1, 2}));
  EXPECT_FALSE(value_of("rmsle", {1, 2}, {-1, 2}));
  for (const auto& name : metric_names(Task::Regression))
    EXPECT_FALSE(value_of(name, {}, {})) << name;
}

TEST(Metrics, SumsOfGroupsAddUpToTheWhole) {
  const JudgedRows rows = judged_numbers(Task::Regression, {2, 4, 6, 8}, {3, 2, 6, 11});
  const SumsLayout layout(rows);
  const std::vector<std::uint32_t> group{0, 1, 0, 2};
  const auto parts = sum_rows(rows, layout, {group.data(), 3}).total();
  const auto whole = sum_rows(rows, layout, {}).total();
  for (const Metric* metric : metrics_of(Task::Regression))
    EXPECT_DOUBLE_EQ(*metric->of({parts, layout}), *metric->of({whole, layout})) << metric->name;
}

TEST(Metrics, AnUnknownNameIsToldTheNearest) {
  const auto metric = find_metric("rmsee", Task::Regression);
  ASSERT_FALSE(metric.ok());
  EXPECT_EQ(metric.error().code(), ErrorCode::InvalidInput);
  EXPECT_NE(metric.error().message().find("'rmse'"), std::string::npos) << metric.error().message();
}

TEST(Metrics, OneOfAnotherTaskIsRefusedWithWhatItIs) {
  const auto metric = find_metric("accuracy", Task::Regression);
  ASSERT_FALSE(metric.ok());
  EXPECT_NE(metric.error().message().find(
                "'accuracy' is a metric of classification, and this is regression"),
            std::string::npos)
      << metric.error().message();
  EXPECT_FALSE(find_metric("mase", Task::Regression).ok());
  EXPECT_TRUE(find_metric("rmse", Task::Forecast).ok());
}

TEST(Metrics, IntervalsOfSharesAllowForDoubtWhereEveryRowIsRight) {
  const Values truth{1, 0, 1, 0, 1};
  const JudgedRows rows = judged_probabilities(truth, {0.9, 0.1, 0.8, 0.2, 0.7}, 0.5).value();
  const MetricValue accuracy =
      MetricValues(rows, nullptr, nullptr)
          .with_interval(*find_metric("accuracy", Task::Classification).value(), 0);
  EXPECT_EQ(accuracy.value, 1);
  EXPECT_NEAR(accuracy.interval->low, 0.5655, 1e-4);  // Wilson, 5 of 5
  EXPECT_EQ(accuracy.interval->high, 1);
}

TEST(Worsening, IsPositiveInTheDirectionThatIsWorse) {
  const double infinity = std::numeric_limits<double>::infinity();
  const struct {
    std::string_view metric;
    double champion, challenger, absolute, relative;
  } cases[] = {
      {"mae", 10, 12, 2, 0.2},       {"mae", 10, 9, -1, -0.1},
      {"r2", 0.8, 0.6, 0.2, 0.25},   {"r2", 0.5, 0.75, -0.25, -0.5},
      {"bias", -1, 0.5, -0.5, -0.5}, {"bias", 1, -3, 2, 2},
      {"mae", 0, 0, 0, 0},           {"mae", 0, 1, 1, infinity},
      {"r2", -1, -2, 1, 1},
  };
  for (const auto& c : cases) {
    const Metric& metric = *find_metric(c.metric, Task::Regression).value();
    EXPECT_NEAR(worsening(metric, c.champion, c.challenger), c.absolute, 1e-12) << c.metric;
    const double relative = relative_worsening(metric, c.champion, c.challenger);
    if (std::isinf(c.relative))
      EXPECT_EQ(relative, c.relative);
    else
      EXPECT_NEAR(relative, c.relative, 1e-12) << c.metric;
  }
}

TEST(Metrics, OfVeryManyGroupsHaveNoIntervals) {
  constexpr std::uint32_t kGroups = 200'000;
  Groups groups{"id", {}, std::vector<std::string>(kGroups)};
  std::vector<double> truth;
  for (std::uint32_t i = 0; i < 2 * kGroups; ++i) {
    truth.push_back(i);
    groups.of_row.push_back(i % kGroups);
  }
  const JudgedRows rows = judged_numbers(Task::Regression, truth, truth);
  const auto value = MetricValues(rows, &groups, nullptr)
                         .with_interval(*find_metric("mae", Task::Regression).value(), 7);
  EXPECT_EQ(value.value, 0);
  EXPECT_FALSE(value.interval);
}

Table small_table() {
  Column store{"store", ColumnKind::Number, {1, 1, 2, 2, 3}, {}, {}};
  Column brand{"brand", ColumnKind::Text, {}, {0, 1, 0, -1, 0}, {"a", "b"}};
  Column units{"units", ColumnKind::Number, {2, 4, 6, 8, 10}, {}, {}};
  return Table::create({store, brand, units}).value();
}

EvaluationPlan plan_of(std::size_t min_rows) {
  EvaluationPlan plan;
  plan.metrics = metrics_of(Task::Regression);
  plan.min_rows = min_rows;
  return plan;
}

TEST(Evaluation, JudgesSlicesOfNumberAndTextColumnsWorstFirst) {
  const Table table = small_table();
  const std::vector<Groups> groups{group_rows(table, "store").value(),
                                   group_rows(table, "brand").value()};
  Evaluation evaluation;
  evaluate_rows(evaluation, judged_numbers(Task::Regression, {2, 4, 6, 8, 10}, {2, 5, 6, 12, 10}),
                groups, plan_of(1));
  EXPECT_EQ(evaluation.rows, 5u);
  std::vector<std::string> order;
  for (const auto& slice : evaluation.slices) order.push_back(slice.column + "=" + slice.value);
  EXPECT_EQ(order, (std::vector<std::string>{"store=2", "store=1", "store=3", "brand=(missing)",
                                             "brand=b", "brand=a"}));
  EXPECT_EQ(evaluation.slices[0].rows, 2u);
  EXPECT_DOUBLE_EQ(*evaluation.slices[0].metrics[1].value, 2.0);  // mae of store 2
  EXPECT_FALSE(evaluation.slices[2].metrics[3].value);            // r2 of one row
}

TEST(Evaluation, SlicesWithFewRowsAreLeftOutAndCounted) {
  const Table table = small_table();
  const std::vector<Groups> groups{group_rows(table, "store").value()};
  Evaluation evaluation;
  evaluate_rows(evaluation, judged_numbers(Task::Regression, {2, 4, 6, 8, 10}, {2, 5, 6, 12, 10}),
                groups, plan_of(2));
  EXPECT_EQ(evaluation.slices.size(), 2u);
  ASSERT_EQ(evaluation.small_slices.size(), 1u);
  EXPECT_EQ(evaluation.small_slices[0].rows, 1u);
  EXPECT_NE(to_markdown(evaluation).find("Left out: 1 slice of store"), std::string::npos);
}

TEST(Evaluation, JsonHoldsValuesDigestsAndNullForWhatIsNotDefined) {
  Evaluation evaluation;
  evaluation.model = "demand/3";
  evaluation.model_digest = sha256("model");
  evaluation.target = "units";
  evaluate_rows(evaluation, judged_numbers(Task::Regression, {3, 3}, {2, 4}), {}, plan_of(1));
  const JsonObject json = to_json(evaluation);
  const JsonObject& metrics = *get_object(json, "metrics").value();
  EXPECT_EQ(get_double(metrics, "mae").value(), 1.0);
  EXPECT_TRUE(find(metrics, "r2")->is_null());
  EXPECT_EQ(get_string(json, "model_digest").value(), sha256("model").to_string());
  EXPECT_NE(evaluation.predictions_digest, Digest{});
}

TEST(Evaluation, ThePredictionsDigestIsOfTheirBytes) {
  EXPECT_EQ(predictions_digest(Values{1.0}), sha256(std::string_view("\0\0\0\0\0\0\xf0\x3f", 8)));
  EXPECT_NE(predictions_digest(Values{1, 2}), predictions_digest(Values{2, 1}));
}

TEST(Target, GapsAreNamedByRow) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const Table table = Table::create({{"units", ColumnKind::Number, {1, nan, 3, infinity}, {}, {}},
                                     {"brand", ColumnKind::Text, {}, {0, 0, 0, 0}, {"a"}}})
                          .value();
  const auto units = complete_column(table, "units", "target");
  ASSERT_FALSE(units.ok());
  EXPECT_EQ(units.error().code(), ErrorCode::InvalidInput);
  EXPECT_NE(units.error().message().find("rows 2, 4"), std::string::npos)
      << units.error().message();
  EXPECT_EQ(complete_column(table, "brand", "target").error().code(), ErrorCode::InvalidInput);
  EXPECT_EQ(complete_column(table, "unit", "target").error().code(), ErrorCode::NotFound);
  const Table empty = Table::create({{"units", ColumnKind::Number, {}, {}, {}}}).value();
  EXPECT_EQ(complete_column(empty, "units", "target").error().code(), ErrorCode::InvalidInput);
}

TEST(Tweedie, IsDefinedWhereItsPowerAllows) {
  EXPECT_TRUE(is_tweedie_power(-1) && is_tweedie_power(0) && is_tweedie_power(1));
  EXPECT_FALSE(is_tweedie_power(0.5) || is_tweedie_power(std::nan("")));
  EXPECT_EQ(tweedie_unit_deviance(-3, -1, 0), 4);
  EXPECT_FALSE(tweedie_unit_deviance(1, 0, -1));
  EXPECT_TRUE(tweedie_unit_deviance(-1, 1, -1));
  EXPECT_TRUE(tweedie_unit_deviance(0, 1, 1));
  EXPECT_FALSE(tweedie_unit_deviance(-1, 1, 1.3));
  EXPECT_FALSE(tweedie_unit_deviance(0, 1, 2));
  EXPECT_FALSE(tweedie_unit_deviance(0, 1, 2.5));
}

}  // namespace
}  // namespace sluice::ml
