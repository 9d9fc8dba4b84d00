#include "ml/evaluate/gate_file.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/strings.h"
#include "base/yaml.h"

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
    return bad_value(reader, key, cat("must lie between ", low, " and ", high));
  return number;
}

Result<std::int64_t> integer_within(YamlReader& reader, std::string_view key, std::int64_t fallback,
                                    std::int64_t low, std::int64_t high) {
  const std::int64_t number = TRY(reader.integer_or(key, fallback));
  if (number < low || number > high)
    return bad_value(reader, key, cat("must lie between ", low, " and ", high));
  return number;
}

Result<const Metric*> read_metric(YamlReader& reader) {
  const YamlNode* node = TRY(reader.required("metric"));
  const auto metric = find_metric(node->text);
  if (!metric.ok()) return reader.error_at(node->position, metric.error().message());
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

Result<ValueCheck> read_value(YamlReader& reader, TextPosition at) {
  ValueCheck check;
  check.metric = TRY(read_metric(reader));
  check.bounds = TRY(read_bounds(reader));
  if (!check.bounds.min && !check.bounds.max)
    return reader.error_at(at, "a check of kind value needs 'min' or 'max'");
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

Result<ChangeCheck> read_change(YamlReader& reader, TextPosition at) {
  ChangeCheck check;
  check.metric = TRY(read_metric(reader));
  const auto relative = TRY(optional_number(reader, "max_worse"));
  const auto absolute = TRY(optional_number(reader, "max_worse_absolute"));
  if (relative.has_value() == absolute.has_value())
    return reader.error_at(at,
                           "a check of kind change needs one of 'max_worse' (a share: 0.02) and "
                           "'max_worse_absolute' (in the unit of the metric)");
  check.scale = relative ? Scale::Relative : Scale::Absolute;
  check.max_worse = relative ? *relative : *absolute;
  check.block = TRY(reader.string("block"));
  check.min_blocks = static_cast<std::uint32_t>(
      TRY(integer_within(reader, "min_blocks", kLeastBlocks, 2, 1'000'000)));
  check.plan = TRY(read_plan(reader));
  return check;
}

Result<WorstSliceCheck> read_worst_slice(YamlReader& reader, TextPosition at) {
  WorstSliceCheck check;
  check.metric = TRY(read_metric(reader));
  check.columns = TRY(reader.strings("slice"));
  if (check.columns.empty())
    return reader.error_at(at, "a check of kind worst_slice needs 'slice', a column or several");
  check.bounds = TRY(read_bounds(reader));
  check.max_worse = TRY(optional_number(reader, "max_worse"));
  if (!check.bounds.min && !check.bounds.max && !check.max_worse)
    return reader.error_at(
        at, "a check of kind worst_slice needs 'min', 'max' or 'max_worse' (a share: 0.1)");
  check.min_rows =
      static_cast<std::size_t>(TRY(integer_within(reader, "min_n", 30, 1, 1'000'000'000)));
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
  check.max_violation_share = TRY(number_within(reader, "max_violation_share", 0, 0, 1));
  return check;
}

// Reads the keys that belong to one kind into the check.
Result<void> read_rule(YamlReader& reader, TextPosition at, GateCheck& check) {
  enum class Kind { Value, Change, WorstSlice, Behaviour };
  static constexpr std::array kKinds{
      std::pair<std::string_view, Kind>{"value", Kind::Value},
      std::pair<std::string_view, Kind>{"change", Kind::Change},
      std::pair<std::string_view, Kind>{"worst_slice", Kind::WorstSlice},
      std::pair<std::string_view, Kind>{"behaviour", Kind::Behaviour}};
  TRY(reader.required("kind"));
  switch (TRY(choose(reader, "kind", kKinds, ""))) {
    case Kind::Value:
      check.rule = TRY(read_value(reader, at));
      break;
    case Kind::Change:
      check.rule = TRY(read_change(reader, at));
      break;
    case Kind::WorstSlice:
      check.rule = TRY(read_worst_slice(reader, at));
      break;
    case Kind::Behaviour:
      check.rule = TRY(read_behaviour(reader, at));
      break;
  }
  return success();
}

bool compares_with_champion(const GateCheck& check) {
  const auto* slices = std::get_if<WorstSliceCheck>(&check.rule);
  return std::holds_alternative<ChangeCheck>(check.rule) ||
         (slices != nullptr && slices->max_worse.has_value());
}

Result<GateCheck> read_check(const YamlNode& node, std::string_view file_name) {
  YamlReader reader = TRY(YamlReader::open(node, file_name, "a check"));
  GateCheck check;
  check.name = TRY(reader.string("name"));
  check.why = TRY(reader.string_or("why", ""));
  TRY(read_rule(reader, node.position, check));
  const YamlNode* allow_first = reader.optional("allow_first");
  const auto first = TRY(reader.boolean_or("allow_first", false));
  if (allow_first != nullptr && !compares_with_champion(check))
    return reader.error_at(allow_first->position,
                           "'allow_first' has a meaning only where a champion is compared with");
  check.without_champion = first ? WithoutChampion::Pass : WithoutChampion::Fail;
  TRY(reader.finish());
  return check;
}

Result<void> read_checks(const YamlReader& reader, const YamlNode& node, std::string_view file_name,
                         GateFile& gate) {
  if (!node.is_sequence() || node.items.empty())
    return reader.error_at(node.position,
                           "'checks' must be a list with at least one check: a gate without "
                           "checks would let everything through");
  for (const YamlNode& item : node.items) {
    GateCheck check = TRY(read_check(item, file_name));
    const bool taken =
        std::any_of(gate.checks.begin(), gate.checks.end(),
                    [&](const GateCheck& other) { return other.name == check.name; });
    if (taken)
      return reader.error_at(item.position, cat("two checks are named '", check.name, "'"));
    gate.checks.push_back(std::move(check));
  }
  return success();
}

}  // namespace

Result<GateFile> parse_gate_file(std::string_view text, std::string_view file_name) {
  const YamlNode root = TRY(load_yaml(text, file_name));
  YamlReader reader = TRY(YamlReader::open(root, file_name, "a gate file"));
  GateFile gate;
  gate.digest = sha256(text);
  gate.model = TRY(reader.string_or("model", ""));
  gate.target = TRY(reader.string_or("target", ""));
  gate.predicts = TRY(reader.string_or("predicts", gate.target));
  const YamlNode* checks = TRY(reader.required("checks"));
  TRY(read_checks(reader, *checks, file_name, gate));
  TRY(reader.finish());
  return gate;
}

std::string_view kind_of(const GateCheck& check) {
  static constexpr std::array<std::string_view, 4> kNames{"value", "change", "worst_slice",
                                                          "behaviour"};
  return kNames[check.rule.index()];
}

}  // namespace sluice::ml
