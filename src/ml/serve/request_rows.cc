#include "ml/serve/request_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/encoding.h"
#include "base/strings.h"
#include "ml/data/csv.h"
#include "ml/data/number.h"
#include "ml/data/table.h"

namespace sluice::ml {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr std::string_view kFormats = "dataframe_split, dataframe_records, instances or inputs";

std::string unknown_feature(std::string_view name, const std::vector<std::string>& names) {
  const std::string shown = to_valid_utf8(name.substr(0, 100));
  const std::string hint = did_you_mean(shown, names);
  return cat("the model has no feature '", shown, "'",
             hint.empty() ? cat(" (it has ", join(names, ", "), ")") : hint);
}

bool is_null(std::string_view text) {
  const auto& nulls = default_null_spellings();
  return text.empty() || std::find(nulls.begin(), nulls.end(), text) != nulls.end();
}

bool is_numeric_row(std::string_view line) {
  const auto fields = split(line, ',');
  return std::all_of(fields.begin(), fields.end(), [](std::string_view field) {
    return is_null(trim(field)) || parse_number(trim(field)).has_value();
  });
}

}  // namespace

void RequestRows::clear() {
  values_.clear();
  rows_ = 0;
}

// Clients tend to send features in the model's order, so the next one is tried first.
std::size_t RequestRows::find(std::string_view name, std::size_t guess) const {
  if (guess < names_.size() && names_[guess] == name) return guess;
  return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
}

std::string RequestRows::missing_names() const {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (seen_[i] == 0) missing.push_back(cat("'", names_[i], "'"));
  return cat(missing.size() == 1 ? "feature " : "features ", join(missing, ", "),
             missing.size() == 1 ? " is" : " are",
             " not given (a missing value is written as null)");
}

bool RequestRows::read_number(JsonCursor& cursor, float* value) {
  *value = kMissing;
  const auto kind = cursor.peek();
  if (kind == JsonCursor::Kind::Null) return cursor.read_null();
  if (kind != JsonCursor::Kind::Number)
    return cursor.fail("a feature's value must be a number or null");
  return cursor.read_float(value) &&
         (std::isfinite(*value) || cursor.fail("a number too large for a float"));
}

bool RequestRows::finish_row(JsonCursor& cursor) {
  ++rows_;
  return rows_ <= kMaxRows || cursor.fail(cat("more than ", kMaxRows, " rows in one request"));
}

bool RequestRows::read_record(JsonCursor& cursor) {
  const std::size_t start = values_.size();
  values_.resize(start + names_.size(), kMissing);
  std::fill(seen_.begin(), seen_.end(), std::uint8_t{0});
  std::size_t given = 0;
  std::size_t guess = 0;
  std::string_view key;
  cursor.enter_object();
  while (cursor.next_key(&key)) {
    const std::size_t place = find(key, guess);
    if (place == names_.size()) return cursor.fail(unknown_feature(key, names_));
    if (seen_[place] != 0) return cursor.fail(cat("feature '", names_[place], "' is given twice"));
    if (!read_number(cursor, &values_[start + place])) return false;
    seen_[place] = 1;
    ++given;
    guess = place + 1;
  }
  if (!cursor.ok()) return false;
  if (given < names_.size()) return cursor.fail(missing_names());
  return finish_row(cursor);
}

bool RequestRows::read_record_list(JsonCursor& cursor) {
  cursor.enter_array();
  while (cursor.next_item())
    if (!read_record(cursor)) return false;
  return cursor.ok();
}

bool RequestRows::read_positional_row(JsonCursor& cursor) {
  const std::size_t start = values_.size();
  cursor.enter_array();
  while (cursor.next_item())
    if (!read_number(cursor, &values_.emplace_back())) return false;
  if (!cursor.ok()) return false;
  if (values_.size() - start != names_.size())
    return cursor.fail(cat("a row of ", plural(values_.size() - start, "value"), " for ",
                           plural(names_.size(), "feature"), " (", join(names_, ", "), ")"));
  return finish_row(cursor);
}

bool RequestRows::read_list(JsonCursor& cursor) {
  cursor.enter_array();
  while (cursor.next_item()) {
    const bool record = cursor.peek() == JsonCursor::Kind::Object;
    if (!(record ? read_record(cursor) : read_positional_row(cursor))) return false;
  }
  return cursor.ok();
}

Result<std::vector<std::size_t>> RequestRows::places(const std::vector<std::string>& given) const {
  for (const std::string& name : given) {
    if (find(name, 0) == names_.size()) return invalid_input(unknown_feature(name, names_));
    if (std::count(given.begin(), given.end(), name) > 1)
      return invalid_input(cat("column '", name, "' is given twice"));
  }
  std::vector<std::size_t> result;
  for (const std::string& name : names_) {
    const auto at = std::find(given.begin(), given.end(), name);
    if (at == given.end())
      return invalid_input(cat("column '", name, "' is missing", did_you_mean(name, given)));
    result.push_back(static_cast<std::size_t>(at - given.begin()));
  }
  return result;
}

