#include "ml/evaluate/gate_rule_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

// The word at a key, out of a table of words.
template <class Value, std::size_t N>
Result<Value> choose(YamlReader& reader, std::string_view key,
                     const std::array<std::pair<std::string_view, Value>, N>& words,
                     std::string_view fallback) {
  const std::string word = TRY(reader.string_or(key, fallback));
  std::vector<std::string> names;
  for (const auto& [name, value] : words) {
    if (name == word) return value;
    names.emplace_back(name);
  }
  const YamlNode* node = reader.optional(key);
  return reader.error_at(node == nullptr ? TextPosition{} : node->position,
                         cat("'", key, "' is one of ", join(names, ", "), "; '", word, "' is not",
                             did_you_mean(word, names)));
}

Error bad_value(YamlReader& reader, std::string_view key, std::string_view message) {
  const YamlNode* node = reader.optional(key);
  return reader.error_at(node == nullptr ? TextPosition{} : node->position,
                         cat("'", key, "' ", message));
}

Result<std::optional<double>> optional_number(YamlReader& reader, std::string_view key) {
  if (reader.optional(key) == nullptr) return std::optional<double>();
  const double number = TRY(reader.number(key));
  if (!std::isfinite(number)) return bad_value(reader, key, "must be a finite number");
  return std::optional<double>(number);
}

Result<double> number_within(YamlReader& reader, std::string_view key, double fallback, double low,
                             double high) {
  const double number = TRY(reader.number_or(key, fallback));
  if (!(number >= low && number <= high))
    return bad_value(reader, key,
                     cat("must lie between ", short_number(low), " and ", short_number(high)));
  return number;
}

Result<std::int64_t> integer_within(YamlReader& reader, std::string_view key, std::int64_t fallback,
                                    std::int64_t low, std::int64_t high) {
  const std::int64_t number = TRY(reader.integer_or(key, fallback));
  if (number < low || number > high)
    return bad_value(reader, key, cat("must lie between ", low, " and ", high));
  return number;
}

Result<const Metric*> read_metric(YamlReader& reader, Task task) {
  const YamlNode* node = TRY(reader.required("metric"));
  const auto metric = find_metric(node->text, task);
  if (!metric.ok())
    return reader.error_at(node->position,
                           cat(metric.error().message(), " (the gate's 'task' says which)"));
  // Those of forecasts alone would be defined for no row.
  if ((*metric)->task == Task::Forecast)
    return reader.error_at(node->position,
                           cat("'", node->text,
                               "' needs quantiles or the past of each series, and a gate asks a "
                               "model for one number a row; `sluice evaluate` reports it"));
  return metric;
}

Result<Bounds> read_bounds(YamlReader& reader) {
  Bounds bounds;
  bounds.min = TRY(optional_number(reader, "min"));
  bounds.max = TRY(optional_number(reader, "max"));
  if (bounds.min && bounds.max && *bounds.min > *bounds.max)
    return bad_value(reader, "min", "is greater than 'max'");
  return bounds;
}

// A share that is given as a percentage would let everything through.
Result<std::optional<double>> optional_share(YamlReader& reader, std::string_view key) {
  const auto share = TRY(optional_number(reader, key));
  if (share && !(*share >= 0 && *share <= 1))
    return bad_value(reader, key, cat("is a share, from 0 to 1 (5 % is 0.05)"));
  return share;
}

// What is never beyond its limit lets every model through.
Result<std::optional<double>> optional_share_below_one(YamlReader& reader, std::string_view key) {
  const auto share = TRY(optional_share(reader, key));
  if (share && *share >= 1) return bad_value(reader, key, "of 1 lets every model through");
  return share;
}

