// Checks of gates beyond a regression's value and change: classes, comparisons, costs, reports.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ml/evaluate/gate.h"
#include "ml/evaluate/metric_values.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/random_stream.h"

namespace sluice::ml {
namespace {

// A model that says what the column "answer" holds, or (Position) where a row stands.
enum class Answers { OfRow, Position };

class ColumnModel final : public Predictor {
 public:
  explicit ColumnModel(Answers answers) : answers_(answers) {}
  Result<std::vector<double>> predict(const Table& table) const override {
    if (answers_ == Answers::OfRow) return TRY(table.number_column("answer"))->numbers;
    std::vector<double> places(table.row_count());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<double>(i);
    return places;
  }
  std::vector<std::string> features() const override { return {"answer"}; }

 private:
  Answers answers_;
};

// 600 rows of 30 weeks; the probability of a 1 is in "answer", and is right.
struct GateKinds : ::testing::Test {
  GateKinds() {
    RandomStream random(5);
    Column week{"week", ColumnKind::Number, {}, {}, {}};
    Column group{"group", ColumnKind::Text, {}, {}, {"a", "b"}};
    Column answer{"answer", ColumnKind::Number, {}, {}, {}};
    for (std::size_t i = 0; i < 600; ++i) {
      week.numbers.push_back(static_cast<double>(i / 20));
      group.codes.push_back(static_cast<std::int32_t>(i % 2));
      answer.numbers.push_back(random.uniform());
      truth.push_back(random.uniform() < answer.numbers.back() ? 1 : 0);
    }
    probabilities = answer.numbers;
    table = Table::create({week, group, answer}).value();
  }

  CheckResult run(std::string_view check, std::string_view task = "classification") {
    const GateFile gate =
        parse_gate_file(cat_text("task: ", task, "\nchecks:\n  - ", check), "g.yml").value();
    const JudgedRows rows = rows_of(probabilities, gate.task);
    return run_gate(gate, {table, rows, ColumnModel(answers), champion, facts, "demand"})[0];
  }
  static std::string cat_text(std::string_view a, std::string_view b, std::string_view c,
                              std::string_view d) {
    return std::string(a) + std::string(b) + std::string(c) + std::string(d);
  }
  JudgedRows rows_of(const std::vector<double>& answer, Task task) const {
    if (task == Task::Classification) return judged_probabilities(truth, answer, 0.5).value();
    return judged_numbers(task, truth, answer);
  }
  // A champion that answers as the model, but for some noise.
  void set_champion(double noise, Task task = Task::Classification) {
    RandomStream random(9);
    std::vector<double> answer = probabilities;
    for (double& value : answer)
      value = std::clamp(value + noise * normal_quantile(random.uniform()), 0.0, 1.0);
    champion = ChampionPredictions{"churn/1", sha256("champion"), rows_of(answer, task)};
  }

