#include "ml/drift/profile_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/data/column_quantiles.h"
#include "ml/data/number.h"
#include "ml/drift/column_drift.h"

namespace sluice::ml {

namespace {

const ColumnProfile* find(const DataProfile& profile, std::string_view name) {
  for (const ColumnProfile& column : profile.columns)
    if (column.name == name) return &column;
  return nullptr;
}

std::string types_text(const ColumnProfile& column) {
  std::vector<std::string> types;
  for (std::size_t i = 0; i < kValueTypes; ++i)
    if (column.types[i] > 0) types.emplace_back(to_string(static_cast<ValueType>(i)));
  return types.empty() ? "none" : join(types, "+");
}

std::string share_text(std::uint64_t count, std::uint64_t rows) {
  return fmt::format(
      "{:.3g} %", rows == 0 ? 0.0 : 100.0 * static_cast<double>(count) / static_cast<double>(rows));
}

std::string categories_text(const std::vector<CategoryShare>& categories) {
  std::vector<std::string> texts;
  for (const CategoryShare& category : categories)
    texts.push_back(fmt::format("{} ({:.3g} %)", category.name, category.share * 100));
  return join(texts, ", ");
}

std::string six_digits(double value) {
  return fmt::format("{:.6g}", value);
}

// What changed in one column.
class ColumnDiff {
 public:
  ColumnDiff(const ColumnProfile& before, const ColumnProfile& after, ProfileDiff& diff)
      : before_(before), after_(after), diff_(diff) {}

  void run(std::uint64_t rows_before, std::uint64_t rows_after) {
    note("types", types_text(before_), types_text(after_));
    note("missing_share", share_text(before_.missing, rows_before),
         share_text(after_.missing, rows_after));
    note("distinct", distinct_text(before_), distinct_text(after_));
    if (before_.numbers.count > 0 && after_.numbers.count > 0) compare_numbers();
    if (before_.dates && after_.dates) {
      note("first_date", date_text(before_.dates->first), date_text(after_.dates->first));
      note("last_date", date_text(before_.dates->second), date_text(after_.dates->second));
    }
    compare_categories();
  }

 private:
  void note(std::string_view what, std::string before, std::string after) {
    if (before == after) return;
    diff_.changes.push_back({before_.name, std::string(what), std::move(before), std::move(after)});
  }

  static std::string distinct_text(const ColumnProfile& column) {
    return (column.distinct_exact ? "" : "~") + grouped(column.distinct);
  }

  void compare_numbers() {
    const NumberSummary& a = before_.numbers;
    const NumberSummary& b = after_.numbers;
    note("min", number_text(a.min), number_text(b.min));
    note("max", number_text(a.max), number_text(b.max));
    note("mean", six_digits(a.mean), six_digits(b.mean));
    note("standard_deviation", six_digits(a.deviation()), six_digits(b.deviation()));
    const ColumnQuantiles of_before(before_);
    const ColumnQuantiles of_after(after_);
    for (const auto& [name, q] : {std::pair{"quantile_0.25", 0.25}, std::pair{"median", 0.5},
                                  std::pair{"quantile_0.75", 0.75}}) {
      const double was = of_before.at(q);
      const double is = of_after.at(q);
      const double error = (of_before.relative_error() + of_after.relative_error()) *
                           std::max(std::abs(was), std::abs(is));
      if (std::abs(was - is) > error) note(name, six_digits(was), six_digits(is));
    }
  }

  // The same finding as that of drift.
  void compare_categories() {
    const ColumnDrift drift = measure_column(before_, after_, {});
    if (drift.kind != DriftKind::Categories) return;
    note("lost_categories", categories_text(drift.lost_categories), "");
    note("new_categories", "", categories_text(drift.new_categories));
  }

  const ColumnProfile& before_;
  const ColumnProfile& after_;
  ProfileDiff& diff_;
};

}  // namespace

ProfileDiff diff_profiles(const DataProfile& before, const DataProfile& after) {
  ProfileDiff diff;
  diff.before = before.file;
  diff.after = after.file;
  if (before.rows != after.rows)
    diff.changes.push_back({"", "rows", grouped(before.rows), grouped(after.rows)});
  if (before.unreadable != after.unreadable)
    diff.changes.push_back(
        {"", "unreadable_rows", grouped(before.unreadable), grouped(after.unreadable)});
  for (const ColumnProfile& column : before.columns) {
    const ColumnProfile* now = find(after, column.name);
    if (now == nullptr)
      diff.lost_columns.push_back(column.name);
    else
      ColumnDiff(column, *now, diff).run(before.rows, after.rows);
  }
  for (const ColumnProfile& column : after.columns)
    if (find(before, column.name) == nullptr) diff.new_columns.push_back(column.name);
  return diff;
}

JsonObject to_json(const ProfileDiff& diff) {
  JsonArray changes;
  for (const ProfileChange& change : diff.changes) {
    JsonObject json{{"what", change.what}, {"before", change.before}, {"after", change.after}};
    if (!change.column.empty()) json["column"] = change.column;
    changes.push_back(std::move(json));
  }
  return {{"format", "sluice.profile_diff"},
          {"version", 1},
          {"before", diff.before},
          {"after", diff.after},
          {"lost_columns", JsonArray(diff.lost_columns.begin(), diff.lost_columns.end())},
          {"new_columns", JsonArray(diff.new_columns.begin(), diff.new_columns.end())},
          {"changes", std::move(changes)}};
}

}  // namespace sluice::ml
