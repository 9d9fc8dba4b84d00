#include "ml/drift/drift_report.h"

#include <algorithm>
#include <set>

#include "base/strings.h"

namespace sluice::ml {
namespace {

const ColumnProfile* find_column(const DataProfile& profile, std::string_view name) {
  for (const ColumnProfile& column : profile.columns)
    if (column.name == name) return &column;
  return nullptr;
}

Result<void> check_names(const std::set<std::string>& names, const DataProfile& reference,
                         const DataProfile& current) {
  std::vector<std::string> known;
  for (const DataProfile* side : {&reference, &current})
    for (const ColumnProfile& column : side->columns) known.push_back(column.name);
  for (const std::string& name : names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return invalid_input(
          cat("there is no column '", name, "' on either side", did_you_mean(name, known)));
  return success();
}

Result<void> check_rows(const DataProfile& profile) {
  if (profile.rows > 0) return success();
  return invalid_input(cat(profile.file, ": there is no row to compare"));
}

DriftReport::Side side_of(const DataProfile& profile) {
  return {profile.file, profile.rows, profile.unreadable, profile_digest(profile)};
}

}  // namespace

std::size_t DriftReport::count(DriftVerdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(),
                    [&](const ColumnDrift& column) { return column.verdict == verdict; }));
}

bool DriftReport::passed() const {
  return lost_columns.empty() && count(DriftVerdict::Stable) == columns.size();
}

Result<DriftReport> compare_profiles(const DataProfile& reference, const DataProfile& current,
                                     const DriftOptions& options) {
  TRY(check_rows(reference));
  TRY(check_rows(current));
  TRY(check_names(options.categories, reference, current));
  TRY(check_names(options.ignored, reference, current));
  DriftReport report;
  report.reference = side_of(reference);
  report.current = side_of(current);
  report.options = options;
  for (const ColumnProfile& column : reference.columns) {
    if (options.ignored.contains(column.name)) continue;
    const ColumnProfile* now = find_column(current, column.name);
    if (now == nullptr)
      report.lost_columns.push_back(column.name);
    else
      report.columns.push_back(measure_column(column, *now, options));
  }
  for (const ColumnProfile& column : current.columns)
    if (find_column(reference, column.name) == nullptr && !options.ignored.contains(column.name))
      report.new_columns.push_back(column.name);
  decide_drift(report.columns, options);
  return report;
}

}  // namespace sluice::ml
