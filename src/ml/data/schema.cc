#include "ml/data/schema.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/strings.h"
#include "base/yaml.h"
#include "ml/data/number.h"
#include "ml/data/schema_rules.h"
#include "ml/data/table.h"
#include "ml/data/value.h"

namespace sluice::ml {

namespace {

constexpr std::array kTypes = {ColumnType::Integer, ColumnType::Number,    ColumnType::Boolean,
                               ColumnType::Date,    ColumnType::Timestamp, ColumnType::Text,
                               ColumnType::Category};
constexpr std::string_view kFloat = "float";  // what others call a number

// What is wrong in several places, told at once, one line each.
class Mistakes {
 public:
  template <class T>
  void note(const Result<T>& result) {
    if (!result.ok()) lines_.push_back(result.error().describe());
  }
  Result<void> all() const {
    if (lines_.empty()) return success();
    return invalid_input(join(lines_, "\n"));
  }

 private:
  std::vector<std::string> lines_;
};

std::vector<std::string> type_words() {
  std::vector<std::string> words;
  for (const ColumnType type : kTypes) words.emplace_back(to_string(type));
  return words;
}

// A bound as written in the file, as a number. `node` may be null.
Result<std::optional<double>> read_bound(const YamlReader& reader, const YamlNode* node,
                                         const ColumnRule& rule) {
  if (node == nullptr) return std::optional<double>();
  if (rule.is_numeric()) {
    if (node->kind == YamlKind::Number && std::isfinite(node->number))
      return std::optional(node->number);
    return reader.error_at(node->position, cat("the bound of a column of type ",
                                               to_string(rule.type), " must be a number"));
  }
  if (rule.is_dated()) {
    if (const auto date = parse_date(node->text)) return date;
    return reader.error_at(node->position, cat("'", node->text, "' is not a date (YYYY-MM-DD)"));
  }
  return reader.error_at(node->position, cat("a column of type ", to_string(rule.type),
                                             " has no min or max; numbers and dates do"));
}

Result<void> read_bounds(YamlReader& reader, ColumnRule& rule) {
  const YamlNode* low = reader.optional("min");
  const YamlNode* high = reader.optional("max");
  rule.min = TRY(read_bound(reader, low, rule));
  rule.max = TRY(read_bound(reader, high, rule));
  if (rule.min && rule.max && *rule.min > *rule.max)
    return reader.error_at(high->position, cat("max ", bound_text(rule.type, *rule.max),
                                               " is below min ", bound_text(rule.type, *rule.min)));
  return success();
}

// Null when the allowed value fits the type of its column.
const char* allowed_value_problem(const ColumnRule& rule, const std::string& text) {
  if (rule.is_numeric() && !parse_number(text)) return "is not a number";
  if (rule.is_dated() && !parse_date(text)) return "is not a date (YYYY-MM-DD)";
  if (rule.type == ColumnType::Boolean && !is_boolean(text)) return "is not a boolean";
  return nullptr;
}

Result<void> read_allowed(YamlReader& reader, ColumnRule& rule) {
  const YamlNode* node = reader.optional("allowed");
  rule.allowed = TRY(reader.strings("allowed"));
  if (node == nullptr && rule.type == ColumnType::Category)
    return reader.error_at(reader.optional("type")->position,
                           "a category needs its 'allowed' values");
  if (node != nullptr && rule.allowed.empty())
    return reader.error_at(node->position, "'allowed' is empty: no value could ever be right");
  for (std::size_t i = 0; i < rule.allowed.size(); ++i) {
    const TextPosition position = node->is_sequence() ? node->items[i].position : node->position;
    if (const char* problem = allowed_value_problem(rule, rule.allowed[i]))
      return reader.error_at(position, cat("allowed value '", rule.allowed[i], "' ", problem));
    if (std::count(rule.allowed.begin(), rule.allowed.end(), rule.allowed[i]) > 1)
      return reader.error_at(position,
                             cat("'", rule.allowed[i], "' appears more than once in 'allowed'"));
    if (rule.is_numeric()) rule.allowed_values.push_back(*parse_number(rule.allowed[i]));
  }
  std::sort(rule.allowed_values.begin(), rule.allowed_values.end());
  return success();
}

Result<ColumnType> read_type(YamlReader& reader) {
  const std::string word = TRY(reader.string("type"));
  if (const auto type = parse_column_type(word)) return *type;
  const std::vector<std::string> words = type_words();
  std::string hint = did_you_mean(word, words);
  if (hint.empty()) hint = cat("; the types are ", join(words, ", "));
  return reader.error_at(reader.optional("type")->position, cat("unknown type '", word, "'", hint));
}

Result<ColumnRule> read_column(const YamlNode& key, const YamlNode& node, std::string_view file) {
  YamlReader reader = TRY(YamlReader::open(node, file, cat("column '", key.text, "'")));
  ColumnRule rule;
  rule.name = key.text;
  rule.type = TRY(read_type(reader));
  if (!TRY(reader.boolean_or("required", true))) rule.presence = Presence::Optional;
  if (TRY(reader.boolean_or("unique", false))) rule.uniqueness = Uniqueness::Unique;
  rule.max_null_share = TRY(reader.number_or("max_null_share", 0));
  if (!(rule.max_null_share >= 0 && rule.max_null_share <= 1))
    return reader.error_at(reader.optional("max_null_share")->position,
                           "'max_null_share' must be between 0 and 1");
  TRY(reader.string_or("description", ""));
  TRY(read_bounds(reader, rule));
  TRY(read_allowed(reader, rule));
  TRY(read_column_extras(reader, rule));
  TRY(reader.finish());
  return rule;
}

Result<void> read_columns(YamlReader& reader, std::string_view file, Schema& schema) {
  const YamlNode* node = TRY(reader.required("columns"));
  if (!node->is_mapping() || node->members.empty())
    return reader.error_at(node->position, "'columns' must be a mapping of names to their rules");
  Mistakes mistakes;
  for (const auto& [key, value] : node->members) {
    auto column = read_column(key, value, file);
    if (column.ok()) schema.columns.push_back(std::move(column).value());
    mistakes.note(column);
  }
  return mistakes.all();
}

Result<void> read_rows(YamlReader& reader, std::string_view file, Schema& schema) {
  const YamlNode* node = reader.optional("rows");
  if (node == nullptr) return success();
  YamlReader rows = TRY(YamlReader::open(*node, file, "'rows'"));
  const std::int64_t low = TRY(rows.integer_or("min", 1));
  const std::int64_t high = TRY(rows.integer_or("max", INT64_MAX));
  TRY(rows.finish());
  if (low < 0) return rows.error_at(node->position, "'min' of 'rows' must not be negative");
  if (high < low) return rows.error_at(node->position, "'rows': max is below min");
  schema.min_rows = static_cast<std::uint64_t>(low);
  if (high != INT64_MAX) schema.max_rows = static_cast<std::uint64_t>(high);
  return success();
}

// The names are those of columns of the schema.
Result<void> check_names(const YamlReader& reader, const YamlNode& node, std::string_view where,
                         const Schema& schema) {
  std::vector<std::string> known;
  for (const ColumnRule& rule : schema.columns) known.push_back(rule.name);
  const auto check = [&](const YamlNode& name) -> Result<void> {
    if (schema.find(name.text) != nullptr) return success();
    return reader.error_at(name.position,
                           cat("'", where, "' names the column '", name.text,
                               "', which 'columns' does not have", did_you_mean(name.text, known)));
  };
  if (node.is_scalar()) return check(node);
  for (const YamlNode& item : node.items) TRY(check(item));
  return success();
}

// One key: a name or a list of names.
Result<std::vector<std::string>> read_key(const YamlReader& reader, const YamlNode& node,
                                          const Schema& schema) {
  if (node.is_mapping() || node.kind == YamlKind::Null)
    return reader.error_at(node.position, "a key is a column or a list of columns");
  std::vector<std::string> key;
  if (node.is_scalar()) key.push_back(node.text);
  for (const YamlNode& item : node.items) {
    if (!item.is_scalar())
      return reader.error_at(item.position, "a key is a column or a list of columns");
    if (std::find(key.begin(), key.end(), item.text) != key.end())
      return reader.error_at(item.position, cat("'", item.text, "' is twice in the key"));
    key.push_back(item.text);
  }
  if (key.empty()) return reader.error_at(node.position, "a key needs at least one column");
  TRY(check_names(reader, node, "keys", schema));
  return key;
}

Result<void> read_keys(YamlReader& reader, Schema& schema) {
  const YamlNode* node = reader.optional("keys");
  if (node == nullptr) return success();
  if (!node->is_sequence())
    return reader.error_at(node->position, "'keys' must be a list, such as [[store, item, week]]");
  for (const YamlNode& item : node->items)
    schema.keys.push_back(TRY(read_key(reader, item, schema)));
  return success();
}

// Without a word of the author: the categories, and what has few allowed values.
std::vector<std::string> usual_report_columns(const Schema& schema) {
  constexpr std::size_t kFew = 100;
  std::vector<std::string> names;
  for (const ColumnRule& rule : schema.columns)
    if (!rule.allowed.empty() && rule.allowed.size() <= kFew) names.push_back(rule.name);
  return names;
}

Result<void> read_report_by(YamlReader& reader, Schema& schema) {
  const YamlNode* node = reader.optional("report_by");
  schema.report_by = TRY(reader.strings("report_by"));
  if (node != nullptr) return check_names(reader, *node, "report_by", schema);
  schema.report_by = usual_report_columns(schema);
  return success();
}

Result<void> read_file_form(YamlReader& reader, Schema& schema) {
  const std::string delimiter = TRY(reader.string_or("delimiter", ","));
  if (delimiter.size() != 1 || delimiter == "\"" || delimiter == "\n")
    return reader.error_at(reader.optional("delimiter")->position,
                           "'delimiter' must be one character, such as \";\" or \"\\t\"");
  schema.csv.delimiter = delimiter[0];
  const std::string comment = TRY(reader.string_or("comment", ""));
  if (comment.size() > 1 || comment == "\"" || comment == "\n")
    return reader.error_at(reader.optional("comment")->position,
                           "'comment' must be one character, such as \"#\"");
  if (!comment.empty()) schema.csv.comment = comment[0];
  const std::string decimal = TRY(reader.string_or("decimal", "point"));
  if (decimal != "point" && decimal != "comma")
    return reader.error_at(reader.optional("decimal")->position,
                           "'decimal' must be point or comma");
  if (decimal == "comma") schema.csv.decimal = ',';
  if (decimal == "comma" && schema.csv.delimiter == ',')
    return reader.error_at(reader.optional("decimal")->position,
                           "'decimal: comma': 'delimiter' must be another character");
  if (!TRY(reader.boolean_or("header", true))) schema.csv.header = HeaderRow::None;
  schema.nulls = default_null_spellings();
  if (reader.optional("nulls") != nullptr) schema.nulls = TRY(reader.strings("nulls"));
  const std::string extra = TRY(reader.string_or("extra_columns", "forbid"));
  if (extra != "forbid" && extra != "allow")
    return reader.error_at(reader.optional("extra_columns")->position,
                           "'extra_columns' must be forbid or allow");
  schema.extra_columns = extra == "allow" ? ExtraColumns::Allow : ExtraColumns::Forbid;
  return success();
}

Result<void> check_version(YamlReader& reader) {
  const std::int64_t version = TRY(reader.integer_or("version", 1));
  if (version == 1) return success();
  return reader.error_at(reader.optional("version")->position,
                         cat("version ", version, " of the schema format; this program reads 1"));
}

}  // namespace

std::string_view to_string(ColumnType type) {
  switch (type) {
    case ColumnType::Integer:
      return "integer";
    case ColumnType::Number:
      return "number";
    case ColumnType::Boolean:
      return "boolean";
    case ColumnType::Date:
      return "date";
    case ColumnType::Timestamp:
      return "timestamp";
    case ColumnType::Text:
      return "text";
    case ColumnType::Category:
      return "category";
  }
  UNREACHABLE();
}

std::optional<ColumnType> parse_column_type(std::string_view word) {
  if (word == kFloat) return ColumnType::Number;
  for (const ColumnType type : kTypes)
    if (to_string(type) == word) return type;
  return std::nullopt;
}

bool is_dated(ColumnType type) {
  return type == ColumnType::Date || type == ColumnType::Timestamp;
}

std::string bound_text(ColumnType type, double bound) {
  return is_dated(type) ? date_text(bound) : number_text(bound);
}

const ColumnRule* Schema::find(std::string_view column) const {
  for (const ColumnRule& rule : columns)
    if (rule.name == column) return &rule;
  return nullptr;
}

Result<Schema> parse_schema(std::string_view text, std::string_view file_name) {
  const YamlNode root = TRY(load_yaml(text, file_name));
  YamlReader reader = TRY(YamlReader::open(root, file_name, "the schema"));
  Schema schema;
  TRY(check_version(reader));
  Mistakes mistakes;
  mistakes.note(read_file_form(reader, schema));
  const Result<void> columns = read_columns(reader, file_name, schema);
  mistakes.note(columns);
  mistakes.note(read_rows(reader, file_name, schema));
  // These name columns, which are all known only when none of them was wrong.
  if (columns.ok()) {
    mistakes.note(read_keys(reader, schema));
    mistakes.note(read_report_by(reader, schema));
    mistakes.note(read_schema_rules(reader, file_name, schema));
    mistakes.note(reader.finish());
  }
  TRY(mistakes.all());
  return schema;
}

}  // namespace sluice::ml
