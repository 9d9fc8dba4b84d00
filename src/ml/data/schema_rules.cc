#include "ml/data/schema_rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/expectations/row_expression.h"

namespace sluice::ml {
namespace {

using expectations::RowExpression;

template <class Value>
struct Word {
  std::string_view word;
  Value value;
};

constexpr std::array<Word<ValueOrder>, 4> kOrders = {
    {{"increasing", ValueOrder::Increasing},
     {"strictly_increasing", ValueOrder::StrictlyIncreasing},
     {"decreasing", ValueOrder::Decreasing},
     {"strictly_decreasing", ValueOrder::StrictlyDecreasing}}};

// Rules of a column that may have a severity of their own.
constexpr std::array kColumnRules = {
    Rule::MissingColumn, Rule::Type,    Rule::MissingValues, Rule::Min,    Rule::Max,
    Rule::Allowed,       Rule::Pattern, Rule::Length,        Rule::Unique, Rule::Order};

struct AgeUnit {
  std::string_view word;
  double seconds;
};
constexpr std::array<AgeUnit, 5> kAgeUnits = {
    {{"w", 604800}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}}};

TextPosition place_of(YamlReader& reader, std::string_view key) {
  const YamlNode* node = reader.optional(key);
  return node == nullptr ? TextPosition{1, 1} : node->position;
}

Result<double> read_mostly(YamlReader& reader) {
  const double mostly = TRY(reader.number_or("mostly", 1));
  if (mostly > 0 && mostly <= 1) return mostly;
  return reader.error_at(place_of(reader, "mostly"),
                         "'mostly' is a share: more than 0 and at most 1");
}

Result<Severity> severity_of_word(const YamlReader& reader, const YamlNode& node) {
  if (node.text == "fail") return Severity::Fail;
  if (node.text == "warn") return Severity::Warn;
  return reader.error_at(node.position, cat("severity '", node.text, "' is neither fail nor warn"));
}

Result<Severity> read_severity(YamlReader& reader) {
  const YamlNode* node = reader.optional("severity");
  if (node == nullptr) return Severity::Fail;
  return severity_of_word(reader, *node);
}

Result<Severities> read_severities(YamlReader& reader) {
  Severities severities;
  const YamlNode* node = reader.optional("severity");
  if (node == nullptr) return severities;
  if (!node->is_mapping()) {
    severities.usual = TRY(severity_of_word(reader, *node));
    return severities;
  }
  std::vector<std::string> words;
  for (const Rule rule : kColumnRules) words.emplace_back(to_string(rule));
  for (const auto& [key, value] : node->members) {
    const auto found = std::find(words.begin(), words.end(), key.text);
    if (found == words.end())
      return reader.error_at(
          key.position, cat("a column has no rule '", key.text, "'", did_you_mean(key.text, words),
                            " (the rules are ", join(words, ", "), ")"));
    const Severity severity = TRY(severity_of_word(reader, value));
    severities.of_rules.emplace_back(kColumnRules[static_cast<std::size_t>(found - words.begin())],
                                     severity);
  }
  return severities;
}

Result<std::optional<std::uint64_t>> read_length(YamlReader& reader, std::string_view key) {
  if (reader.optional(key) == nullptr) return std::optional<std::uint64_t>();
  const std::int64_t length = TRY(reader.integer_or(key, 0));
  if (length >= 0) return std::optional(static_cast<std::uint64_t>(length));
  return reader.error_at(place_of(reader, key), cat("'", key, "' must not be negative"));
}

Result<void> read_lengths(YamlReader& reader, ColumnRule& rule) {
  rule.min_length = TRY(read_length(reader, "min_length"));
  rule.max_length = TRY(read_length(reader, "max_length"));
  if (rule.min_length && rule.max_length && *rule.min_length > *rule.max_length)
    return reader.error_at(
        place_of(reader, "max_length"),
        cat("max_length ", *rule.max_length, " is below min_length ", *rule.min_length));
  return success();
}

Result<void> read_pattern(YamlReader& reader, ColumnRule& rule) {
  rule.pattern = TRY(reader.string_or("pattern", ""));
  if (rule.pattern.empty()) return success();
  const RE2 compiled(rule.pattern, RE2::Quiet);
  if (compiled.ok()) return success();
  return reader.error_at(
      place_of(reader, "pattern"),
      cat("the regular expression '", rule.pattern, "' cannot be used (", compiled.error(),
          "); look-around and back references are not supported"));
}

Result<void> read_order(YamlReader& reader, ColumnRule& rule) {
  const YamlNode* node = reader.optional("order");
  if (node == nullptr) return success();
  std::vector<std::string> words;
  for (const auto& known : kOrders) {
    words.emplace_back(known.word);
    if (known.word == node->text) rule.order = known.value;
  }
  if (rule.order != ValueOrder::Any) return success();
  return reader.error_at(node->position, cat("order '", node->text, "' is none of ",
                                             join(words, ", "), did_you_mean(node->text, words)));
}

// A duration in seconds: "14d", "36h".
Result<double> duration_of(const YamlReader& reader, const YamlNode& node) {
  for (const AgeUnit& unit : kAgeUnits) {
    if (!node.text.ends_with(unit.word)) continue;
    const auto amount =
        parse_number(std::string_view(node.text).substr(0, node.text.size() - unit.word.size()));
    if (amount && *amount > 0) return *amount * unit.seconds;
  }
  return reader.error_at(node.position,
                         cat("'", node.text, "' is no duration: write 14d, 36h, 2w, 30m or 10s"));
}

Result<SeriesStep> read_step(YamlReader& reader) {
  const YamlNode* node = TRY(reader.required("step"));
  SeriesStep step;
  step.text = node->text;
  if (node->kind == YamlKind::Number) {
    step.amount = node->number;
  } else if (node->text.ends_with("mo")) {
    step.unit = SeriesStep::Unit::Month;
    step.amount = parse_number(node->text.substr(0, node->text.size() - 2)).value_or(0);
    if (step.amount != static_cast<double>(static_cast<int>(step.amount))) step.amount = 0;
  } else {
    const bool days = node->text.ends_with('d') || node->text.ends_with('w');
    step.unit = days ? SeriesStep::Unit::Day : SeriesStep::Unit::Second;
    step.amount = TRY(duration_of(reader, *node));
  }
  if (step.amount > 0) return step;
  return reader.error_at(node->position,
                         cat("'step' ", node->text, " is none: write 1, 7d, 1h or 1mo"));
}

// A column that the schema has.
Result<std::string> known_column(const YamlReader& reader, TextPosition position,
                                 const std::string& name, const Schema& schema) {
  if (schema.find(name) != nullptr) return name;
  std::vector<std::string> known;
  for (const ColumnRule& rule : schema.columns) known.push_back(rule.name);
  return reader.error_at(position,
                         cat("'columns' does not have '", name, "'", did_you_mean(name, known)));
}

Result<std::vector<std::string>> known_columns(YamlReader& reader, std::string_view key,
                                               const Schema& schema) {
  const YamlNode* node = TRY(reader.required(key));
  std::vector<std::string> names;
  for (const std::string& name : TRY(reader.strings(key))) {
    TextPosition position = node->position;
    for (const YamlNode& item : node->items)
      if (item.text == name) position = item.position;
    names.push_back(TRY(known_column(reader, position, name, schema)));
  }
  return names;
}

// The text of an expression whose columns the schema has.
Result<std::string> read_expression(YamlReader& reader, std::string_view key,
                                    const Schema& schema) {
  const YamlNode* node = reader.optional(key);
  if (node == nullptr) return std::string();
  const auto expression = RowExpression::parse(node->text);
  if (!expression.ok())
    return reader.error_at(node->position, cat("'", key, "': ", expression.error().describe()));
  for (const std::string& name : expression->columns())
    TRY(known_column(reader, node->position, name, schema));
  if (expression->columns().empty())
    return reader.error_at(node->position, cat("'", key, "' names no column"));
  return node->text;
}

Result<void> read_rule(YamlReader& reader, Schema& schema) {
  RowRule rule;
  TRY(reader.required("check"));
  rule.check = TRY(read_expression(reader, "check", schema));
  rule.where = TRY(read_expression(reader, "where", schema));
  rule.name = TRY(reader.string_or("name", rule.check));
  rule.mostly = TRY(read_mostly(reader));
  rule.severity = TRY(read_severity(reader));
  schema.rules.push_back(std::move(rule));
  return success();
}

Result<void> read_foreign_key(YamlReader& reader, Schema& schema) {
  ForeignKey key;
  key.columns = TRY(known_columns(reader, "columns", schema));
  key.file = TRY(reader.string("file"));
  key.refers_to = TRY(reader.strings("refers_to"));
  if (key.refers_to.empty()) key.refers_to = key.columns;
  if (key.refers_to.size() != key.columns.size())
    return reader.error_at(place_of(reader, "refers_to"),
                           cat("'refers_to' has ", plural(key.refers_to.size(), "column"),
                               ", 'columns' has ", key.columns.size()));
  key.mostly = TRY(read_mostly(reader));
  key.severity = TRY(read_severity(reader));
  schema.foreign_keys.push_back(std::move(key));
  return success();
}

Result<void> read_one_series(YamlReader& reader, Schema& schema) {
  SeriesRule series;
  if (reader.optional("by") != nullptr) series.by = TRY(known_columns(reader, "by", schema));
  series.time = TRY(reader.string("time"));
  TRY(known_column(reader, place_of(reader, "time"), series.time, schema));
  series.step = TRY(read_step(reader));
  series.severity = TRY(read_severity(reader));
  const ColumnRule& column = *schema.find(series.time);
  const bool numbers = series.step.unit == SeriesStep::Unit::Number;
  if (numbers ? !column.is_numeric() : !column.is_dated())
    return reader.error_at(
        place_of(reader, "step"),
        cat("'", series.time, "' is of type ", to_string(column.type), ": its step is ",
            column.is_numeric() ? "a number" : "a duration such as 7d; the column a date"));
  schema.series.push_back(std::move(series));
  return success();
}

Result<void> read_one_freshness(YamlReader& reader, Schema& schema) {
  FreshnessRule freshness;
  freshness.column = TRY(reader.string("column"));
  TRY(known_column(reader, place_of(reader, "column"), freshness.column, schema));
  if (!schema.find(freshness.column)->is_dated())
    return reader.error_at(place_of(reader, "column"),
                           cat("'", freshness.column, "' is not of type date or timestamp"));
  const YamlNode* age = TRY(reader.required("max_age"));
  freshness.max_age = TRY(duration_of(reader, *age));
  freshness.text = age->text;
  freshness.severity = TRY(read_severity(reader));
  schema.freshness.push_back(std::move(freshness));
  return success();
}

using ReadItem = Result<void> (*)(YamlReader&, Schema&);

// A list of mappings; one alone may stand without the list.
Result<void> read_list(YamlReader& reader, std::string_view key, std::string_view file,
                       ReadItem read, Schema& schema) {
  const YamlNode* node = reader.optional(key);
  if (node == nullptr) return success();
  const std::string what = cat("an entry of '", key, "'");
  const auto one = [&](const YamlNode& item) -> Result<void> {
    YamlReader inner = TRY(YamlReader::open(item, file, what));
    TRY(read(inner, schema));
    return inner.finish();
  };
  if (!node->is_sequence()) return one(*node);
  for (const YamlNode& item : node->items) TRY(one(item));
  return success();
}

Result<void> read_history(YamlReader& reader, std::string_view file, HistoryRule& history) {
  const YamlNode* node = reader.optional("history");
  if (node == nullptr) return success();
  YamlReader inner = TRY(YamlReader::open(*node, file, "'history'"));
  history.deviations = TRY(inner.number_or("deviations", history.deviations));
  const std::int64_t least = TRY(inner.integer_or("least", 3));
  history.severity = TRY(read_severity(inner));
  TRY(inner.finish());
  if (!(history.deviations > 0) || least < 2)
    return reader.error_at(node->position,
                           "'history': deviations must be positive and least at least 2");
  history.least = static_cast<std::uint64_t>(least);
  return success();
}

}  // namespace

Severity Severities::of(Rule rule) const {
  for (const auto& [known, severity] : of_rules)
    if (known == rule) return severity;
  return usual;
}

Result<void> read_column_extras(YamlReader& reader, ColumnRule& rule) {
  TRY(read_pattern(reader, rule));
  TRY(read_lengths(reader, rule));
  TRY(read_order(reader, rule));
  rule.mostly = TRY(read_mostly(reader));
  rule.severities = TRY(read_severities(reader));
  return success();
}

Result<void> read_schema_rules(YamlReader& reader, std::string_view file, Schema& schema) {
  TRY(read_list(reader, "rules", file, &read_rule, schema));
  TRY(read_list(reader, "foreign_keys", file, &read_foreign_key, schema));
  TRY(read_list(reader, "series", file, &read_one_series, schema));
  TRY(read_list(reader, "freshness", file, &read_one_freshness, schema));
  TRY(read_history(reader, file, schema.history));
  if (reader.optional("mask") != nullptr)
    schema.masked = TRY(known_columns(reader, "mask", schema));
  return success();
}

}  // namespace sluice::ml
