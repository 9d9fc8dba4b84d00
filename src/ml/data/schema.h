// What a data file must look like, as its team writes it down in YAML: the input of validation. The
// format is in docs/formats/schema.md. Values; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ml/data/csv.h"
#include "ml/data/validation_report.h"

namespace sluice::ml {

// Category: text out of `allowed`.
enum class ColumnType { Integer, Number, Boolean, Date, Timestamp, Text, Category };

bool is_dated(ColumnType type);  // Date, Timestamp

std::string_view to_string(ColumnType type);  // "integer" …
std::optional<ColumnType> parse_column_type(std::string_view word);

enum class Presence { Required, Optional };
enum class Uniqueness { Any, Unique };
enum class ExtraColumns { Forbid, Allow };

// Of the values of a column from row to row; missing ones are left out.
enum class ValueOrder { Any, Increasing, StrictlyIncreasing, Decreasing, StrictlyDecreasing };

// What becomes of a broken rule: one for all rules of a column, others for single ones.
struct Severities {
  Severity usual = Severity::Fail;
  std::vector<std::pair<Rule, Severity>> of_rules = {};

  Severity of(Rule rule) const;
};

struct ColumnRule {
  std::string name;
  ColumnType type = ColumnType::Text;
  Presence presence = Presence::Required;
  Uniqueness uniqueness = Uniqueness::Any;
  double max_null_share = 0;                // 0 to 1
  std::optional<double> min;                // numbers; for dates seconds since 1970
  std::optional<double> max;                // the same
  std::vector<std::string> allowed;         // empty: anything
  std::vector<double> allowed_values;       // the same as numbers, for Integer and Number
  std::string pattern;                      // RE2, found anywhere in the text; empty: anything
  std::optional<std::uint64_t> min_length;  // characters
  std::optional<std::uint64_t> max_length;
  ValueOrder order = ValueOrder::Any;
  double mostly = 1;  // share of the values there are that must keep each rule
  Severities severities;

  bool is_dated() const { return ml::is_dated(type); }
  bool is_numeric() const { return type == ColumnType::Integer || type == ColumnType::Number; }
};

// Of several columns, in the language of ml/expectations/row_expression.h. A row where `check` is
// unknown, because a value is missing, keeps the rule.
struct RowRule {
  std::string name;
  std::string check;
  std::string where;  // empty: all rows
  double mostly = 1;
  Severity severity = Severity::Fail;
};

// Values of `columns` are among those of `refers_to` in another file, which is found from the
// schema's folder. Rows with a missing value keep the rule.
struct ForeignKey {
  std::vector<std::string> columns;
  std::string file;
  std::vector<std::string> refers_to;
  double mostly = 1;
  Severity severity = Severity::Fail;
};

struct SeriesStep {
  // Day: as Second, on the wall clock; `amount` is in seconds for both.
  enum class Unit { Number, Second, Day, Month } unit = Unit::Number;
  double amount = 1;
  std::string text = {};  // as written: "7d"
};

// Each series (rows that agree in `by`) has a row at every step of `time` from its first to its
// last, and one only.
struct SeriesRule {
  std::vector<std::string> by;
  std::string time;
  SeriesStep step;
  Severity severity = Severity::Fail;
};

// The newest moment in `column` is at most so old.
struct FreshnessRule {
  std::string column;
  double max_age = 0;  // seconds
  std::string text;    // as written: "14d"
  Severity severity = Severity::Fail;
};

// How far from the median of earlier profiles a number may be, in median absolute deviations.
struct HistoryRule {
  double deviations = 6;
  std::uint64_t least = 3;  // profiles that it takes
  Severity severity = Severity::Fail;
};

struct Schema {
  std::vector<ColumnRule> columns;  // in file order
  std::uint64_t min_rows = 1;
  std::optional<std::uint64_t> max_rows;
  std::vector<std::vector<std::string>> keys;  // each: columns that are unique together
  ExtraColumns extra_columns = ExtraColumns::Forbid;
  std::vector<RowRule> rules;
  std::vector<ForeignKey> foreign_keys;
  std::vector<SeriesRule> series;
  std::vector<FreshnessRule> freshness;
  HistoryRule history;
  std::vector<std::string> masked;     // columns whose values reports do not show
  std::vector<std::string> report_by;  // columns that violations are broken down by
  std::vector<std::string> nulls;      // spellings of a missing value
  CsvOptions csv;

  const ColumnRule* find(std::string_view column) const;
};

// Errors read "FILE:LINE:COLUMN: …" and propose the nearest word.
Result<Schema> parse_schema(std::string_view text, std::string_view file_name);

// A bound of a column of this type as people write it: "10", "2026-11-21".
std::string bound_text(ColumnType type, double bound);

}  // namespace sluice::ml
