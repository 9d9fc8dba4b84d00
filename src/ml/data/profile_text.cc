// A profile as JSON, as a digest and as text.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/printable.h"
#include "base/strings.h"
#include "ml/data/column_quantiles.h"
#include "ml/data/histogram.h"
#include "ml/data/number.h"
#include "ml/data/profile.h"
#include "ml/data/validation_report.h"
#include "ml/data/violation_tally.h"

namespace sluice::ml {

namespace {

constexpr std::array kQuantiles = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

// Four significant digits are enough for people.
std::string short_number(double value) {
  return fmt::format("{:.4g}", value);
}

// JSON has no infinity: the mean of numbers near the limit of double is null.
Json number_json(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

JsonObject histogram_json(const Histogram& histogram) {
  return {{"low", histogram.low},
          {"high", histogram.high},
          {"counts", JsonArray(histogram.counts.begin(), histogram.counts.end())},
          {"is_exact", histogram.origin == HistogramOrigin::Values}};
}

JsonObject numbers_json(const ColumnProfile& column) {
  JsonObject quantiles;
  const ColumnQuantiles found(column);
  for (const double q : kQuantiles) quantiles[number_text(q)] = found.at(q);
  JsonObject json{{"count", column.numbers.count},
                  {"min", column.numbers.min},
                  {"max", column.numbers.max},
                  {"mean", number_json(column.numbers.mean)},
                  {"standard_deviation", number_json(column.numbers.deviation())},
                  {"sum", column.moments.sum()},
                  {"sum_of_squares", column.moments.sum_of_squares()},
                  {"quantiles", std::move(quantiles)},
                  {"quantile_relative_error", found.relative_error()}};
  json["histogram"] = histogram_json(histogram_of(column));
  if (column.distinct_exact) return json;
  std::string buckets;
  for (const auto& [middle, count] : column.quantiles.buckets())
    buckets += cat(buckets.empty() ? "" : " ", number_text(middle), ":", count);
  json["buckets"] = std::move(buckets);
  return json;
}

JsonObject values_json(const CountedValues& values) {
  JsonObject json;
  for (const auto& [text, count] : values) json[text] = count;
  return json;
}

JsonObject column_json(const ColumnProfile& column) {
  JsonObject types;
  for (const ValueType type : kEveryValueType)
    if (column.of_type(type) > 0) types[std::string(to_string(type))] = column.of_type(type);
  JsonObject json{{"name", column.name},
                  {"present", column.present()},
                  {"missing", column.missing},
                  {"types", std::move(types)},
                  {"distinct", column.distinct},
                  {"distinct_is_exact", column.distinct_exact},
                  {"shortest_bytes", column.shortest},
                  {"longest_bytes", column.longest}};
  if (column.numbers.count > 0) json["numbers"] = numbers_json(column);
  if (column.dates)
    json["dates"] = {{"first", date_text(column.dates->first)},
                     {"last", date_text(column.dates->second)}};
  if (column.patterns.complete()) {
    JsonObject patterns;
    for (const auto& [pattern, count] : column.patterns.counts()) patterns[pattern] = count;
    json["patterns"] = std::move(patterns);
  }
  if (!column.distinct_exact) {
    json["distinct_sketch"] = column.distinct_sketch.text();
    if (!column.frequent) return json;
    json["frequent_values"] = values_json(column.frequent->values);
    json["frequent_values_error"] = column.frequent->error;
    return json;
  }
  json["values"] = values_json(column.values);
  return json;
}

std::string types_text(const ColumnProfile& column) {
  std::string text;
  for (const ValueType type : kEveryValueType) {
    if (column.of_type(type) == 0) continue;
    if (!text.empty()) text += "+";
    text += to_string(type);
  }
  return text.empty() ? "empty" : text;
}

std::string median_text(const ColumnProfile& column) {
  const ColumnQuantiles quantiles(column);
  const double median = quantiles.at(0.5);
  return quantiles.relative_error() > 0 ? cat("~", rough_text(median, 2)) : short_number(median);
}

std::string range_text(const ColumnProfile& column) {
  if (column.numbers.count > 0)
    return fmt::format("{} .. {}, median {}, mean {}, sd {}", short_number(column.numbers.min),
                       short_number(column.numbers.max), median_text(column),
                       short_number(column.numbers.mean), short_number(column.numbers.deviation()));
  if (column.dates)
    return cat(date_text(column.dates->first), " .. ", date_text(column.dates->second));
  const bool is_exact = column.distinct_exact || !column.frequent;
  const CountedValues& values = is_exact ? column.values : column.frequent->values;
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, values.size()); ++i)
    text += fmt::format("{}{} ({}{})", i == 0 ? "" : ", ", one_line(shortened(values[i].first, 24)),
                        is_exact || column.frequent->error == 0 ? "" : "≥ ", values[i].second);
  return text;
}

JsonArray columns_json(const std::vector<ColumnProfile>& columns) {
  JsonArray json;
  for (const ColumnProfile& column : columns) json.push_back(column_json(column));
  return json;
}

JsonArray strings_json(const std::vector<std::string>& strings) {
  return JsonArray(strings.begin(), strings.end());
}

void add_groups(JsonObject& json, const DataProfile& profile) {
  if (profile.by.empty()) return;
  JsonArray groups;
  for (const GroupProfile& group : profile.groups)
    groups.push_back({{"key", strings_json(group.key)},
                      {"rows", group.rows},
                      {"columns", columns_json(group.columns)}});
  json["by"] = strings_json(profile.by);
  json["groups"] = std::move(groups);
}

}  // namespace

