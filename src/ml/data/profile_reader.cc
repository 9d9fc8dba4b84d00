#include "ml/data/profile_reader.h"

#include <array>
#include <charconv>
#include <limits>
#include <system_error>

#include "base/strings.h"
#include "ml/data/number.h"

namespace sluice::ml {

namespace {

constexpr JsonLimits kLimits{512u << 20, 16};

Result<std::uint64_t> get_count(const JsonObject& object, std::string_view key) {
  const std::int64_t count = TRY(get_int(object, key));
  if (count < 0) return invalid_input(cat("'", key, "' is negative"));
  return static_cast<std::uint64_t>(count);
}

Result<std::uint64_t> count_of(const Json& value, std::string_view key) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() > 0)
    return static_cast<std::uint64_t>(value.get_int64());
  return invalid_input(cat("the count of '", key, "' must be a positive integer"));
}

// "1.25:3 7.5:10": middle of a bucket and its count.
Result<void> read_buckets(std::string_view text, ColumnProfile& column) {
  for (const std::string_view bucket : split(text, ' ')) {
    const std::size_t colon = bucket.find(':');
    const auto middle = parse_number(bucket.substr(0, colon));
    std::uint64_t count = 0;
    const char* end = bucket.data() + bucket.size();
    const char* digits = colon == std::string_view::npos ? end : bucket.data() + colon + 1;
    const auto read = std::from_chars(digits, end, count);
    if (!middle || read.ec != std::errc() || read.ptr != end || count == 0)
      return invalid_input(cat("'buckets' has '", bucket, "': expected MIDDLE:COUNT"));
    column.quantiles.add(*middle, count);
  }
  return success();
}

Result<void> read_numbers(const JsonObject& json, ColumnProfile& column) {
  NumberSummary& summary = column.numbers;
  summary.count = TRY(get_count(json, "count"));
  summary.min = TRY(get_double(json, "min"));
  summary.max = TRY(get_double(json, "max"));
  const std::string sum = TRY(get_string(json, "sum"));
  column.moments = TRY(ExactMoments::read(sum, TRY(get_string(json, "sum_of_squares"))));
  if (!column.distinct_exact) return read_buckets(TRY(get_string(json, "buckets")), column);
  for (const auto& [text, count] : column.values) {
    const Value value = classify(text);
    if (value.type == ValueType::Integer || value.type == ValueType::Number)
      column.quantiles.add(value.number, count);
  }
  return success();
}

Result<CountedValues> read_values(const JsonObject& json, std::string_view name) {
  CountedValues values;
  for (const auto& [key, value] : *TRY(get_object(json, name))) {
    const std::uint64_t count = TRY(count_of(value, std::string_view(key)));
    values.emplace_back(std::string(key), count);
  }
  return values;
}

// With bounds that rows can have led to.
Result<void> read_frequent(const JsonObject& json, ColumnProfile& column) {
  if (!json.contains("frequent_values")) return success();
  FrequentValues frequent;
  frequent.values = TRY(read_values(json, "frequent_values"));
  frequent.error = TRY(get_count(json, "frequent_values_error"));
  std::uint64_t left = column.present();
  for (const auto& [text, count] : frequent.values) {
    if (count > left || text.size() > ValueTable::kLongest)
      return invalid_input(cat("column '", column.name,
                               "': 'frequent_values' has a value longer or "
                               "counts higher than there can be"));
    left -= count;
  }
  if (frequent.values.size() > FrequentValues::kKept || frequent.error > left ||
      frequent.error > column.present() / FrequentValues::kShare)
    return invalid_input(cat("column '", column.name,
                             "': 'frequent_values_error' is more than so many rows can lead to"));
  sort_values(frequent.values);
  column.frequent = std::move(frequent);
  return success();
}

Result<void> read_sketch(const JsonObject& json, ColumnProfile& column) {
  const auto sketch = DistinctSketch::read(TRY(get_string(json, "distinct_sketch")));
  if (!sketch) return invalid_input("'distinct_sketch' is no sketch");
  column.distinct_sketch = *sketch;
  return success();
}