Result<std::size_t> read_min_rows(YamlReader& reader) {
  const std::int64_t rows =
      TRY(integer_within(reader, "min_n", static_cast<std::int64_t>(kLeastRows), 1, 1'000'000'000));
  return static_cast<std::size_t>(rows);
}

// A change as a share of the champion's value: 2 is no two per cent.
Result<std::optional<double>> optional_worsening(YamlReader& reader, std::string_view key) {
  const auto share = TRY(optional_number(reader, key));
  if (share && !(*share >= -1 && *share <= 1))
    return bad_value(reader, key,
                     cat("is a share of the champion's value, from -1 to 1 (2 % is 0.02): ",
                         short_number(*share), " would be ", short_percent(*share)));
  return share;
}

// Bounds of a metric: where it can be, and one of them on the side where it gets worse.
Result<Bounds> read_metric_bounds(YamlReader& reader, const Metric& metric) {
  const Bounds bounds = TRY(read_bounds(reader));
  const bool share = metric.range == MetricRange::ZeroToOne || metric.range == MetricRange::Share;
  for (const auto& [key, bound] : {std::pair{"min", bounds.min}, std::pair{"max", bounds.max}})
    if (share && bound && !(*bound >= 0 && *bound <= 1))
      return bad_value(reader, key, cat("of ", metric.name, " lies between 0 and 1 (5 % is 0.05)"));
  const bool of_truth = metric.name == "wape" || metric.name == "mape" || metric.name == "smape";
  if (of_truth && bounds.max && *bounds.max >= 2)
    return bad_value(
        reader, "max",
        cat("of ", metric.name, " is a share (5 % is 0.05): ", short_number(*bounds.max),
            " would be ", short_percent(*bounds.max), ", which lets every model through"));
  if (share && (bounds.min || bounds.max) && bounds.min.value_or(0) <= 0 &&
      bounds.max.value_or(1) >= 1)
    return bad_value(reader, bounds.max ? "max" : "min",
                     cat("of ", metric.name, " lets every model through"));
  if (metric.better == Better::Lower && bounds.min && !bounds.max)
    return bad_value(reader, "min",
                     cat("alone lets every bad model through: a smaller ", metric.name,
                         " is better; give 'max' (beside it, if too good is suspicious, too)"));
  if (metric.better == Better::Higher && bounds.max && !bounds.min)
    return bad_value(reader, "max",
                     cat("alone lets every bad model through: a larger ", metric.name,
                         " is better; give 'min' (beside it, if too good is suspicious, too)"));
  return bounds;
}

Result<ValueCheck> read_value(YamlReader& reader, TextPosition at, Task task) {
  ValueCheck check;
  check.metric = TRY(read_metric(reader, task));
  check.bounds = TRY(read_metric_bounds(reader, *check.metric));
  if (!check.bounds.min && !check.bounds.max)
    return reader.error_at(at, "a check of kind value needs 'min' or 'max'");
  static constexpr std::array kCertainties{
      std::pair<std::string_view, Certainty>{"estimate", Certainty::Estimate},
      std::pair<std::string_view, Certainty>{"interval", Certainty::Interval}};
  check.certainty = TRY(choose(reader, "judge", kCertainties, "estimate"));
  check.block = TRY(reader.string_or("block", ""));
  check.min_rows = TRY(read_min_rows(reader));
  return check;
}

Result<BootstrapPlan> read_plan(YamlReader& reader) {
  static constexpr std::array kMethods{
      std::pair<std::string_view, IntervalMethod>{"studentized", IntervalMethod::Studentized},
      std::pair<std::string_view, IntervalMethod>{"bca", IntervalMethod::Bca},
      std::pair<std::string_view, IntervalMethod>{"percentile", IntervalMethod::Percentile}};
  BootstrapPlan plan;
  plan.resamples =
      static_cast<std::uint32_t>(TRY(integer_within(reader, "resamples", 2000, 200, 1'000'000)));
  plan.confidence = TRY(number_within(reader, "confidence", 0.95, 0.5, 0.999));
  plan.seed =
      static_cast<std::uint64_t>(TRY(integer_within(reader, "seed", 1, 0, std::int64_t{1} << 53)));
  plan.method = TRY(choose(reader, "interval", kMethods, "studentized"));
  return plan;
}

Result<void> read_test(YamlReader& reader, TextPosition at, ChangeCheck& check) {
  static constexpr std::array kTests{
      std::pair<std::string_view, std::optional<ChangeTest>>{"auto", std::nullopt},
      std::pair<std::string_view, std::optional<ChangeTest>>{"bootstrap", ChangeTest::Bootstrap},
      std::pair<std::string_view, std::optional<ChangeTest>>{"mcnemar", ChangeTest::McNemar},
      std::pair<std::string_view, std::optional<ChangeTest>>{"delong", ChangeTest::DeLong},
      std::pair<std::string_view, std::optional<ChangeTest>>{"jackknife", ChangeTest::Jackknife},
      std::pair<std::string_view, std::optional<ChangeTest>>{"diebold_mariano",
                                                             ChangeTest::DieboldMariano}};
  check.block = TRY(reader.string_or("block", ""));
  check.time = TRY(reader.string_or("time", ""));
  check.horizon = static_cast<std::uint32_t>(TRY(integer_within(reader, "horizon", 1, 1, 10'000)));
  const auto asked = TRY(choose(reader, "test", kTests, "auto"));
  check.test =
      asked.value_or(fitting_test(*check.metric, !check.block.empty(), !check.time.empty()));
  const auto fits = check_fits(check.test, *check.metric);
  if (!fits.ok()) return bad_value(reader, "test", cat("does not fit: ", fits.error().message()));
  const bool needs_block =
      check.test == ChangeTest::Bootstrap || check.test == ChangeTest::Jackknife;
  if (needs_block && check.block.empty())
    return reader.error_at(at, cat("the test ", to_string(check.test),
                                   " needs 'block', the column whose values hang together"));
  if (check.test != ChangeTest::DieboldMariano) return success();
  if (check.time.empty())
    return reader.error_at(at, "the test diebold_mariano needs 'time', the column of periods");
  if (check.scale == Scale::Absolute && check.metric->name != "mae")
    return reader.error_at(at, "the test diebold_mariano takes 'max_worse_absolute' of mae only");
  return success();
}

Result<ChangeCheck> read_change(YamlReader& reader, TextPosition at, Task task) {
  ChangeCheck check;
  check.metric = TRY(read_metric(reader, task));
  const auto relative = TRY(optional_worsening(reader, "max_worse"));
  const auto absolute = TRY(optional_number(reader, "max_worse_absolute"));
  if (relative.has_value() == absolute.has_value())
    return reader.error_at(at,
                           "a check of kind change needs one of 'max_worse' (a share: 0.02) and "
                           "'max_worse_absolute' (in the unit of the metric)");
  check.scale = relative ? Scale::Relative : Scale::Absolute;
  check.max_worse = relative ? *relative : *absolute;
  TRY(read_test(reader, at, check));
  check.margin =
      TRY(number_within(reader, "margin", std::max(0.0, check.max_worse), 0, relative ? 1 : 1e300));
  check.min_blocks = static_cast<std::uint32_t>(
      TRY(integer_within(reader, "min_blocks", kLeastBlocks, 2, 1'000'000)));
  check.plan = TRY(read_plan(reader));
  return check;
}

Result<WorstSliceCheck> read_worst_slice(YamlReader& reader, TextPosition at, Task task) {
  WorstSliceCheck check;
  check.metric = TRY(read_metric(reader, task));
  check.columns = TRY(reader.strings("slice"));
  if (check.columns.empty())
    return reader.error_at(at, "a check of kind worst_slice needs 'slice', a column or several");
  check.bounds = TRY(read_metric_bounds(reader, *check.metric));
  check.max_worse = TRY(optional_worsening(reader, "max_worse"));
  if (!check.bounds.min && !check.bounds.max && !check.max_worse)
    return reader.error_at(
        at, "a check of kind worst_slice needs 'min', 'max' or 'max_worse' (a share: 0.1)");
  check.min_rows = TRY(read_min_rows(reader));
  return check;
}

Result<void> read_perturbation(YamlReader& reader, TextPosition at, BehaviourCheck& check) {
  static constexpr std::array kKeys{std::pair{"multiply", Perturbation::Multiply},
                                    std::pair{"add", Perturbation::Add},
                                    std::pair{"set", Perturbation::Set}};
  int found = 0;
  for (const auto& [key, perturbation] : kKeys) {
    const auto amount = TRY(optional_number(reader, key));
    if (!amount) continue;
    ++found;
    check.perturbation = perturbation;
    check.amount = *amount;
  }
  if (found != 1)
    return reader.error_at(at,
                           "a check of kind behaviour needs one of 'multiply', 'add' and 'set'");
  if ((check.perturbation == Perturbation::Multiply && check.amount == 1) ||
      (check.perturbation == Perturbation::Add && check.amount == 0))
    return reader.error_at(at, "a check of kind behaviour must change something");
  return success();
}

Result<BehaviourCheck> read_behaviour(YamlReader& reader, TextPosition at) {
  static constexpr std::array kExpectations{
      std::pair<std::string_view, Expectation>{"increases", Expectation::Increases},
      std::pair<std::string_view, Expectation>{"not_decreases", Expectation::NotDecreases},
      std::pair<std::string_view, Expectation>{"unchanged", Expectation::Unchanged},
      std::pair<std::string_view, Expectation>{"not_increases", Expectation::NotIncreases},
      std::pair<std::string_view, Expectation>{"decreases", Expectation::Decreases}};
  BehaviourCheck check;
  check.features = TRY(reader.strings("feature"));
  if (check.features.empty())
    return reader.error_at(at, "a check of kind behaviour needs 'feature', a column or several");
  TRY(read_perturbation(reader, at, check));
  TRY(reader.required("prediction"));
  check.expectation = TRY(choose(reader, "prediction", kExpectations, ""));
  check.tolerance = TRY(number_within(reader, "tolerance", 0, 0, 1e300));
  check.max_violation_share =
      TRY(optional_share_below_one(reader, "max_violation_share")).value_or(0);
  check.min_rows = TRY(read_min_rows(reader));
  return check;
}

Result<RowOrderCheck> read_row_order(YamlReader& reader) {
  RowOrderCheck check;
  check.tolerance = TRY(number_within(reader, "tolerance", 0, 0, 1e300));
  return check;
}

// "slope: [0.8, 1.2]"
Result<Bounds> read_range(YamlReader& reader, std::string_view key) {
  Bounds bounds;
  const YamlNode* node = reader.optional(key);
  if (node == nullptr) return bounds;
  const auto is_number = [](const YamlNode& item) {
    return item.kind == YamlKind::Number && std::isfinite(item.number);
  };
  const bool pair = node->is_sequence() && node->items.size() == 2 && is_number(node->items[0]) &&
                    is_number(node->items[1]);
  if (!pair || node->items[0].number > node->items[1].number)
    return bad_value(reader, key, "is a range, smallest and largest: [0.8, 1.2]");
  bounds.min = node->items[0].number;
  bounds.max = node->items[1].number;
  return bounds;
}

Result<CalibrationCheck> read_calibration(YamlReader& reader, TextPosition at, Task task) {
  CalibrationCheck check;
  check.max_error = TRY(optional_share_below_one(reader, "max_ece"));
  check.slope = TRY(read_range(reader, "slope"));
  check.intercept = TRY(read_range(reader, "intercept"));
  check.min_rows = TRY(read_min_rows(reader));
  if (!check.max_error && !check.slope.min && !check.intercept.min)
    return reader.error_at(at,
                           "a check of kind calibration needs 'max_ece', 'slope' or 'intercept'");
  if (check.max_error && task != Task::Classification)
    return bad_value(reader, "max_ece", "is of probabilities, and this gate's task has none");
  return check;
}

Result<FairnessCheck> read_fairness(YamlReader& reader, TextPosition at, Task task) {
  FairnessCheck check;
  check.group = TRY(reader.string("group"));
  check.min_selection_ratio = TRY(optional_share(reader, "min_selection_ratio"));
  if (check.min_selection_ratio && *check.min_selection_ratio <= 0)
    return bad_value(reader, "min_selection_ratio", "of 0 lets every model through");
  check.max_opportunity_difference =
      TRY(optional_share_below_one(reader, "max_opportunity_difference"));
  check.max_odds_difference = TRY(optional_share_below_one(reader, "max_odds_difference"));
  check.max_error_ratio = TRY(optional_number(reader, "max_error_ratio"));
  if (check.max_error_ratio && *check.max_error_ratio < 1)
    return bad_value(reader, "max_error_ratio",
                     "is the largest error of a group divided by the smallest, which is 1 or more");
  check.min_rows = TRY(read_min_rows(reader));
  const bool of_classes =
      check.min_selection_ratio || check.max_opportunity_difference || check.max_odds_difference;
  if (!of_classes && !check.max_error_ratio)
    return reader.error_at(at,
                           "a check of kind fairness needs 'min_selection_ratio', "
                           "'max_opportunity_difference', 'max_odds_difference' or "
                           "'max_error_ratio'");
  if (of_classes && task != Task::Classification)
    return reader.error_at(at, "only 'max_error_ratio' has a meaning outside of classification");
  return check;
}

Result<LatencyCheck> read_latency(YamlReader& reader) {
  LatencyCheck check;
  TRY(reader.required("max_microseconds"));
  check.max_microseconds = TRY(number_within(reader, "max_microseconds", 0, 1e-3, 1e12));
  check.percentile = TRY(number_within(reader, "percentile", 95, 1, 99.9));
  return check;
}

Result<SizeCheck> read_size(YamlReader& reader) {
  TRY(reader.required("max_bytes"));
  const std::int64_t bytes =
      TRY(integer_within(reader, "max_bytes", 0, 1, std::numeric_limits<std::int64_t>::max()));
  return SizeCheck{static_cast<std::uint64_t>(bytes)};
}

Result<std::uint64_t> count_at(YamlReader& reader, std::string_view key, std::int64_t fallback) {
  return static_cast<std::uint64_t>(TRY(integer_within(reader, key, fallback, 0, 1'000'000'000)));
}

Result<std::optional<Duration>> read_age(YamlReader& reader) {
  if (reader.optional("max_age") == nullptr) return std::optional<Duration>();
  const std::string text = TRY(reader.string("max_age"));
  const auto age = parse_duration(text);
  if (!age || *age <= Duration{})
    return bad_value(reader, "max_age", cat("is a duration, such as 2h; '", text, "' is none"));
  return std::optional(*age);
}

Result<TestsCheck> read_tests(YamlReader& reader) {
  TestsCheck check;
  check.file = TRY(reader.string("file"));
  check.max_age = TRY(read_age(reader));
  check.max_failures = TRY(count_at(reader, "max_failures", 0));
  check.min_tests = TRY(count_at(reader, "min_tests", 1));
  if (check.min_tests == 0)
    return bad_value(reader, "min_tests", "of 0 lets a report without tests through");
  return check;
}

Result<CoverageCheck> read_coverage(YamlReader& reader) {
  CoverageCheck check;
  check.file = TRY(reader.string("file"));
  check.max_age = TRY(read_age(reader));
  TRY(reader.required("min"));
  check.min = TRY(number_within(reader, "min", 0, 0, 1));
  if (check.min == 0) return bad_value(reader, "min", "of 0 lets every report through");
  return check;
}

Result<ScanCheck> read_scan(YamlReader& reader) {
  ScanCheck check;
  check.file = TRY(reader.string("file"));
  check.max_age = TRY(read_age(reader));
  check.max_errors = TRY(count_at(reader, "max_errors", 0));
  if (reader.optional("max_warnings") != nullptr)
    check.max_warnings = TRY(count_at(reader, "max_warnings", 0));
  return check;
}

Result<LeakageCheck> read_leakage(YamlReader& reader, TextPosition at) {
  LeakageCheck check;
  check.train = TRY(reader.string("train"));
  check.keys = TRY(reader.strings("key"));
  check.time = TRY(reader.string_or("time", ""));
  if (check.keys.empty() && check.time.empty())
    return reader.error_at(at, "a check of kind leakage needs 'key', 'time' or both");
  return check;
}

template <class Rule>
Result<GateRule> as_rule(Result<Rule> rule) {
  if (!rule.ok()) return std::move(rule).error();
  return GateRule(std::move(rule).value());
}

struct RuleReader {
  Result<GateRule> (*read)(YamlReader&, TextPosition, Task);
};

// In the order of GateRule.
constexpr std::array<std::pair<std::string_view, RuleReader>, std::variant_size_v<GateRule>> kKinds{
    {{"value", {[](auto& r, auto at, Task task) { return as_rule(read_value(r, at, task)); }}},
     {"change", {[](auto& r, auto at, Task task) { return as_rule(read_change(r, at, task)); }}},
     {"worst_slice",
      {[](auto& r, auto at, Task task) { return as_rule(read_worst_slice(r, at, task)); }}},
     {"behaviour", {[](auto& r, auto at, Task) { return as_rule(read_behaviour(r, at)); }}},
     {"row_order", {[](auto& r, auto, Task) { return as_rule(read_row_order(r)); }}},
     {"calibration",
      {[](auto& r, auto at, Task task) { return as_rule(read_calibration(r, at, task)); }}},
     {"fairness",
      {[](auto& r, auto at, Task task) { return as_rule(read_fairness(r, at, task)); }}},
     {"latency", {[](auto& r, auto, Task) { return as_rule(read_latency(r)); }}},
     {"size", {[](auto& r, auto, Task) { return as_rule(read_size(r)); }}},
     {"tests", {[](auto& r, auto, Task) { return as_rule(read_tests(r)); }}},
     {"coverage", {[](auto& r, auto, Task) { return as_rule(read_coverage(r)); }}},
     {"scan", {[](auto& r, auto, Task) { return as_rule(read_scan(r)); }}},
     {"leakage", {[](auto& r, auto at, Task) { return as_rule(read_leakage(r, at)); }}}}};

}  // namespace

std::string_view kind_of(const GateRule& rule) {
  return kKinds[rule.index()].first;
}

std::string report_of(const GateRule& rule) {
  if (const auto* tests = std::get_if<TestsCheck>(&rule)) return tests->file;
  if (const auto* coverage = std::get_if<CoverageCheck>(&rule)) return coverage->file;
  if (const auto* scan = std::get_if<ScanCheck>(&rule)) return scan->file;
  return {};
}

Result<GateRule> read_gate_rule(YamlReader& reader, TextPosition at, Task task) {
  TRY(reader.required("kind"));
  return TRY(choose(reader, "kind", kKinds, "")).read(reader, at, task);
}

}  // namespace sluice::ml
