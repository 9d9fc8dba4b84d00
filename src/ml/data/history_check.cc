#include "ml/data/history_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "base/strings.h"
#include "ml/data/number.h"

namespace sluice::ml {
namespace {

constexpr double kNormal = 1.4826;
constexpr double kStill = 0.01;  // share of the median that a still history is taken to move by

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

struct Usual {
  double median = 0;
  double spread = 0;
};

Usual usual_of(const std::vector<double>& values, double least_spread) {
  const double middle = median(values);
  std::vector<double> distances;
  for (const double value : values) distances.push_back(std::abs(value - middle));
  const double spread = kNormal * median(distances);
  return {middle, std::max({spread, kStill * std::abs(middle), least_spread})};
}

struct Number {
  std::string_view name;
  Values values;        // Hidden: it tells values of a masked column
  double least_spread;  // where even a small share of nothing is nothing
  std::function<std::optional<double>(const ColumnProfile&, const DataProfile&)> of;
};

std::optional<double> of_numbers(const ColumnProfile& column, double value) {
  return column.numbers.count == 0 ? std::nullopt : std::optional(value);
}

std::vector<Number> column_numbers() {
  using Column = const ColumnProfile&;
  using Profile = const DataProfile&;
  return {
      {"the share of missing values", Values::Shown, 0.001,
       [](Column c, Profile p) -> std::optional<double> {
         if (p.rows == 0) return std::nullopt;
         return static_cast<double>(c.missing) / static_cast<double>(p.rows);
       }},
      {"the number of different values", Values::Shown, 0.5,
       [](Column c, Profile) -> std::optional<double> { return static_cast<double>(c.distinct); }},
      {"the mean", Values::Hidden, 0,
       [](Column c, Profile) { return of_numbers(c, c.numbers.mean); }},
      {"the deviation", Values::Hidden, 0,
       [](Column c, Profile) { return of_numbers(c, c.numbers.deviation()); }},
      {"the smallest value", Values::Hidden, 0,
       [](Column c, Profile) { return of_numbers(c, c.numbers.min); }},
      {"the largest value", Values::Hidden, 0,
       [](Column c, Profile) { return of_numbers(c, c.numbers.max); }}};
}

const ColumnProfile* column_of(const DataProfile& profile, std::string_view name) {
  for (const ColumnProfile& column : profile.columns)
    if (column.name == name) return &column;
  return nullptr;
}

class History {
 public:
  History(const HistoryRule& rule, HistoryFindings& findings) : rule_(rule), findings_(findings) {}

  void judge(const std::string& column, std::string_view what, double now,
             const std::vector<double>& earlier, double least_spread, Values values) {
    if (earlier.size() < rule_.least) return;
    ++findings_.checks;
    const Usual usual = usual_of(earlier, least_spread);
    const double distance = std::abs(now - usual.median);
    if (distance <= rule_.deviations * usual.spread) return;
    Violation violation{.rule = Rule::History, .columns = {}};
    if (!column.empty()) violation.columns.push_back(column);
    violation.severity = rule_.severity;
    const std::string name = cat(what, column.empty() ? "" : cat(" of '", column, "'"));
    const std::string profiles = plural(earlier.size(), "earlier profile");
    violation.message = values == Values::Hidden
                            ? cat(name, " is far from what it was in ", profiles)
                            : cat(name, " is ", rough_text(now, 4), "; in ", profiles,
                                  " it was about ", rough_text(usual.median, 4), " ± ",
                                  rough_text(rule_.deviations * usual.spread, 2));
    violations().push_back(std::move(violation));
  }

 private:
  std::vector<Violation>& violations() { return findings_.violations; }

  const HistoryRule& rule_;
  HistoryFindings& findings_;
};

}  // namespace

HistoryFindings check_history(const DataProfile& now, const std::vector<DataProfile>& earlier,
                              const HistoryRule& rule, const std::vector<std::string>& masked) {
  HistoryFindings findings;
  if (earlier.size() < rule.least) {
    findings.notes.push_back(cat("history: ", plural(earlier.size(), "earlier profile"),
                                 " given, at least ", rule.least, " are needed; nothing compared"));
    return findings;
  }
  History history(rule, findings);
  std::vector<double> rows;
  for (const DataProfile& profile : earlier) rows.push_back(static_cast<double>(profile.rows));
  history.judge("", "the number of rows", static_cast<double>(now.rows), rows, 0.5, Values::Shown);
  for (const ColumnProfile& column : now.columns) {
    const bool is_masked = std::find(masked.begin(), masked.end(), column.name) != masked.end();
    for (const Number& number : column_numbers()) {
      const auto value = number.of(column, now);
      if (!value) continue;
      std::vector<double> values;
      for (const DataProfile& profile : earlier)
        if (const ColumnProfile* before = column_of(profile, column.name))
          if (const auto one = number.of(*before, profile)) values.push_back(*one);
      history.judge(column.name, number.name, *value, values, number.least_spread,
                    is_masked ? number.values : Values::Shown);
    }
  }
  return findings;
}

}  // namespace sluice::ml