  Table table;
  std::vector<double> truth;
  std::vector<double> probabilities;
  Answers answers = Answers::OfRow;
  GateFacts facts;
  Champion champion = NoChampion{"none is registered"};
};

void expect(const CheckResult& result, CheckStatus status, std::string_view says) {
  EXPECT_EQ(result.status, status) << result.sentence;
  std::string said = result.sentence;
  for (const std::string& note : result.notes) said += " " + note;
  EXPECT_NE(said.find(says), std::string::npos) << said;
}

std::string comparison(const CheckResult& result, std::string_view key) {
  const auto found = get_object(result.detail, "comparison");
  return found.ok() ? string_or(**found, key, "") : "no comparison";
}

TEST_F(GateKinds, TheTestFollowsTheMetricAndWhatIsKnownOfTheRows) {
  set_champion(0.5);
  const struct {
    const char* keys;
    const char* test;
  } cases[] = {
      {"metric: accuracy", "mcnemar_mid_p"},
      {"metric: roc_auc", "delong"},
      {"metric: roc_auc, block: week", "block_jackknife"},
      {"metric: pr_auc, block: week", "block_jackknife"},
      {"metric: accuracy, block: week", "block_bootstrap"},
      {"metric: log_loss, block: week", "block_bootstrap"},
  };
  for (const auto& c : cases) {
    const auto result = run(std::string("{name: a, kind: change, max_worse: 0, ") + c.keys + "}");
    EXPECT_EQ(comparison(result, "test"), c.test) << c.keys;
    EXPECT_EQ(comparison(result, "verdict"), "better") << c.keys << result.sentence;
    EXPECT_EQ(result.status, CheckStatus::Passed) << c.keys << result.sentence;
    EXPECT_LT(*result.measured, 0) << c.keys;
  }
  const auto forecast = [&](const char* metric) {
    set_champion(0.5, Task::Forecast);
    return run(
        std::string("{name: a, kind: change, max_worse: 0, time: week, horizon: 2, metric: ") +
            metric + "}",
        "forecast");
  };
  EXPECT_EQ(comparison(forecast("mae"), "test"), "diebold_mariano");
  const auto mae = forecast("mae");
  const auto wape = forecast("wape");
  EXPECT_NEAR(*mae.measured, *wape.measured, 1e-12);
  const auto rmse = forecast("rmse");
  EXPECT_GT(*rmse.measured, -1);
  EXPECT_LT(*rmse.measured, 0);
}

TEST_F(GateKinds, FourVerdictsAndTheRowsThatAreNeeded) {
  set_champion(0);
  const auto same = run("{name: a, kind: change, metric: roc_auc, max_worse_absolute: 0.02}");
  expect(same, CheckStatus::Passed,
         "Verdict equivalent: the two differ by less than 0.02 either way (p < 0.001).");
  set_champion(0.02);
  const auto unclear = run("{name: a, kind: change, metric: accuracy, max_worse: 0.005}");
  expect(unclear, CheckStatus::Failed,
         "Verdict inconclusive: these rows show neither a difference nor that it is smaller");
  EXPECT_GT(get_int(unclear.detail, "rows_needed").value_or(0), 600) << unclear.sentence;
  expect(unclear, CheckStatus::Failed, "in 4 of 5 cases that it is within the limit.");
  const auto worse_than = [&] {
    const auto good = probabilities;
    set_champion(0);
    for (double& value : probabilities) value = 1 - value;
    return run("{name: a, kind: change, metric: roc_auc, max_worse: 0.1}");
  };
  expect(worse_than(), CheckStatus::Failed,
         "Verdict worse: chance alone would hardly make such a difference");
}

TEST_F(GateKinds, HowManyRowsWouldSettleItIsSaidOnBothSidesOfTheLimit) {
  set_champion(0.02);
  const auto beyond =
      run("{name: a, kind: change, metric: accuracy, max_worse: 0.001, block: week}");
  expect(beyond, CheckStatus::Failed, "Verdict inconclusive");
  EXPECT_GT(get_int(beyond.detail, "rows_needed").value_or(0), 600) << beyond.sentence;
  expect(beyond, CheckStatus::Failed,
         " values of week) would show in 4 of 5 cases that it is beyond");
}

TEST_F(GateKinds, PeriodsOfDifferentRowsWeighAsTheirRowsDo) {
  Column week = *table.find("week");
  for (std::size_t i = 0; i < 300; ++i) week.numbers[i] = 0;
  table.set_column(week);
  set_champion(0.5, Task::Forecast);
  const char* mae = "{name: a, kind: change, max_worse: 0, time: week, metric: mae}";
  const auto& before = std::get<ChampionPredictions>(champion).rows;
  const MetricValues of_champion(before, nullptr, nullptr, 1);
  const JudgedRows after = rows_of(probabilities, Task::Forecast);
  const MetricValues of_model(after, nullptr, nullptr, 1);
  const Metric& metric = *find_metric("mae", Task::Forecast).value();
  EXPECT_NEAR(*run(mae, "forecast").measured,
              relative_worsening(metric, *of_champion.value(metric, 0), *of_model.value(metric, 0)),
              1e-12);
}

TEST_F(GateKinds, TheVerdictTakesTheConfidenceThatIsAskedFor) {
  set_champion(0.04);
  const std::string start = "{name: a, kind: change, metric: roc_auc, max_worse: 0, confidence: ";
  const auto lax = run(start + "0.5}");
  const double p =
      get_double(*get_object(lax.detail, "comparison").value(), "difference_p").value();
  ASSERT_GT(p, 0.001);
  ASSERT_LT(p, 0.5);
  EXPECT_NE(comparison(lax, "verdict"), "inconclusive");
  EXPECT_EQ(comparison(run(start + "0.999}"), "verdict"), "inconclusive");
}

TEST_F(GateKinds, TheEvidenceOfARootIsOnTheScaleOfTheRoot) {
  set_champion(0.5, Task::Forecast);
  const auto rmse =
      run("{name: a, kind: change, max_worse: 0, time: week, metric: rmse}", "forecast");
  ASSERT_TRUE(rmse.evidence);
  EXPECT_DOUBLE_EQ(rmse.evidence->gain, -*rmse.measured);
  EXPECT_DOUBLE_EQ(rmse.evidence->interval.low, -rmse.interval->high);
  const double reach = (rmse.interval->high - rmse.interval->low) / 2;
  EXPECT_NEAR(rmse.evidence->standard_error, reach / 2.045, 0.2 * reach);  // t of 29 degrees
}

TEST_F(GateKinds, ATestThatDoesNotFitIsRefusedWhenTheGateIsRead) {
  const std::pair<const char*, const char*> cases[] = {
      {"metric: accuracy, test: delong", "compares roc_auc, not accuracy"},
      {"metric: roc_auc, test: mcnemar", "compares accuracy"},
      {"metric: log_loss, test: diebold_mariano, time: week", "mae, wape and rmse"},
      {"metric: log_loss", "needs 'block'"},
      {"metric: pr_auc", "needs 'block'"},
      {"metric: rmse, block: week", "is a metric of regression, and this is classification"},
  };
  for (const auto& [keys, says] : cases) {
    const auto gate = parse_gate_file(
        cat_text("task: classification\nchecks:\n  - {name: a, kind: change, max_worse: 0, ", keys,
                 "}", ""),
        "g.yml");
    ASSERT_FALSE(gate.ok()) << keys;
    EXPECT_NE(gate.error().message().find(says), std::string::npos) << gate.error().message();
  }
}

TEST_F(GateKinds, AValueCanBeAskedForWithItsWholeInterval) {
  const auto found = run("{name: a, kind: value, metric: roc_auc, min: 0.5}");
  ASSERT_TRUE(found.interval);
  const double between = (found.interval->low + *found.measured) / 2;
  const std::string check =
      "{name: a, kind: value, metric: roc_auc, min: " + std::to_string(between);
  EXPECT_EQ(run(check + "}").status, CheckStatus::Passed);
  expect(run(check + ", judge: interval}"), CheckStatus::Failed, "95 % interval");
}

TEST_F(GateKinds, CalibrationIsJudged) {
  const std::string check = "{name: a, kind: calibration, max_ece: 0.1, slope: [0.7, 1.4]}";
  expect(run(check), CheckStatus::Passed, "slope of the calibration");
  for (double& value : probabilities) value = value > 0.5 ? 0.99 : 0.01;
  expect(run(check), CheckStatus::Failed, "expected calibration error is 0.2");
  expect(run("{name: a, kind: calibration, slope: [0.9, 1.1]}", "regression"), CheckStatus::Failed,
         "slope");
}

TEST_F(GateKinds, FairnessIsJudgedByGroup) {
  const std::string check =
      "{name: a, kind: fairness, group: group, min_selection_ratio: 0.8, "
      "max_opportunity_difference: 0.2}";
  expect(run(check), CheckStatus::Passed, "By group (2 groups)");
  for (std::size_t i = 0; i < probabilities.size(); i += 2) probabilities[i] *= 0.3;
  const auto unfair = run(check);
  expect(unfair, CheckStatus::Failed, "at least 0.8 is allowed");
  EXPECT_LT(*unfair.measured, 0.2);
  expect(run("{name: a, kind: fairness, group: grup, max_error_ratio: 2}"), CheckStatus::Failed,
         "'group'");
  expect(run("{name: a, kind: fairness, group: group, max_error_ratio: 2, min_n: 301}"),
         CheckStatus::Failed, "nothing can be compared");
}

TEST_F(GateKinds, TheOrderOfRowsMustNotMatter) {
  expect(run("{name: a, kind: row_order}"), CheckStatus::Passed, "up to 0;");
  answers = Answers::Position;
  const ColumnModel model(answers);
  probabilities.assign(probabilities.size(), 0.5);
  expect(run("{name: a, kind: row_order}"), CheckStatus::Failed, "reverse order");
}

TEST_F(GateKinds, WhatWasNotMeasuredFails) {
  const std::string latency = "{name: a, kind: latency, max_microseconds: 10, percentile: 90}";
  expect(run(latency), CheckStatus::Failed, "not measured");
  facts.scoring_microseconds = {1, 1, 1, 1, 1, 1, 1, 1, 9, 50};
  expect(run(latency), CheckStatus::Passed, "at most 9 µs in 90 of 100");
  facts.scoring_microseconds.push_back(60);
  expect(run(latency), CheckStatus::Failed, "50 µs");
  const std::string size = "{name: a, kind: size, max_bytes: 1000}";
  expect(run(size), CheckStatus::Failed, "not known");
  facts.model_bytes = 1000;
  expect(run(size), CheckStatus::Passed, "1.0 kB");
  facts.model_bytes = 1001;
  EXPECT_EQ(run(size).status, CheckStatus::Failed);
}

TEST_F(GateKinds, ReportsAreJudgedAndMissingOnesFail) {
  const std::string tests = "{name: a, kind: tests, file: junit.xml}";
  const std::string coverage = "{name: a, kind: coverage, file: coverage.xml, min: 0.8}";
  const std::string scan = "{name: a, kind: scan, file: scan.sarif, max_warnings: 0}";
  for (const auto& check : {tests, coverage, scan})
    expect(run(check), CheckStatus::Failed, "The report cannot be judged");
  facts.reports.emplace("junit.xml", std::string("<testsuite><testcase name='a'/></testsuite>"));
  facts.reports.emplace("coverage.xml",
                        std::string("<coverage lines-valid='10' lines-covered='8'/>"));
  facts.reports.emplace("scan.sarif", std::string(R"({"runs": [{"results": []}]})"));
  for (const auto& check : {tests, coverage, scan})
    EXPECT_EQ(run(check).status, CheckStatus::Passed) << run(check).sentence;
  facts.reports.clear();
  facts.reports.emplace("junit.xml", std::string("<testsuite/>"));
  facts.reports.emplace("coverage.xml",
                        std::string("<coverage lines-valid='0' lines-covered='0'/>"));
  facts.reports.emplace("scan.sarif", std::string(R"({"runs": [{"results": [{}]}]})"));
  expect(run(tests), CheckStatus::Failed, "0 failures in 0 tests that ran; at most 0");
  expect(run(coverage), CheckStatus::Failed, "knows no line");
  expect(run(scan), CheckStatus::Failed, "1 warning;");
}

TEST_F(GateKinds, AReportOfAnotherRunIsTooOld) {
  const auto now = *parse_rfc3339("2026-01-02T12:00:00Z");
  const std::string check = "{name: a, kind: tests, file: junit.xml, max_age: 2h}";
  facts.reports.emplace("junit.xml", std::string("<testsuite><testcase name='a'/></testsuite>"));
  expect(run(check), CheckStatus::Failed, "nobody knows when junit.xml was written");
  facts.now = now;
  facts.report_times["junit.xml"] = now - std::chrono::hours(3);
  expect(run(check), CheckStatus::Failed, "it is of another run");
  EXPECT_EQ(run("{name: a, kind: tests, file: junit.xml}").status, CheckStatus::Passed);
  facts.report_times["junit.xml"] = now - std::chrono::hours(2);
  EXPECT_EQ(run(check).status, CheckStatus::Passed);
  facts.report_times["junit.xml"] = now + std::chrono::hours(2);
  expect(run(check), CheckStatus::Failed, "still to come");
}

TEST_F(GateKinds, BrokenKeysOfEachKindAreNamed) {
  for (const char* check :
       {"{name: a, kind: calibration}", "{name: a, kind: calibration, slope: 1}",
        "{name: a, kind: calibration, slope: [2, 1]}", "{name: a, kind: fairness, group: g}",
        "{name: a, kind: latency}", "{name: a, kind: size, max_bytes: 0}", "{name: a, kind: tests}",
        "{name: a, kind: coverage, file: x}", "{name: a, kind: coverage, file: x, min: 80}",
        "{name: a, kind: calibration, max_ece: 5}", "{name: a, kind: value, metric: ece, max: 5}",
        "{name: a, kind: value, metric: accuracy, max: 0.9}",
        "{name: a, kind: fairness, group: g, max_odds_difference: 20}",
        "{name: a, kind: fairness, group: g, min_selection_ratio: -1}",
        "{name: a, kind: tests, file: x, max_age: soon}", "{name: a, kind: scan, fil: x}",
        "{name: a, kind: value, metric: f1, min: 0, judge: maybe}",
        "{name: a, kind: row_order, allow_first: true}"}) {
    const auto gate =
        parse_gate_file(cat_text("task: classification\nchecks:\n  - ", check, "", ""), "g.yml");
    ASSERT_FALSE(gate.ok()) << check;
    EXPECT_TRUE(gate.error().message().starts_with("g.yml:3:")) << gate.error().message();
  }
  EXPECT_FALSE(parse_gate_file("task: clasification\nchecks: []", "g.yml").ok());
}

}  // namespace
}  // namespace sluice::ml
