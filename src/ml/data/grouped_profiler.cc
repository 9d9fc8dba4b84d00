#include "ml/data/grouped_profiler.h"

#include <algorithm>
#include <numeric>

#include "base/strings.h"

namespace sluice::ml {

Result<ProfileShape> profile_shape(const std::vector<std::string>& header,
                                   const ProfileOptions& options) {
  ProfileShape shape{header,
                     options.by,
                     {},
                     NullSpellings(options.nulls),
                     options.max_distinct,
                     options.max_groups};
  for (const std::string& name : options.by) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end())
      return not_found(cat("there is no column '", name, "'", did_you_mean(name, header)));
    shape.by_fields.push_back(static_cast<std::size_t>(found - header.begin()));
  }
  return shape;
}

void GroupedProfile::add(GroupProfile group) {
  std::vector<std::string> key = group.key;
  groups_.emplace(std::move(key), std::move(group));
}

Result<void> GroupedProfile::merge(GroupedProfile other, const ProfileShape& shape) {
  for (auto& [key, from] : other.groups_) {
    const auto known = groups_.find(key);
    if (known == groups_.end()) {
      groups_.emplace(key, std::move(from));
      continue;
    }
    GroupProfile& to = known->second;
    to.rows += from.rows;
    for (std::size_t i = 0; i < to.columns.size(); ++i)
      to.columns[i].merge_part(from.columns[i], shape.max_distinct);
  }
  if (groups_.size() <= std::max<std::size_t>(shape.max_groups, 1)) return success();
  return invalid_input(cat("the rows have more than ", shape.max_groups, " groups by ",
                           join(shape.by, ", "), "; --max-groups allows more"));
}

void GroupedProfile::end_parts(OrderedGroups& ordered) {
  for (auto& [key, group] : groups_) {
    const std::span<OrderedColumn> columns = ordered.columns_of(key);
    for (std::size_t i = 0; i < columns.size(); ++i) group.columns[i].end_parts(columns[i].found());
  }
}

void GroupedProfile::move_into(DataProfile& profile, const ProfileShape& shape) {
  for (const std::string& name : shape.header) {
    profile.columns.emplace_back().name = name;
    profile.columns.back().finish();
  }
  for (auto& [_, group] : groups_) {
    profile.rows += group.rows;
    for (std::size_t i = 0; i < group.columns.size(); ++i)
      profile.columns[i].merge(group.columns[i], shape.max_distinct);
    if (!shape.by.empty()) profile.groups.push_back(std::move(group));
  }
  profile.by = shape.by;
}

GroupedProfiler::GroupedProfiler(const ProfileShape& shape, OrderedGroups& ordered)
    : shape_(shape), ordered_(ordered) {
  if (shape.by.empty()) last_ = &make_group({});
}

GroupedProfiler::Group& GroupedProfiler::make_group(std::vector<std::string> key) {
  auto group = std::make_unique<Group>();
  group->key = key;
  const std::span<OrderedColumn> ordered = ordered_.columns_of(key);
  for (std::size_t field = 0; field < shape_.header.size(); ++field)
    group->columns.emplace_back(field, shape_.nulls, shape_.max_distinct, ordered[field]);
  return *groups_.emplace(std::move(key), std::move(group)).first->second;
}

bool GroupedProfiler::has_key(const Group& group, const CsvBlock& block, std::size_t row) const {
  for (std::size_t i = 0; i < shape_.by_fields.size(); ++i)
    if (block.fields[row * block.columns + shape_.by_fields[i]] != group.key[i]) return false;
  return true;
}

GroupedProfiler::Group& GroupedProfiler::group_of(const CsvBlock& block, std::size_t row) {
  if (last_ != nullptr && has_key(*last_, block, row)) return *last_;
  std::vector<std::string> key;
  for (const std::size_t field : shape_.by_fields)
    key.emplace_back(block.fields[row * block.columns + field]);
  const auto known = groups_.find(key);
  last_ = known == groups_.end() ? &make_group(std::move(key)) : known->second.get();
  return *last_;
}

void GroupedProfiler::sort_rows(const CsvBlock& block) {
  touched_.clear();
  if (shape_.by.empty()) {
    last_->rows.resize(block.rows.size());
    std::iota(last_->rows.begin(), last_->rows.end(), 0u);
    touched_.push_back(last_);
    return;
  }
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    Group& group = group_of(block, row);
    if (groups_.size() > shape_.max_groups) return;
    if (group.rows.empty()) touched_.push_back(&group);
    group.rows.push_back(static_cast<std::uint32_t>(row));
  }
}

// Once there are too many groups nothing more is counted: the profile is refused in the end.
void GroupedProfiler::add(const CsvBlock& block, std::uint64_t number) {
  touched_.clear();
  if (groups_.size() > std::max<std::size_t>(shape_.max_groups, 1)) return;
  sort_rows(block);
  for (Group* group : touched_) {
    group->row_count += group->rows.size();
    for (ColumnProfiler& column : group->columns) column.add(block, number, group->rows);
    group->rows.clear();
  }
}

bool GroupedProfiler::has_news() const {
  for (const Group* group : touched_)
    for (const ColumnProfiler& column : group->columns)
      if (column.has_news()) return true;
  return false;
}

void GroupedProfiler::put_in_order(std::uint64_t number) {
  for (Group* group : touched_)
    for (ColumnProfiler& column : group->columns) column.put_in_order(number);
}

GroupedProfile GroupedProfiler::finish() {
  GroupedProfile profile;
  for (auto& [key, group] : groups_) {
    GroupProfile one{key, group->row_count, {}};
    for (std::size_t i = 0; i < group->columns.size(); ++i)
      one.columns.push_back(group->columns[i].finish(shape_.header[i]));
    profile.add(std::move(one));
  }
  return profile;
}

}  // namespace sluice::ml
