#include "ml/data/infer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/strings.h"
#include "ml/data/hash64.h"
#include "ml/data/key_set.h"
#include "ml/data/number.h"
#include "ml/data/row_source.h"
#include "ml/data/schema.h"
#include "ml/data/validation_report.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kMaxKeyColumns = 4;
constexpr std::size_t kMaxCategories = 50;
constexpr std::size_t kMaxCodes = 20;           // integers that stand for something
constexpr std::size_t kSeenEachOnAverage = 10;  // below that, values are no categories
constexpr std::size_t kMaxGroups = 2;           // columns of report_by

bool is_plain_scalar(std::string_view text) {
  static constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on",
                                                "off",  "y",     "n",    "inf", "nan"};
  if (text.empty() || !(std::isalpha(static_cast<unsigned char>(text[0])) || text[0] == '_'))
    return false;
  for (const char c : text)
    if (!(std::isalnum(static_cast<unsigned char>(c)) || c == '_')) return false;
  return std::none_of(std::begin(kWords), std::end(kWords),
                      [&](std::string_view word) { return equal_ignoring_case(word, text); });
}

// JSON strings are YAML strings.
std::string scalar(std::string_view text) {
  return is_plain_scalar(text) ? std::string(text) : to_text(Json(text));
}

std::string list(const std::vector<std::string>& texts) {
  std::vector<std::string> scalars;
  for (const std::string& text : texts) scalars.push_back(scalar(text));
  return cat("[", join(scalars, ", "), "]");
}

bool is_all(const ColumnProfile& column, std::initializer_list<ValueType> types) {
  std::uint64_t sum = 0;
  for (const ValueType type : types) sum += column.of_type(type);
  return sum == column.present() && sum > 0;
}

bool has_few_values(const ColumnProfile& column, std::size_t most) {
  return column.distinct > 0 && column.distinct_exact && column.distinct <= most &&
         column.distinct * kSeenEachOnAverage <= column.present();
}

ColumnType guess_type(const ColumnProfile& column) {
  if (is_all(column, {ValueType::Integer})) return ColumnType::Integer;
  if (is_all(column, {ValueType::Integer, ValueType::Number})) return ColumnType::Number;
  if (is_all(column, {ValueType::Boolean})) return ColumnType::Boolean;
  if (is_all(column, {ValueType::Date})) return ColumnType::Date;
  if (is_all(column, {ValueType::Date, ValueType::Timestamp})) return ColumnType::Timestamp;
  return has_few_values(column, kMaxCategories) ? ColumnType::Category : ColumnType::Text;
}

// Codes 1 to 11, flags 0 and 1: integers whose values are a list, not a range.
bool is_code(const ColumnProfile& column, ColumnType type) {
  return type == ColumnType::Integer && has_few_values(column, kMaxCodes);
}

// Two significant digits, rounded away from the data.
double rounded(double value, bool up) {
  if (value == 0) return 0;
  const double step = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 1);
  const double parts = value / step;
  const double result = (up ? std::ceil(parts - 1e-9) : std::floor(parts + 1e-9)) * step;
  return parse_number(fmt::format("{:.12g}", result)).value_or(value);
}

struct Range {
  double low;
  double high;
};

// Half and double of what was seen where it has one sign, else half the width on either side.
Range slack(const NumberSummary& seen) {
  const double width = seen.max - seen.min;
  Range range{seen.min - width / 2, seen.max + width / 2};
  if (seen.min >= 0) range = {seen.min / 2, seen.max * 2};
  if (seen.max < 0) range = {seen.min * 2, seen.max / 2};
  return {std::min(rounded(range.low, false), seen.min),
          std::max(rounded(range.high, true), seen.max)};
}

std::string bounds_text(const ColumnProfile& column, ColumnType type) {
  if (is_dated(type))
    return fmt::format("    min: {:<14} # seen: {} to {}\n", date_text(column.dates->first),
                       date_text(column.dates->first), date_text(column.dates->second));
  Range range = slack(column.numbers);
  if (!std::isfinite(range.low) || !std::isfinite(range.high)) return {};
  if (type == ColumnType::Integer) range = {std::floor(range.low), std::ceil(range.high)};
  return fmt::format("    min: {:<14} # seen: {}\n    max: {:<14} # seen: {}\n",
                     number_text(range.low), number_text(column.numbers.min),
                     number_text(range.high), number_text(column.numbers.max));
}

std::string allowed_text(const ColumnProfile& column, ColumnType type) {
  std::vector<std::string> values;
  for (const auto& [value, count] : column.values) values.push_back(value);
  if (type == ColumnType::Integer) {
    std::sort(values.begin(), values.end(), [](const std::string& a, const std::string& b) {
      return *parse_number(a) < *parse_number(b);
    });
    // "+1" and "1" are one number and two spellings.
    for (std::string& value : values) value = number_text(*parse_number(value));
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return cat("    allowed: [", join(values, ", "), "]\n");
  }
  std::sort(values.begin(), values.end());
  return cat("    allowed: ", list(values), "\n");
}

