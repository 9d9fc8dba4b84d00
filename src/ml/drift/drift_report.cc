#include "ml/drift/drift_report.h"

#include <algorithm>
#include <map>
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

void decide(std::vector<ColumnDrift>& columns, const DriftOptions& options) {
  std::vector<ColumnDrift*> all;
  for (ColumnDrift& column : columns) all.push_back(&column);
  decide_drift(all, options);
}

DriftReport::Slice measure_slice(const GroupProfile& reference, const GroupProfile& current,
                                 const DriftReport& report) {
  DriftReport::Slice slice{reference.key, reference.rows, current.rows, {}};
  const auto is_key = [&](const std::string& name) {
    return std::find(report.by.begin(), report.by.end(), name) != report.by.end();
  };
  for (const ColumnProfile& column : reference.columns) {
    if (report.options.ignored.contains(column.name) || is_key(column.name)) continue;
    for (const ColumnProfile& now : current.columns)
      if (now.name == column.name)
        slice.columns.push_back(measure_column(column, now, report.options));
  }
  return slice;
}

using Groups = std::map<std::vector<std::string>, const GroupProfile*>;

Groups groups_of(const DataProfile& profile) {
  Groups groups;
  for (const GroupProfile& group : profile.groups) groups.emplace(group.key, &group);
  return groups;
}

// Columns that a slice is too thin for stay undecided and do not fail it: the slices do not hold
// more than the whole, which is decided.
void compare_slices(const DataProfile& reference, const DataProfile& current, DriftReport& report) {
  if (reference.by.empty() || reference.by != current.by) return;
  report.by = reference.by;
  const Groups before = groups_of(reference);
  const Groups now = groups_of(current);
  for (const auto& [key, group] : before) {
    const std::string name = slice_name(report.by, key);
    const auto found = now.find(key);
    if (found == now.end())
      report.lost_slices.push_back(name);
    else if (std::min(group->rows, found->second->rows) < report.options.min_rows)
      report.small_slices.push_back(name);
    else
      report.slices.push_back(measure_slice(*group, *found->second, report));
  }
  for (const auto& [key, group] : now)
    if (!before.contains(key)) report.new_slices.push_back(slice_name(report.by, key));
  std::vector<ColumnDrift*> all;
  for (DriftReport::Slice& slice : report.slices)
    for (ColumnDrift& column : slice.columns) all.push_back(&column);
  decide_drift(all, report.options);
}

}  // namespace

std::string slice_name(const std::vector<std::string>& by, const std::vector<std::string>& key) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(by.size(), key.size()); ++i)
    parts.push_back(cat(by[i], " ", key[i].empty() ? "(none)" : key[i]));
  return join(parts, ", ");
}

bool DriftReport::Slice::drifted() const {
  return std::any_of(columns.begin(), columns.end(), [](const ColumnDrift& column) {
    return column.verdict == DriftVerdict::Drifted;
  });
}

std::size_t DriftReport::drifted_slices() const {
  return static_cast<std::size_t>(std::count_if(
      slices.begin(), slices.end(), [](const Slice& slice) { return slice.drifted(); }));
}

std::size_t DriftReport::count(DriftVerdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(),
                    [&](const ColumnDrift& column) { return column.verdict == verdict; }));
}

bool DriftReport::passed() const {
  return lost_columns.empty() && count(DriftVerdict::Stable) == columns.size() &&
         drifted_slices() == 0;
}

Result<DriftReport> compare_profiles(const DataProfile& reference, const DataProfile& current,
                                     const DriftOptions& options) {
  TRY(check_rows(reference));
  TRY(check_rows(current));
  TRY(check_names(options.categories, reference, current));
  TRY(check_names(options.ignored, reference, current));
  std::set<std::string> with_roles;
  for (const auto& [name, role] : options.roles) with_roles.insert(name);
  TRY(check_names(with_roles, reference, current));
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
  decide(report.columns, options);
  compare_slices(reference, current, report);
  return report;
}

}  // namespace sluice::ml