JsonObject to_json(const DataProfile& profile) {
  JsonArray problems;
  for (const CsvProblem& problem : profile.problems)
    problems.push_back({{"kind", to_string(problem.kind)},
                        {"row", problem.position.row},
                        {"line", problem.position.line},
                        {"byte", problem.position.byte},
                        {"message", problem.message}});
  JsonObject json{{"format", kProfileFormat},
                  {"version", kProfileVersion},
                  {"file", profile.file},
                  {"bytes", profile.bytes},
                  {"rows", profile.rows},
                  {"unreadable_rows", profile.unreadable},
                  {"problems", std::move(problems)},
                  {"columns", columns_json(profile.columns)}};
  add_groups(json, profile);
  return json;
}

Digest profile_digest(const DataProfile& profile) {
  return profile.stored_digest ? *profile.stored_digest : profile_digest(to_json(profile));
}

Digest profile_digest(JsonObject json) {
  for (const std::string_view key : {"file", "data_digest", "profile_digest"}) json.erase(key);
  return sha256(to_canonical_text(json));
}

std::string profile_text(const DataProfile& profile) {
  std::string text =
      cat(profile.file, ": ", rows_text(profile.rows), ", ",
          plural(profile.columns.size(), "column"), ", ", human_bytes(profile.bytes), "\n");
  if (profile.unreadable > 0)
    text += fmt::format("{} cannot be read; the first: {}: {}\n", plural(profile.unreadable, "row"),
                        to_string(profile.problems[0].position), profile.problems[0].message);
  std::size_t width = 6;
  for (const ColumnProfile& column : profile.columns)
    width = std::clamp(column.name.size(), width, std::size_t{32});
  text += fmt::format("\n{:<{}}  {:<14} {:>10} {:>11}  values\n", "column", width, "type",
                      "missing", "distinct");
  for (const ColumnProfile& column : profile.columns)
    text += fmt::format("{:<{}}  {:<14} {:>10} {:>11}  {}\n", column.name, width,
                        types_text(column), grouped(column.missing),
                        (column.distinct_exact ? "" : "~") + grouped(column.distinct),
                        range_text(column));
  return text;
}

}  // namespace sluice::ml
