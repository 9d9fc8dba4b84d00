// What `sluice evaluate` says of files that cannot be judged, or not as they were meant: file, row,
// column, and what to do.
#include "ml/evaluate/evaluate_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "ml/evaluate/evaluation_page.h"
#include "os/testing/test_world.h"

namespace sluice::ml {
namespace {

class EvaluateFile : public testing::Test {
 protected:
  Result<Evaluated> evaluate(std::string_view data, EvaluationRequest request) {
    request.data = test_.directory.path() / "rows.csv";
    write(request.data, data);
    return evaluate_file(test_.world(), request, {});
  }
  Result<Evaluated> evaluate(std::string_view data, EvaluationRequest request,
                             std::string_view predictions, std::vector<std::string> keys) {
    const os::Path file = test_.directory.path() / "guesses.csv";
    write(file, predictions);
    request.source = PredictionsGiven{file, std::move(keys)};
    return evaluate(data, std::move(request));
  }

  void write(const os::Path& path, std::string_view text) {
    os::Files& files = test_.files;
    EXPECT_TRUE(files.write(path, text).ok());
  }

  os::TestWorld test_;
};

EvaluationRequest numbers() {
  EvaluationRequest request;
  request.source = PredictionsGiven{};
  request.columns.truth = "units";
  request.columns.prediction = "guess";
  request.min_rows = 1;
  return request;
}

EvaluationRequest classes() {
  EvaluationRequest request = numbers();
  request.columns.truth = "fruit";
  request.columns.prediction.clear();
  request.columns.class_probabilities = {{"", "p_*"}};
  return request;
}

void expect_says(const Result<Evaluated>& result, const std::vector<std::string>& texts) {
  ASSERT_FALSE(result.ok());
  for (const std::string& text : texts)
    EXPECT_NE(result.error().describe().find(text), std::string::npos) << text << "\nin\n"
                                                                       << result.error().describe();
}

TEST_F(EvaluateFile, NumbersThatAreNoneAreNamedByFileRowAndColumn) {
  EvaluationRequest forecast = numbers();
  forecast.columns.low = "low";
  forecast.columns.high = "high";
  const struct {
    std::string_view data;
    EvaluationRequest request;
    std::vector<std::string> says;
  } cases[] = {
      {"units,guess\n1,2\n3,\n",
       numbers(),
       {"rows.csv", "prediction 'guess'", "row 2 (line 3, byte 17)", "remove these rows"}},
      {"units,guess\n1,2\nNaN,4\n", numbers(), {"rows.csv", "truth 'units'", "row 2 (line 3"}},
      {"units,guess\n1,2\n3,inf\n",
       numbers(),
       {"rows.csv", "row 2 (line 3", "column 'guess': 'inf' is not a number"}},
      {"units,guess\n1,2\n3,1e999\n", numbers(), {"row 2 (line 3", "'1e999' is not a number"}},
      {"units,guess\n", numbers(), {"rows.csv", "no rows"}},
      {"units,gues\n1,2\n", numbers(), {"rows.csv", "'guess'", "did you mean 'gues'"}},
      {"units,guess,low,high\n1,2,0,3\n1,2,5,3\n",
       forecast,
       {"rows.csv", "row 2 (line 3", "'low'", "'high'", "wrong way round"}},
  };
  for (const auto& one : cases) expect_says(evaluate(one.data, one.request), one.says);
}

TEST_F(EvaluateFile, ProbabilitiesThatAreNoneAreNamedByFileRowAndColumn) {
  EvaluationRequest one_class = classes();
  one_class.columns.class_probabilities.clear();
  one_class.columns.probability = "p_fig";
  EvaluationRequest labels = classes();
  labels.columns.prediction = "guess";
  EvaluationRequest twice = classes();
  twice.columns.class_probabilities.push_back({"fig", "q"});
  EvaluationRequest pattern = classes();
  pattern.columns.class_probabilities = {{"", "q_*"}};
  const std::string head = "fruit,p_fig,p_kiwi,p_lime,guess,q\n";
  const struct {
    std::string rows;
    EvaluationRequest request;
    std::vector<std::string> says;
  } cases[] = {
      {"fig,1,0,0,fig,1\nkiwi,0.2,1.7,0,fig,1\n",
       classes(),
       {"rows.csv", "probability 'p_kiwi' is 1.7 in row 2 (line 3, byte ", "between 0 and 1"}},
      {"fig,1,0,0,fig,1\nkiwi,20,70,10,fig,1\n", classes(), {"'p_fig' is 20", "divide perc"}},
      {"fig,1,0,0,fig,1\nkiwi,0.2,,0,fig,1\n", classes(), {"'p_kiwi'", "row 2 (line 3"}},
      {"fig,1,0,0,fig,1\nkiwi,0.2,0.7,0.2,fig,1\n",
       classes(),
       {"rows.csv", "row 2 (line 3", "sum to 1.1 and not to 1 (p_fig, p_kiwi, p_lime)"}},
      {"fig,1,0,0,fig,1\nkivi,0.2,0.7,0.1,fig,1\n",
       classes(),
       {"rows.csv", "truth 'fruit' is 'kivi' in row 2 (line 3", "did you mean 'kiwi'"}},
      {"fig,1,0,0,fig,1\nkiwi,0.2,0.7,0.1,Fig,1\n",
       labels,
       {"prediction 'guess' is 'Fig' in row 2", "did you mean 'fig'"}},
      {"fig,1,0,0,fig,1\n,0.2,0.7,0.1,fig,1\n",
       classes(),
       {"rows.csv", "truth 'fruit' is missing in 1 of 2 rows", "row 2 (line 3"}},
      {"fig,1,0,0,fig,1\n", twice, {"'fig' has two columns", "'p_fig' and 'q'"}},
      {"fig,1,0,0,fig,1\n", pattern, {"rows.csv", "'q_*'", "p_fig"}},
      {"fig,1,0,0,fig,1\nkiwi,0.5,0,0,fig,1\nlime,0.5,0,0,fig,1\n",
       one_class,
       {"rows.csv", "has 3 (fig, kiwi, lime)", "--class-probability CLASS=COLUMN"}},
      {"fig,-0.1,0,0,fig,1\nkiwi,0.5,0,0,fig,1\n", one_class, {"'p_fig' is -0.1 in row 1 (line 2"}},
  };
  for (const auto& one : cases) expect_says(evaluate(head + one.rows, one.request), one.says);
}

TEST_F(EvaluateFile, PredictionsOfAnotherLengthOrOrderOrWithGapsNameTheirFile) {
  const std::string data = "store,units\n1,5\n2,6\n";
  expect_says(evaluate(data, numbers(), "guess\n5\n", {}),
              {"rows.csv", "guesses.csv", "2 rows", "have 1", "--key"});
  expect_says(evaluate(data, numbers(), "store,guess\n2,6\n1,5\n", {}),
              {"guesses.csv", "in row 1 of the data store is '1'", "--key"});
  expect_says(evaluate(data, numbers(), "store,guess\n2,6\n3,5\n", {"store"}),
              {"guesses.csv", "1 of 2 rows of the data have no prediction", "row 1"});
  expect_says(evaluate(data, numbers(), "store,guess\n2,\n1,5\n", {"store"}),
              {"guesses.csv: prediction 'guess' is missing", "row 1 (line 2"});
}

TEST_F(EvaluateFile, ClassesWithAProbabilityEachAreJudgedByThem) {
  // Three of four right; of the wrong one the truth is the second most probable.
  const auto judged = evaluate(
      "fruit,p_fig,p_kiwi,p_lime\n"
      "fig,0.5,0.25,0.25\nkiwi,0.25,0.5,0.25\nlime,0.125,0.125,0.75\nkiwi,0.5,0.375,0.125\n",
      classes());
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  const auto value = [&](std::string_view name) {
    for (const MetricValue& metric : judged->evaluation.metrics)
      if (metric.name == name) return metric.value.value_or(-1);
    return -2.0;
  };
  EXPECT_EQ(value("accuracy"), 0.75);
  EXPECT_EQ(value("top_k_accuracy"), 1);
  // Squares 6/16, 6/16, 6/64 and 0.25 + 0.390625 + 0.015625.
  EXPECT_DOUBLE_EQ(value("brier"), (0.375 + 0.375 + 0.09375 + 0.65625) / 4);
  EXPECT_DOUBLE_EQ(value("log_loss"), -std::log(0.5 * 0.5 * 0.75 * 0.375) / 4);
  // Fig: two of three pairs in order and one tied; kiwi and lime: all.
  EXPECT_DOUBLE_EQ(value("roc_auc"), (2.5 / 3 + 1 + 1) / 3);
  EXPECT_EQ(value("precision"), -1) << "of one class of two only";
  EXPECT_EQ(value("precision_micro"), -2) << "where it is asked for";
  EXPECT_EQ(judged->evaluation.confusion->count(1, 0), 1);
  EXPECT_NE(to_markdown(judged->evaluation)
                .find("| kiwi | 2 | 1 | 1 (0 … 1) | 0.5 (0 … 1) | 0.667 (0 … 1) | fig (1) |"),
            std::string::npos)
      << to_markdown(judged->evaluation);
}

TEST_F(EvaluateFile, TwoClassesWithAProbabilityEachAreJudgedAsByOneProbability) {
  EvaluationRequest request = classes();
  request.columns.positive = "fig";
  const std::string data = "fruit,p_fig,p_kiwi\nfig,0.75,0.25\nkiwi,0.5,0.5\nfig,0.25,0.75\n";
  const auto both = evaluate(data, request);
  request.columns.class_probabilities.clear();
  request.columns.probability = "p_fig";
  request.columns.threshold = 0.5;
  const auto one = evaluate(data, request);
  ASSERT_TRUE(both.ok() && one.ok());
  for (std::size_t i = 0; i < one->evaluation.metrics.size(); ++i)
    EXPECT_EQ(both->evaluation.metrics[i].value, one->evaluation.metrics[i].value)
        << one->evaluation.metrics[i].name;
}

TEST_F(EvaluateFile, DeviancesAreWhatTheirFormulaSays) {
  EvaluationRequest request = numbers();
  request.metrics = {"poisson_deviance", "gamma_deviance", "tweedie_deviance"};
  const auto judged = evaluate("units,guess\n4,1\n1,4\n", request);
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  const double ln4 = std::log(4.0);
  EXPECT_DOUBLE_EQ(*judged->evaluation.metrics[0].value, (4 * ln4 - 3) + (-ln4 + 3));
  EXPECT_DOUBLE_EQ(*judged->evaluation.metrics[1].value, (3 - ln4) + (-0.75 + ln4));
  EXPECT_DOUBLE_EQ(*judged->evaluation.metrics[2].value, 4 * (1.0 / 1 + 1.0 / 2) / 2);
  const auto with_zero = evaluate("units,guess\n0,1\n1,1\n", request);
  EXPECT_DOUBLE_EQ(*with_zero->evaluation.metrics[0].value, 1);
  EXPECT_FALSE(with_zero->evaluation.metrics[1].value) << "no gamma deviance of a zero";
  const auto negative = evaluate("units,guess\n1,0\n1,1\n", request);
  for (const MetricValue& metric : negative->evaluation.metrics) EXPECT_FALSE(metric.value);
}

TEST_F(EvaluateFile, EmptySlicesAndClassesThatNeverComeAreWarnedOf) {
  EvaluationRequest request = numbers();
  request.slices = {"units>100", "shop", "units>1"};
  const auto judged = evaluate("units,guess,shop\n1,2,\n2,3,\n", request);
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  const auto& warnings = judged->evaluation.warnings;
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_NE(warnings[0].find("'units>100' is empty: of 2 rows of"), std::string::npos);
  EXPECT_NE(warnings[1].find("'shop' say nothing"), std::string::npos);
  EvaluationRequest labels = numbers();
  labels.task = Task::Classification;
  const auto strange = evaluate("units,guess\nyes,Yes\nno,no\n", labels);
  ASSERT_TRUE(strange.ok()) << strange.error().describe();
  ASSERT_EQ(strange->evaluation.warnings.size(), 1u);
  EXPECT_NE(strange->evaluation.warnings[0].find("'Yes' is predicted in 1 row"), std::string::npos);
}

TEST_F(EvaluateFile, ColumnsOfExpressionsAreFoundAmongThoseOfTheFile) {
  EvaluationRequest request = numbers();
  request.slices = {"store*price<3"};
  const auto judged = evaluate("units,guess,note,store,price\n1,2,x,1,2\n2,3,y,1,4\n", request);
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  EXPECT_EQ(judged->evaluation.slices.size(), 2u) << "store 1, price<3 and not";
  request.slices = {"shop"};
  expect_says(evaluate("units,guess,shops\n1,2,x\n", request), {"did you mean 'shops'"});
}

EvaluationRequest forecasts() {
  EvaluationRequest request = numbers();
  request.columns.series = "shop";
  request.columns.time = "week";
  return request;
}

constexpr std::string_view kForecasts = "shop,week,units,guess\na,5,10,12\na,6,10,8\nb,5,4,7\n";

// Steps of a: 1, 1, 2: the squared naive step is 2; of b: 3 and 0, 0: 3. Errors of a: 2 and 2; of
// b: 3.
TEST_F(EvaluateFile, SeriesWeighWhatTheySellInTheLastPeriodsOfTheirHistory) {
  EvaluationRequest request = forecasts();
  request.history = test_.directory.path() / "history.csv";
  write(request.history,
        "shop,week,units,revenue\na,1,1,0\na,2,2,9\na,3,3,3\na,4,5,3\n"
        "b,1,0,0\nb,2,3,9\nb,3,3,1\nb,4,3,1\n");
  request.metrics = {"wrmsse"};
  const double a = std::sqrt(4 / 2.0);
  const double b = std::sqrt(9 / 3.0);
  const auto value = [&] {
    const auto judged = evaluate(kForecasts, request);
    EXPECT_TRUE(judged.ok()) << judged.error().describe();
    return judged->evaluation.metrics[0].value.value_or(-1);
  };
  EXPECT_NEAR(value(), (11 * a + 9 * b) / 20, 1e-12) << "by units, over all";
  request.weight = "revenue";
  request.weight_periods = 2;
  EXPECT_NEAR(value(), (6 * a + 2 * b) / 8, 1e-12);
  request.weight_periods = 3;
  EXPECT_NEAR(value(), (15 * a + 11 * b) / 26, 1e-12);
  request.weight = "revenues";
  expect_says(evaluate(kForecasts, request), {"history", "did you mean 'revenue'"});
}

TEST_F(EvaluateFile, MetricsThatLackTheirInputAreRefusedByName) {
  EvaluationRequest request = forecasts();
  request.metrics = {"rmse", "wrmsse"};
  expect_says(evaluate(kForecasts, request), {"the metric wrmsse needs --history FILE"});
  EvaluationRequest labels = numbers();
  labels.task = Task::Classification;
  labels.metrics = {"roc_auc"};
  expect_says(evaluate("units,guess\n1,1\n0,1\n", labels), {"roc_auc needs --probability COLUMN"});
  labels.metrics = {"recall"};
  expect_says(evaluate("units,guess\n1,1\n0,1\n2,2\n", labels), {"recall needs two classes"});
}

TEST_F(EvaluateFile, WhatIsNotDefinedIsSaidWithItsReason) {
  const auto judged = evaluate("units,guess\n0,1\n0,2\n0,3\n", numbers());
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  for (const std::string& text :
       {to_terminal_text(judged->evaluation), to_markdown(judged->evaluation),
        to_html(judged->evaluation, {})}) {
    EXPECT_NE(text.find("r2 (the truth is the same in every row)"), std::string::npos) << text;
    EXPECT_NE(text.find("mape (a truth is 0)"), std::string::npos) << text;
    EXPECT_EQ(text.find("rmsle ("), std::string::npos) << text;
  }
}

TEST_F(EvaluateFile, MetricsNamedTwiceAreShownOnce) {
  EvaluationRequest request = numbers();
  request.metrics = {"mae", "rmse", "mae"};
  EXPECT_EQ(evaluate("units,guess\n1,2\n3,4\n", request)->evaluation.metrics.size(), 2u);
}

TEST_F(EvaluateFile, ATruthOfTextWithoutATaskIsSaidToBeClasses) {
  expect_says(evaluate("units,guess\nred,blue\n", numbers()),
              {"begins with 'red'", "--task classification"});
  expect_says(evaluate("units,guess\n1,2\nred,2\n", numbers()), {"row 2", "'red' is not a number"});
}

TEST_F(EvaluateFile, LearntRowsWithoutKeyOrTimeAreNotPassedOver) {
  EvaluationRequest request = numbers();
  request.train = test_.directory.path() / "rows.csv";
  expect_says(evaluate("units,guess\n1,2\n", request), {"--train-key", "--time"});
}

EvaluationRequest probabilities() {
  EvaluationRequest request = numbers();
  request.columns.prediction.clear();
  request.columns.probability = "guess";
  return request;
}

TEST_F(EvaluateFile, OneClassOnlyIsWarnedOf) {
  const auto judged = evaluate("units,guess\n1,0.2\n1,0.9\n", probabilities());
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  ASSERT_EQ(judged->evaluation.warnings.size(), 1u);
  EXPECT_NE(judged->evaluation.warnings[0].find("'1' in every row"), std::string::npos);
  EXPECT_EQ(judged->evaluation.warnings[0].find("did you mean"), std::string::npos);
}

TEST_F(EvaluateFile, FewRowsThatAreAllRightLeaveDoubt) {
  const auto judged = evaluate("units,guess\n1,1\n0,0\n1,1\n0,0\n", probabilities());
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  for (const MetricValue& metric : judged->evaluation.metrics) {
    if (metric.value != 1) continue;
    ASSERT_TRUE(metric.interval) << metric.name;
    EXPECT_LT(metric.interval->low, 0.6) << metric.name;
  }
  const ClassEvaluation& one = judged->evaluation.by_class.at(0);
  EXPECT_EQ(one.recall.value, 1);
  EXPECT_LT(one.recall.interval->low, 0.6);
}

TEST_F(EvaluateFile, IntervalsEndWhereValuesCan) {
  const auto judged = evaluate("units,guess\n1,0.6\n0,0.2\n1,0.9\n0,0.7\n", probabilities());
  for (const MetricValue& metric : judged->evaluation.metrics)
    if (metric.name == "mcc") {
      EXPECT_EQ(metric.interval->high, 1);
      EXPECT_EQ(metric.interval->low, -1);
    }
  const auto spread = evaluate("units,guess\n1,3\n2,3\n3,3\n4,3\n", numbers());
  for (const MetricValue& metric : spread->evaluation.metrics)
    if (metric.name == "r2") {
      EXPECT_EQ(metric.interval->high, 1);
    }
}

TEST_F(EvaluateFile, SettingsThatNumbersDependOnAreKept) {
  EvaluationRequest request = probabilities();
  request.columns.threshold = 0.7;
  const auto judged = evaluate("units,guess\n1,0.6\n0,0.2\n", request);
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  const JsonObject json = to_json(judged->evaluation);
  const JsonObject& settings = *get_object(json, "settings").value();
  EXPECT_EQ(get_double(settings, "threshold").value(), 0.7);
  EXPECT_EQ(get_string(settings, "positive").value(), "1");
  EXPECT_NE(to_terminal_text(judged->evaluation).find("positive 1, threshold 0.7"),
            std::string::npos);
  EvaluationRequest ranking = numbers();
  ranking.columns.query = "query";
  const auto ranked = evaluate("query,units,guess\nq,1,0.6\nq,0,0.2\nr,1,3\n", ranking);
  ASSERT_TRUE(ranked.ok()) << ranked.error().describe();
  EXPECT_NE(to_terminal_text(ranked->evaluation).find("2 queries, k 10"), std::string::npos);
}

TEST_F(EvaluateFile, TreatmentOfGroupsStandsInTheTerminalToo) {
  EvaluationRequest request = probabilities();
  request.fairness = {"who"};
  const auto judged = evaluate("units,guess,who\n1,0.6,x\n0,0.2,x\n1,0.1,y\n0,0.3,y\n", request);
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  EXPECT_NE(to_terminal_text(judged->evaluation).find("treatment by who"), std::string::npos);
}

TEST_F(EvaluateFile, SeveralClassesHaveCurvesAndAConfusionMatrix) {
  const auto judged = evaluate(
      "fruit,p_a,p_b,p_c\na,0.7,0.2,0.1\nb,0.3,0.6,0.1\nc,0.2,0.5,0.3\na,0.4,0.5,0.1\n", classes());
  ASSERT_TRUE(judged.ok()) << judged.error().describe();
  std::map<std::string, std::string> pictures;
  for (const Plot& plot : plots_of(judged->evaluation, judged->rows))
    pictures[plot.name] = to_svg(plot.drawing);
  for (const char* name : {"roc", "precision_recall"})
    for (const char* curve : {">a ", ">b ", ">c "})
      EXPECT_NE(pictures[name].find(curve), std::string::npos) << name << curve;
  EXPECT_NE(pictures["confusion_matrix"].find("truth"), std::string::npos);
  EXPECT_NE(pictures["calibration"].find("share that is right"), std::string::npos);
}

}  // namespace
}  // namespace sluice::ml
