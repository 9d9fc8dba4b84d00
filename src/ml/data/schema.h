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

namespace sluice::ml {

// Category: text out of `allowed`.
enum class ColumnType { Integer, Number, Boolean, Date, Text, Category };

std::string_view to_string(ColumnType type);  // "integer" …
std::optional<ColumnType> parse_column_type(std::string_view word);

enum class Presence { Required, Optional };
enum class Uniqueness { Any, Unique };
enum class ExtraColumns { Forbid, Allow };

struct ColumnRule {
  std::string name;
  ColumnType type = ColumnType::Text;
  Presence presence = Presence::Required;
  Uniqueness uniqueness = Uniqueness::Any;
  double max_null_share = 0;           // 0 to 1
  std::optional<double> min;           // numbers; for dates seconds since 1970
  std::optional<double> max;           // the same
  std::vector<std::string> allowed;    // empty: anything
  std::vector<double> allowed_values;  // the same as numbers, for Integer and Number

  bool is_numeric() const { return type == ColumnType::Integer || type == ColumnType::Number; }
};

struct Schema {
  std::vector<ColumnRule> columns;  // in file order
  std::uint64_t min_rows = 1;
  std::optional<std::uint64_t> max_rows;
  std::vector<std::vector<std::string>> keys;  // each: columns that are unique together
  ExtraColumns extra_columns = ExtraColumns::Forbid;
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
