// Profiles of the groups of rows, and the profile of all rows as the merge of theirs. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ml/data/column_profiler.h"
#include "ml/data/profile.h"

namespace sluice::ml {

// What all threads agree on. Immutable.
struct ProfileShape {
  std::vector<std::string> header;
  std::vector<std::string> by;
  std::vector<std::size_t> by_fields;  // none: all rows are one group
  NullSpellings nulls;
  std::size_t max_distinct;
  std::size_t max_groups;
};

Result<ProfileShape> profile_shape(const std::vector<std::string>& header,
                                   const ProfileOptions& options);

// Groups by their keys.
class GroupedProfile {
 public:
  // InvalidInput when there are more groups than allowed.
  Result<void> merge(GroupedProfile other, const ProfileShape& shape);
  void move_into(DataProfile& profile, const ProfileShape& shape);
  void add(GroupProfile group);

 private:
  std::map<std::vector<std::string>, GroupProfile> groups_;
};

class GroupedProfiler {
 public:
  // `shape` outlives the profiler.
  explicit GroupedProfiler(const ProfileShape& shape);

  void add(const CsvBlock& block);
  GroupedProfile finish();  // once

 private:
  struct Group {
    std::vector<std::string> key;
    std::uint64_t row_count = 0;
    std::vector<ColumnProfiler> columns;
    std::vector<std::uint32_t> rows;  // of the block
  };
  Group& group_of(const CsvBlock& block, std::size_t row);
  Group& make_group(std::vector<std::string> key);
  void sort_rows(const CsvBlock& block);
  bool has_key(const Group& group, const CsvBlock& block, std::size_t row) const;

  const ProfileShape& shape_;
  std::map<std::vector<std::string>, std::unique_ptr<Group>> groups_;
  std::vector<Group*> touched_;  // groups with rows in the block
  Group* last_ = nullptr;
};

}  // namespace sluice::ml