// They are absent when there were too many.
Result<void> read_patterns(const JsonObject& json, ColumnProfile& column) {
  if (!json.contains("patterns")) {
    column.patterns.give_up();
    return success();
  }
  for (const auto& [key, value] : *TRY(get_object(json, "patterns")))
    column.patterns.add_pattern(std::string(std::string_view(key)),
                                TRY(count_of(value, std::string_view(key))));
  return success();
}

Result<void> read_dates(const JsonObject& json, ColumnProfile& column) {
  const auto first = parse_date(TRY(get_string(json, "first")));
  const auto last = parse_date(TRY(get_string(json, "last")));
  if (!first || !last) return invalid_input("'dates' must hold two dates");
  column.dates.emplace(*first, *last);
  return success();
}

// What later code takes for granted of profiles that were made from rows.
Result<void> check_sums(const ColumnProfile& column) {
  const std::uint64_t numbers =
      column.of_type(ValueType::Integer) + column.of_type(ValueType::Number);
  if (column.numbers.count != numbers || column.quantiles.count() != numbers)
    return invalid_input(cat("column '", column.name, "': the counts of numbers do not add up"));
  std::uint64_t sum = 0;
  for (const auto& [_, count] : column.values) sum += count;
  if (column.distinct_exact && (sum != column.present() || column.distinct != column.values.size()))
    return invalid_input(cat("column '", column.name, "': the counts of values do not add up"));
  return success();
}

Result<ColumnProfile> read_column(const Json& value) {
  const JsonObject& json = *TRY(as_object(value, "a column"));
  ColumnProfile column;
  column.name = TRY(get_string(json, "name"));
  column.missing = TRY(get_count(json, "missing"));
  const JsonObject& types = *TRY(get_object(json, "types"));
  for (std::size_t i = 0; i < kValueTypes; ++i) {
    const std::string_view name = to_string(static_cast<ValueType>(i));
    if (types.contains(name)) column.types[i] = TRY(get_count(types, name));
  }
  column.distinct = TRY(get_count(json, "distinct"));
  column.distinct_exact = TRY(get_bool(json, "distinct_is_exact"));
  column.shortest = TRY(get_count(json, "shortest_bytes"));
  column.longest = TRY(get_count(json, "longest_bytes"));
  if (column.distinct_exact) {
    column.values = TRY(read_values(json, "values"));
  } else {
    TRY(read_sketch(json, column));
    TRY(read_frequent(json, column));
  }
  TRY(read_patterns(json, column));
  if (json.contains("numbers")) TRY(read_numbers(*TRY(get_object(json, "numbers")), column));
  if (json.contains("dates")) TRY(read_dates(*TRY(get_object(json, "dates")), column));
  TRY(check_sums(column));
  column.finish();
  return column;
}

Result<std::vector<ColumnProfile>> read_columns(const JsonObject& json) {
  std::vector<ColumnProfile> columns;
  for (const Json& column : *TRY(get_array(json, "columns")))
    columns.push_back(TRY(read_column(column)));
  return columns;
}

Result<std::vector<std::string>> read_strings(const JsonObject& json, std::string_view key) {
  std::vector<std::string> strings;
  for (const Json& value : *TRY(get_array(json, key))) {
    if (!value.is_string()) return invalid_input(cat("'", key, "' must hold strings"));
    strings.emplace_back(view(value.get_string()));
  }
  return strings;
}

Result<void> read_groups(const JsonObject& json, DataProfile& profile) {
  profile.by = TRY(read_strings(json, "by"));
  for (const Json& value : *TRY(get_array(json, "groups"))) {
    const JsonObject& object = *TRY(as_object(value, "a group"));
    GroupProfile group;
    group.key = TRY(read_strings(object, "key"));
    group.rows = TRY(get_count(object, "rows"));
    group.columns = TRY(read_columns(object));
    bool alike =
        group.key.size() == profile.by.size() && group.columns.size() == profile.columns.size();
    for (std::size_t i = 0; alike && i < group.columns.size(); ++i)
      alike = group.columns[i].name == profile.columns[i].name;
    if (!alike) return invalid_input("a group does not fit 'by' and 'columns'");
    profile.groups.push_back(std::move(group));
  }
  return success();
}

