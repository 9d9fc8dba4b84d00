#include "ml/testing/statistics_probe.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "ml/drift/chi_squared.h"
#include "ml/drift/jensen_shannon.h"
#include "ml/drift/kolmogorov_smirnov.h"
#include "ml/drift/l_infinity.h"
#include "ml/drift/psi.h"
#include "ml/drift/total_variation.h"
#include "ml/drift/wasserstein.h"
#include "ml/evaluate/calibration.h"
#include "ml/evaluate/confusion_matrix.h"
#include "ml/evaluate/forecast_sums.h"
#include "ml/evaluate/metric_values.h"
#include "ml/evaluate/probability_sums.h"
#include "ml/evaluate/ranking.h"
#include "ml/evaluate/score_area.h"
#include "ml/evaluate/threshold_sweep.h"
#include "ml/statistics/comparison.h"
#include "ml/statistics/delong.h"
#include "ml/statistics/diebold_mariano.h"
#include "ml/statistics/distributions.h"
#include "ml/statistics/kolmogorov.h"
#include "ml/statistics/mcnemar.h"
#include "ml/statistics/normal.h"
#include "ml/statistics/p_value_correction.h"
#include "ml/statistics/proportion.h"
#include "ml/statistics/sample_size.h"

namespace sluice::ml::testing {
namespace {

// Arguments by name; what is missing or of another kind is a mistake in the test.
class Arguments {
 public:
  explicit Arguments(const JsonObject& json) : json_(json) {}

  double number(std::string_view name) const { return get_double(json_, name).value(); }
  std::uint64_t count(std::string_view name) const {
    return static_cast<std::uint64_t>(get_int(json_, name).value());
  }
  std::vector<double> numbers(std::string_view name) const {
    std::vector<double> values;
    for (const Json& value : *get_array(json_, name).value())
      values.push_back(value.to_number<double>());
    return values;
  }
  std::vector<std::uint8_t> labels() const {
    std::vector<std::uint8_t> values;
    for (const double value : numbers("labels")) values.push_back(static_cast<std::uint8_t>(value));
    return values;
  }
  ComparisonPlan plan() const { return {number("margin"), number("alpha")}; }
  PairedCounts counts() const { return {numbers("reference"), numbers("current")}; }
  NumberDistribution sample(std::string_view name) const {
    return NumberDistribution::of(numbers(name));
  }