std::string nulls_text(const ColumnProfile& column, std::uint64_t rows) {
  if (column.missing == 0) return {};
  const double share = static_cast<double>(column.missing) / static_cast<double>(rows);
  const double allowed = std::min(1.0, std::ceil((share * 1.5 + 0.01) * 100) / 100);
  return fmt::format("    max_null_share: {:<4} # seen: {:.3g}\n", number_text(allowed), share);
}

std::string types_seen(const ColumnProfile& column) {
  std::vector<std::string> parts;
  for (const ValueType type : kEveryValueType)
    if (column.of_type(type) > 0)
      parts.push_back(cat(grouped(column.of_type(type)), " ", to_string(type)));
  return join(parts, ", ");
}

std::string column_text(const ColumnProfile& column, std::uint64_t rows) {
  const ColumnType type = guess_type(column);
  std::string text = cat("  ", scalar(column.name), ":\n    type: ", to_string(type));
  const bool mixed = type == ColumnType::Text && column.of_type(ValueType::Text) < column.present();
  if (column.present() == 0)
    text += "  # no value was seen";
  else if (mixed)
    text += cat("  # mixed: ", types_seen(column));
  text += "\n";
  const bool ranged = type == ColumnType::Integer || type == ColumnType::Number || is_dated(type);
  if (type == ColumnType::Category || is_code(column, type))
    text += allowed_text(column, type);
  else if (ranged)
    text += bounds_text(column, type);
  return text + nulls_text(column, rows);
}

// How the file is read, where it is not the usual way.
std::string form_text(const CsvOptions& csv) {
  const auto character = [](char c) { return to_text(Json(std::string(1, c))); };
  std::string text;
  if (csv.delimiter != ',') text += cat("delimiter: ", character(csv.delimiter), "\n");
  if (csv.comment != '\0') text += cat("comment: ", character(csv.comment), "\n");
  if (csv.decimal == ',') text += "decimal: comma\n";
  if (csv.header == HeaderRow::None) text += "header: false\n";
  return text;
}

// The columns with few values: violations are broken down by the first of them.
std::vector<std::string> group_columns(const DataProfile& profile) {
  std::vector<std::string> names;
  for (const ColumnProfile& column : profile.columns) {
    const ColumnType type = guess_type(column);
    const bool few = type == ColumnType::Category || is_code(column, type);
    if (few && column.distinct > 2 && names.size() < kMaxGroups) names.push_back(column.name);
  }
  return names;
}

bool is_key_like(const ColumnProfile& column) {
  const ColumnType type = guess_type(column);
  return column.missing == 0 && column.distinct > 1 && type != ColumnType::Number &&
         type != ColumnType::Boolean;
}

}  // namespace

Result<std::vector<std::string>> find_key(const os::FileReader& files, const Inputs& inputs,
                                          const DataProfile& profile,
                                          const ProfileOptions& options) {
  std::vector<std::size_t> fields;
  for (std::size_t i = 0; i < profile.columns.size() && fields.size() < kMaxKeyColumns; ++i)
    if (is_key_like(profile.columns[i])) fields.push_back(i);
  std::vector<KeySet> seen(fields.size());  // of the first column, the first two, …
  const auto reader = TRY(open_rows(files, inputs, {options.csv}));
  CsvBlock block;
  while (TRY(reader->next(block))) {
    std::vector<std::uint64_t> hashes(block.rows.size(), 0);
    for (std::size_t k = 0; k < fields.size(); ++k) {
      for (std::size_t row = 0; row < hashes.size(); ++row)
        hashes[row] = hash64(block.fields[row * block.columns + fields[k]], hashes[row]) | 1;
      if (seen[k].repeats() == 0) seen[k].add(hashes);
    }
  }
  std::vector<std::string> key;
  for (std::size_t k = 0; k < fields.size(); ++k) {
    key.push_back(profile.columns[fields[k]].name);
    if (seen[k].repeats() == 0) return key;
  }
  return std::vector<std::string>();
}

Result<std::string> propose_schema(const DataProfile& profile,
                                   const std::vector<std::string>& key) {
  if (profile.rows == 0)
    return invalid_input(cat(profile.file, ": there is no row to learn a schema from"));
  std::string text = fmt::format(
      "# Proposed by `sluice data infer` from {} of {}.\n"
      "# Bounds are wider than what was seen; correct them with what you know, then commit this "
      "file.\nversion: 1\n",
      rows_text(profile.rows), profile.file);
  if (profile.unreadable > 0)
    text += fmt::format("# {} could not be read; `sluice data validate` names them.\n",
                        plural(profile.unreadable, "row"));
  text += form_text(profile.csv);
  text += fmt::format("rows: {{min: {}, max: {}}}  # seen: {}\n",
                      std::max<std::uint64_t>(1, profile.rows / 2), profile.rows * 2, profile.rows);
  text += "extra_columns: forbid\n";
  if (!key.empty()) text += cat("keys:\n  - ", list(key), "  # no two rows agree in these\n");
  const std::vector<std::string> groups = group_columns(profile);
  if (!groups.empty())
    text += cat("report_by: ", list(groups), "  # violations are broken down by these\n");
  text += "columns:\n";
  for (const ColumnProfile& column : profile.columns) text += column_text(column, profile.rows);
  return text;
}

}  // namespace sluice::ml