Result<CsvProblem> read_problem(const Json& value) {
  const JsonObject& json = *TRY(as_object(value, "a problem"));
  CsvProblem problem;
  const std::string kind = TRY(get_string(json, "kind"));
  const auto known = parse_problem_kind(kind);
  if (!known) return invalid_input(cat("'kind' of a problem is '", kind, "'"));
  problem.kind = *known;
  problem.position.row = TRY(get_count(json, "row"));
  problem.position.line = TRY(get_count(json, "line"));
  problem.position.byte = TRY(get_count(json, "byte"));
  problem.message = TRY(get_string(json, "message"));
  return problem;
}

Result<void> check_kind(const JsonObject& json) {
  const std::string format = string_or(json, "format", "");
  if (format != kProfileFormat)
    return invalid_input(cat("this is no profile: expected \"format\": \"", kProfileFormat, "\""));
  const std::int64_t version = TRY(get_int(json, "version"));
  if (version < kOldestProfileVersion || version > kProfileVersion)
    return unsupported(cat("a profile of version ", version, "; this program reads versions ",
                           kOldestProfileVersion, " to ", kProfileVersion,
                           ": make it again with 'sluice data profile'"));
  return success();
}

// The digest of its content, which is the one it carries if it carries one.
Result<Digest> digest_of(const JsonObject& json) {
  const Digest digest = profile_digest(json);
  const std::string carried = string_or(json, "profile_digest", "");
  if (!carried.empty() && carried != digest.to_string())
    return invalid_input("the profile was changed after it was written: its digest does not fit");
  return digest;
}

Result<DataProfile> read_json(const JsonObject& json) {
  TRY(check_kind(json));
  DataProfile profile;
  profile.stored_digest = TRY(digest_of(json));
  profile.rows = TRY(get_count(json, "rows"));
  profile.unreadable = TRY(get_count(json, "unreadable_rows"));
  profile.bytes = TRY(get_count(json, "bytes"));
  for (const Json& problem : *TRY(get_array(json, "problems")))
    profile.problems.push_back(TRY(read_problem(problem)));
  if (profile.unreadable > 0 && profile.problems.empty())
    return invalid_input("'problems' is empty although there are unreadable rows");
  profile.columns = TRY(read_columns(json));
  if (json.contains("by")) TRY(read_groups(json, profile));
  return profile;
}

}  // namespace

Result<DataProfile> load_profile(const os::FileReader& files, const os::Path& path,
                                 const ProfileOptions& options) {
  std::string beginning(4096, '\0');
  const auto info = files.stat(path);
  if (info.ok() && info->kind != os::FileKind::Directory) {
    const auto file = TRY(files.open(path));
    beginning.resize(TRY(file->read(beginning)));
  }
  if (!looks_like_profile(beginning)) return profile_data(files, path, options);
  const std::string text = TRY(files.read(path, kLimits.max_bytes));
  return read_profile(text, path.string());
}

// JSON Lines begin with a whole object in the first line.
bool looks_like_profile(std::string_view beginning) {
  const std::string_view text = trim(beginning);
  if (!text.starts_with("{")) return false;
  return text.find(kProfileFormat) != std::string_view::npos ||
         trim(text.substr(0, text.find('\n'))) == "{";
}

Result<DataProfile> read_profile(std::string_view text, std::string_view file) {
  const Json json = TRY_CONTEXT(parse_json(text, kLimits), file);
  const JsonObject* object = TRY_CONTEXT(as_object(json, "a profile"), file);
  DataProfile profile = TRY_CONTEXT(read_json(*object), file);
  profile.file = file;
  return profile;
}

}  // namespace sluice::ml