// `columns` may come after `data`, so rows are put into the model's order at the end.
bool RequestRows::read_split(JsonCursor& cursor) {
  std::vector<std::string> columns = names_;
  std::string_view text;
  cursor.enter_object();
  while (cursor.next_key(&text)) {
    if (text == "columns") {
      columns.clear();
      cursor.enter_array();
      while (cursor.next_item())
        if (cursor.read_string(&text)) columns.emplace_back(text);
    } else if (text == "data") {
      cursor.enter_array();
      while (cursor.next_item())
        if (!read_positional_row(cursor)) return false;
    } else if (text == "index") {
      cursor.skip_value();
    } else {
      return cursor.fail("dataframe_split holds 'columns', 'index' and 'data' only");
    }
  }
  if (!cursor.ok()) return false;
  const auto order = places(columns);
  if (!order.ok()) return cursor.fail(order.error().message());
  std::vector<float> row(names_.size());
  for (std::size_t start = 0; start < values_.size(); start += row.size()) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = values_[start + (*order)[i]];
    std::copy(row.begin(), row.end(), values_.begin() + static_cast<std::ptrdiff_t>(start));
  }
  return true;
}

bool RequestRows::read_columns(JsonCursor& cursor) {
  std::vector<std::vector<float>> columns(names_.size());
  std::fill(seen_.begin(), seen_.end(), std::uint8_t{0});
  std::string_view key;
  cursor.enter_object();
  while (cursor.next_key(&key)) {
    const std::size_t place = find(key, 0);
    if (place == names_.size()) return cursor.fail(unknown_feature(key, names_));
    if (seen_[place] != 0) return cursor.fail(cat("feature '", names_[place], "' is given twice"));
    seen_[place] = 1;
    cursor.enter_array();
    while (cursor.next_item())
      if (!read_number(cursor, &columns[place].emplace_back())) return false;
  }
  if (!cursor.ok()) return false;
  if (std::count(seen_.begin(), seen_.end(), 0) > 0) return cursor.fail(missing_names());
  rows_ = columns[0].size();
  if (rows_ > kMaxRows) return cursor.fail(cat("more than ", kMaxRows, " rows in one request"));
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].size() != rows_)
      return cursor.fail(cat("column '", names_[i], "' has ", plural(columns[i].size(), "value"),
                             " and '", names_[0], "' ", rows_));
  for (std::size_t row = 0; row < rows_; ++row)
    for (const auto& column : columns) values_.push_back(column[row]);
  return true;
}

Result<RequestShape> RequestRows::read_records(std::string_view body) {
  clear();
  JsonCursor cursor(body);
  const bool many = cursor.peek() == JsonCursor::Kind::Array;
  many ? read_record_list(cursor) : read_record(cursor);
  if (!cursor.finish()) return cursor.error();
  return many ? RequestShape::Many : RequestShape::One;
}

bool RequestRows::read_format(JsonCursor& cursor, std::string_view format) {
  if (format == "dataframe_split") return read_split(cursor);
  if (format == "dataframe_records") return read_record_list(cursor);
  if (format == "instances") return read_list(cursor);
  if (format == "inputs")
    return cursor.peek() == JsonCursor::Kind::Object ? read_columns(cursor) : read_list(cursor);
  return cursor.fail(
      cat("unknown key '", to_valid_utf8(format.substr(0, 100)), "'; expected ", kFormats));
}

Result<void> RequestRows::read_invocation(std::string_view body) {
  clear();
  JsonCursor cursor(body);
  std::string format;
  std::string_view key;
  cursor.enter_object();
  while (cursor.next_key(&key)) {
    if (key == "params") {
      if (cursor.peek() == JsonCursor::Kind::Null) {
        cursor.read_null();
      } else if (cursor.enter_object() && cursor.next_key(&key)) {
        cursor.fail("the model takes no params");
      }
    } else if (!format.empty()) {
      cursor.fail(cat("give exactly one of ", kFormats));
    } else {
      format = key;
      read_format(cursor, format);
    }
  }
  if (!cursor.finish()) return cursor.error();
  if (format.empty()) return invalid_input(cat("the body must hold ", kFormats));
  return success();
}

Result<void> RequestRows::read_csv(std::string_view body) {
  clear();
  if (trim(body).empty()) return invalid_input("the CSV body is empty");
  std::string text;
  if (is_numeric_row(body.substr(0, body.find_first_of("\r\n")))) {
    for (const std::string& name : names_) append_csv_field(text += text.empty() ? "" : ",", name);
    text += '\n';
  }
  const std::size_t added = text.size();
  // Places count in what was sent, without the header that was put before it.
  const auto place = [&](CsvPosition at) {
    if (added > 0) --at.line;
    at.byte -= added;
    return cat("request body: ", to_string(at));
  };
  text += body;
  CsvReader reader = TRY(CsvReader::open(memory_stream(text), "request body"));
  const std::vector<std::size_t> order = TRY(places(reader.header()));
  CsvBlock block;
  while (TRY(reader.next(block))) {
    if (block.problem_count > 0)
      return invalid_input(cat(place(block.problems[0].position), ": ", block.problems[0].message));
    for (std::size_t row = 0; row < block.rows.size(); ++row) {
      for (std::size_t i = 0; i < order.size(); ++i) {
        const std::string_view field = trim(block.row(row)[order[i]]);
        const auto value = is_null(field) ? kMissing : parse_number(field);
        if (!value || std::isinf(static_cast<float>(*value)))
          return invalid_input(cat(place(block.rows[row]), ": '", names_[i], "' is '",
                                   to_valid_utf8(field.substr(0, 100)),
                                   "', expected a number or nothing"));
        values_.push_back(static_cast<float>(*value));
      }
    }
    rows_ += block.rows.size();
    if (rows_ > kMaxRows) return invalid_input(cat("more than ", kMaxRows, " rows in one request"));
  }
  return success();
}

}  // namespace sluice::ml