 private:
  const JsonObject& json_;
};

JsonObject interval_json(const Interval& interval) {
  return {{"low", interval.low}, {"high", interval.high}};
}

JsonArray array_of(const std::vector<double>& values) {
  return JsonArray(values.begin(), values.end());
}

JsonObject distribution(const Arguments& of) {
  const double x = of.number("x");
  const double p = of.number("p");
  const double a = of.number("a");
  const double b = of.number("b");
  return {{"normal_cdf", normal_cdf(x)},
          {"normal_survival", normal_survival(x)},
          {"normal_quantile", normal_quantile(p)},
          {"student_t_cdf", student_t_cdf(x, a)},
          {"student_t_survival", student_t_survival(x, a)},
          {"student_t_quantile", student_t_quantile(p, a)},
          {"chi_squared_survival", chi_squared_survival(std::fabs(x), a)},
          {"chi_squared_quantile", chi_squared_quantile(p, a)},
          {"f_survival", f_survival(std::fabs(x), a, b)},
          {"beta_cdf", beta_cdf(p, a, b)},
          {"beta_quantile", beta_quantile(p, a, b)},
          {"binomial_cdf", binomial_cdf(of.count("k"), of.count("n"), p)},
          {"binomial_probability", binomial_probability(of.count("k"), of.count("n"), p)}};
}

JsonObject kolmogorov(const Arguments& of) {
  return {{"p_value", kolmogorov_survival(of.count("n"), of.number("x"))}};
}

JsonObject correction(const Arguments& of) {
  const auto p_values = of.numbers("p_values");
  return {{"holm", array_of(holm(p_values))},
          {"benjamini_hochberg", array_of(benjamini_hochberg(p_values))}};
}

JsonObject proportions(const Arguments& of) {
  const Count a{of.number("a_hits"), of.number("a_total")};
  const Count b{of.number("b_hits"), of.number("b_total")};
  const double confidence = of.number("confidence");
  return {{"wilson", interval_json(wilson_interval(a, confidence))},
          {"newcombe", interval_json(share_difference_interval(a, b, confidence))},
          {"p_value", equal_shares_p_value(a, b)}};
}

JsonObject categories(const Arguments& of) {
  const PairedCounts counts = of.counts();
  const ChiSquaredTest test = chi_squared_test(counts);
  return {{"psi", population_stability_index(counts)},
          {"jensen_shannon", jensen_shannon_distance(counts)},
          {"total_variation", total_variation(counts)},
          {"l_infinity", l_infinity(counts)},
          {"chi_squared", test.statistic},
          {"degrees", test.degrees},
          {"p_value", test.p_value}};
}

JsonObject samples(const Arguments& of) {
  const NumberDistribution reference = of.sample("reference");
  const NumberDistribution current = of.sample("current");
  const auto test = kolmogorov_smirnov_test(reference, current);
  const PairedCounts counts = paired_counts(reference, current);
  return {{"wasserstein", wasserstein_distance(reference, current)},
          {"normalised_wasserstein", normalised_wasserstein(reference, current)},
          {"kolmogorov_smirnov", test.statistic},
          {"p_value", test.p_value},
          {"psi", population_stability_index(counts)}};
}

JsonObject evidence_json(const Evidence& evidence) {
  return {{"gain", evidence.gain},
          {"standard_error", evidence.standard_error},
          {"interval", interval_json(evidence.interval)},
          {"difference_p", evidence.difference_p},
          {"equivalence_p", evidence.equivalence_p}};
}

JsonObject paired_t(const Arguments& of) {
  return evidence_json(evidence_from(of.number("gain"), of.number("standard_error"), of.plan(),
                                     of.number("degrees")));
}

JsonObject mcnemar(const Arguments& of) {
  const DiscordantRows rows{of.count("rows"), of.count("champion_only"),
                            of.count("challenger_only")};
  return {{"exact_p", mcnemar_exact_p(rows)},
          {"mid_p", mcnemar_mid_p(rows)},
          {"evidence", evidence_json(mcnemar_test(rows, of.plan()))}};
}

JsonObject delong(const Arguments& of) {
  const auto test =
      delong_test(of.labels(), of.numbers("champion"), of.numbers("challenger"), of.plan()).value();
  return {{"champion", test.champion},
          {"challenger", test.challenger},
          {"statistic", test.statistic},
          {"ranks", array_of(midranks(of.numbers("champion")))},
          {"evidence", evidence_json(test.evidence)}};
}

JsonObject diebold_mariano(const Arguments& of) {
  const auto gains = of.numbers("gains");
  const std::vector<double> zeros(gains.size());
  const auto horizon = static_cast<std::uint32_t>(of.count("horizon"));
  const auto test = diebold_mariano_test(gains, zeros, horizon, of.plan());
  return {{"statistic", test.statistic},
          {"weights", to_string(test.weights)},
          {"rectangular", long_run_variance(gains, horizon, LagWeights::Rectangular)},
          {"bartlett", long_run_variance(gains, horizon, LagWeights::Bartlett)},
          {"difference_p", test.evidence.difference_p}};
}

JsonObject power(const Arguments& of) {
  return {{"power", power_of_difference(of.number("standard_error"), of.number("effect"),
                                        of.number("alpha"))}};
}

JsonObject classification(const Arguments& of) {
  const auto truth = of.numbers("truth");
  const auto predicted = of.numbers("predicted");
  ConfusionMatrix matrix(of.count("classes"));
  for (std::size_t i = 0; i < truth.size(); ++i)
    matrix.add(static_cast<std::size_t>(truth[i]), static_cast<std::size_t>(predicted[i]));
  std::vector<double> precision;
  std::vector<double> recall;
  std::vector<double> f1;
  for (std::size_t c = 0; c < matrix.classes(); ++c) {
    precision.push_back(matrix.precision(c).value_or(0));
    recall.push_back(matrix.recall(c).value_or(0));
    f1.push_back(matrix.f1(c).value_or(0));
  }
  return {{"accuracy", *matrix.accuracy()},
          {"precision", array_of(precision)},
          {"recall", array_of(recall)},
          {"f1", array_of(f1)},
          {"macro_precision", *matrix.macro_precision()},
          {"macro_recall", *matrix.macro_recall()},
          {"macro_f1", *matrix.macro_f1()},
          {"weighted_precision", *matrix.weighted_precision()},
          {"weighted_recall", *matrix.weighted_recall()},
          {"weighted_f1", *matrix.weighted_f1()},
          {"balanced_accuracy", *matrix.balanced_accuracy()},
          {"matthews", matrix.matthews().value_or(0)}};
}

JsonObject probabilities(const Arguments& of) {
  const auto labels = of.labels();
  const auto scores = of.numbers("probabilities");
  ProbabilitySums sums;
  for (std::size_t i = 0; i < scores.size(); ++i) sums.add_row(labels[i], scores[i]);
  const auto sweep = threshold_sweep(labels, scores);
  std::vector<double> thresholds;
  std::vector<double> precision;
  std::vector<double> recall;
  for (const ThresholdPoint& point : sweep) {
    thresholds.push_back(point.threshold);
    precision.push_back(*point.precision());
    recall.push_back(*point.recall());
  }
  return {{"brier", *sums.brier()},           {"log_loss", *sums.log_loss()},
          {"roc_auc", *roc_auc(sweep)},       {"average_precision", *average_precision(sweep)},
          {"best_f1", *best_f1(sweep)->f1()}, {"thresholds", array_of(thresholds)},
          {"precision", array_of(precision)}, {"recall", array_of(recall)}};
}

JsonObject forecast(const Arguments& of) {
  const auto truth = of.numbers("truth");
  const auto prediction = of.numbers("prediction");
  const auto low = of.numbers("low");
  const auto high = of.numbers("high");
  NaiveSums naive;
  naive.add_series(of.numbers("history"), of.count("season"));
  PinballSums pinball;
  CoverageSums coverage;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    pinball.add_row(truth[i], prediction[i], of.number("quantile"));
    coverage.add_row(truth[i], low[i], high[i]);
  }
  ScaledErrorSums scaled;
  for (std::size_t i = 0; i < truth.size(); ++i)
    scaled.add_row(prediction[i] - truth[i], naive.mean_absolute(), naive.mean_squared());
  return {{"mase", *scaled.mase()},
          {"rmsse", *scaled.rmsse()},
          {"pinball", *pinball.pinball()},
          {"coverage", *coverage.coverage()},
          {"width", *coverage.width()}};
}

// WRMSSE with and without a part of the rows.
JsonObject weighted_series(const Arguments& of) {
  JudgedRows rows = judged_numbers(Task::Forecast, of.numbers("truth"), of.numbers("prediction"));
  const auto scales = of.numbers("scales");
  rows.series_weights = of.numbers("weights");
  std::vector<std::uint32_t> parts;
  for (const double series : of.numbers("series")) {
    rows.series.push_back(static_cast<std::uint32_t>(series));
    rows.naive_squared.push_back(scales[rows.series.back()]);
    parts.push_back(static_cast<std::uint32_t>(parts.size() % 3));
  }
  const WeightedSeries found(rows, parts, 1, 3);
  return {{"wrmsse", *found.of(0)}, {"without", *found.without(0, 1)}};
}

// Every metric of numbers, by name.
JsonObject regression(const Arguments& of) {
  JudgedRows rows = judged_numbers(Task::Regression, of.numbers("truth"), of.numbers("prediction"));
  rows.tweedie_power = of.number("power");
  const MetricValues values(rows, nullptr, nullptr);
  JsonObject found;
  for (const Metric* metric : metrics_of(Task::Regression))
    found[metric->name] = values.value(*metric, 0).value_or(-1);
  const auto line = calibration_of(rows)->line;
  found["slope"] = line->slope;
  found["intercept"] = line->intercept;
  return found;
}

// Areas under curves with and without a part of the rows, calibration.
JsonObject calibration(const Arguments& of) {
  const auto truth = of.numbers("labels");
  const JudgedRows rows = judged_probabilities(truth, of.numbers("probabilities"), 0.5).value();
  const auto found = calibration_of(rows).value();
  std::vector<std::uint32_t> parts;
  for (std::size_t i = 0; i < rows.size(); ++i) parts.push_back(static_cast<std::uint32_t>(i % 3));
  const ScoreAreas areas(rows.labels(), rows.probability, parts);
  return {{"ece", *found.error},
          {"slope", found.line->slope},
          {"intercept", found.line->intercept},
          {"roc_auc", *areas.of(ScoreArea::Roc)},
          {"pr_auc", *areas.of(ScoreArea::PrecisionRecall)},
          {"roc_auc_without", *areas.without(ScoreArea::Roc, 1)},
          {"pr_auc_without", *areas.without(ScoreArea::PrecisionRecall, 1)}};
}

// Every metric of more than two classes with probabilities, by name.
JsonObject classes(const Arguments& of) {
  const auto count = of.count("classes");
  const auto values = of.numbers("probabilities");  // row by row
  const auto truth = of.numbers("truth");
  JudgedRows rows;
  rows.task = Task::Classification;
  rows.top = of.count("k");
  rows.class_probability.resize(count);
  for (std::size_t c = 0; c < count; ++c) rows.classes.push_back(std::to_string(c));
  for (std::size_t row = 0; row < truth.size(); ++row) {
    const auto all = std::span(values).subspan(row * count, count);
    for (std::size_t c = 0; c < count; ++c) rows.class_probability[c].push_back(all[c]);
    rows.true_class.push_back(static_cast<ClassIndex>(truth[row]));
    rows.predicted_class.push_back(
        static_cast<ClassIndex>(std::ranges::max_element(all) - all.begin()));
  }
  const MetricValues found(rows, nullptr, nullptr);
  JsonObject object;
  for (const Metric* metric : metrics_of(Task::Classification))
    object[metric->name] = found.value(*metric, 0).value_or(-1);
  return object;
}

JsonObject ranked(const Arguments& of) {
  const auto relevance = of.numbers("relevance");
  const auto scores = of.numbers("scores");
  return {{"ndcg", *ndcg(relevance, scores, of.count("k"))},
          {"reciprocal_rank", *reciprocal_rank(relevance, scores)},
          {"average_precision", *average_precision_of_query(relevance, scores)}};
}

using Function = JsonObject (*)(const Arguments&);

const std::map<std::string_view, Function>& functions() {
  static const std::map<std::string_view, Function> table{
      {"distribution", distribution},
      {"kolmogorov", kolmogorov},
      {"correction", correction},
      {"proportions", proportions},
      {"categories", categories},
      {"samples", samples},
      {"paired_t", paired_t},
      {"mcnemar", mcnemar},
      {"delong", delong},
      {"diebold_mariano", diebold_mariano},
      {"power", power},
      {"classification", classification},
      {"probabilities", probabilities},
      {"forecast", forecast},
      {"regression", regression},
      {"weighted_series", weighted_series},
      {"calibration", calibration},
      {"classes", classes},
      {"ranked", ranked},
  };
  return table;
}

}  // namespace

JsonObject probe_statistic(std::string_view function, const JsonObject& arguments) {
  const auto found = functions().find(function);
  CHECK(found != functions().end());
  return found->second(Arguments(arguments));
}

}  // namespace sluice::ml::testing
