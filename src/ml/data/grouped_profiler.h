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
  // Parts of one pass. InvalidInput when there are more groups than allowed.
  Result<void> merge(GroupedProfile other, const ProfileShape& shape);
  // After the last part.
  void end_parts(OrderedGroups& ordered);
  void move_into(DataProfile& profile, const ProfileShape& shape);
  void add(GroupProfile group);

 private:
  std::map<std::vector<std::string>, GroupProfile> groups_;
};

class GroupedProfiler {
 public:
  // `shape` and `ordered`, which all threads share, outlive the profiler.
  GroupedProfiler(const ProfileShape& shape, OrderedGroups& ordered);

  // The block of this number; that of the last call has a smaller one.
  void add(const CsvBlock& block, std::uint64_t number);
  // Whether the last add() found what put_in_order() is needed for.
  bool has_news() const;
  // After add(), while its block is there, and once those before it were put in order.
  void put_in_order(std::uint64_t number);
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
  OrderedGroups& ordered_;
  std::map<std::vector<std::string>, std::unique_ptr<Group>> groups_;
  std::vector<Group*> touched_;  // groups with rows in the block
  Group* last_ = nullptr;
};

}  // namespace sluice::ml
