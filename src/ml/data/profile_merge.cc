#include "ml/data/profile_merge.h"

#include <algorithm>
#include <map>

#include "base/strings.h"

namespace sluice::ml {

namespace {

std::vector<std::string> names_of(const DataProfile& profile) {
  std::vector<std::string> names;
  for (const ColumnProfile& column : profile.columns) names.push_back(column.name);
  return names;
}

Result<void> check_alike(const DataProfile& first, const DataProfile& part) {
  const std::vector<std::string> wanted = names_of(first);
  const std::vector<std::string> found = names_of(part);
  for (const std::string& name : wanted)
    if (std::find(found.begin(), found.end(), name) == found.end())
      return invalid_input(cat(part.file, ": there is no column '", name, "', which ", first.file,
                               " has", did_you_mean(name, found)));
  for (const std::string& name : found)
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end())
      return invalid_input(cat(part.file, ": the column '", name, "' is not one of ", first.file));
  if (part.by != first.by)
    return invalid_input(cat(part.file, " is grouped by (", join(part.by, ", "), "), ", first.file,
                             " by (", join(first.by, ", "), ")"));
  return success();
}

void merge_columns(std::vector<ColumnProfile>& to, const std::vector<ColumnProfile>& from) {
  for (ColumnProfile& column : to) {
    const auto same = std::find_if(from.begin(), from.end(), [&](const ColumnProfile& other) {
      return other.name == column.name;
    });
    column.merge(*same);
  }
}

void merge_groups(DataProfile& to, const DataProfile& from) {
  std::map<std::vector<std::string>, GroupProfile> groups;
  for (GroupProfile& group : to.groups) {
    std::vector<std::string> key = group.key;
    groups.emplace(std::move(key), std::move(group));
  }
  for (const GroupProfile& group : from.groups) {
    const auto [known, fresh] = groups.emplace(group.key, group);
    if (fresh) continue;
    known->second.rows += group.rows;
    merge_columns(known->second.columns, group.columns);
  }
  to.groups.clear();
  for (auto& [_, group] : groups) to.groups.push_back(std::move(group));
}

}  // namespace

Result<DataProfile> merge_profiles(std::span<const DataProfile> parts) {
  CHECK(!parts.empty());
  DataProfile whole = parts[0];
  whole.stored_digest.reset();
  for (const DataProfile& part : parts.subspan(1)) {
    TRY(check_alike(parts[0], part));
    whole.rows += part.rows;
    whole.unreadable += part.unreadable;
    whole.bytes += part.bytes;
    for (CsvProblem problem : part.problems) {
      if (whole.problems.size() == CsvBlock::kMaxProblems) break;
      problem.message = cat("in ", part.file, ": ", problem.message);
      whole.problems.push_back(std::move(problem));
    }
    merge_columns(whole.columns, part.columns);
    merge_groups(whole, part);
  }
  if (parts.size() > 1) whole.file = cat("merge of ", parts.size(), " profiles");
  return whole;
}

}  // namespace sluice::ml
