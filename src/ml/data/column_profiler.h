// Profiling one column, block by block. While the column has few different values only they are
// counted, and looked at in the end; beyond that each value is. One thread, but for put_in_order(),
// which all threads call in the order of the blocks.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ml/data/column_profile.h"
#include "ml/data/csv.h"
#include "ml/data/nulls.h"
#include "ml/data/ordered_column.h"
#include "ml/data/value_table.h"

namespace sluice::ml {

class ColumnProfiler {
 public:
  // `nulls` and `ordered` outlive the profiler.
  ColumnProfiler(std::size_t field, const NullSpellings& nulls, std::size_t max_distinct,
                 OrderedColumn& ordered)
      : field_(field), nulls_(&nulls), max_distinct_(max_distinct), ordered_(&ordered) {}

  // These rows (indices) of the block of this number.
  void add(const CsvBlock& block, std::uint64_t number, std::span<const std::uint32_t> rows);
  // Whether the last add() found what put_in_order() is needed for.
  bool has_news() const {
    return !new_values_.empty() || !frequent_.empty() || has_long_ || missed_one_;
  }
  // After add(), while its block is there.
  void put_in_order(std::uint64_t number);
  // Once, at the end. What is frequent is not thinned out.
  ColumnProfile finish(std::string name);

 private:
  void count_all(const CsvBlock& block, std::span<const std::uint32_t> rows);
  void count_one_by_one(const CsvBlock& block, std::span<const std::uint32_t> rows);
  void count_long(std::string_view text);
  void look_at(std::string_view text, std::uint64_t hash);
  void look_at_each(std::string_view text);
  void look_at_seen_once(std::size_t present);
  bool has_too_many() const;
  void end_exactness();

  std::size_t field_;
  const NullSpellings* nulls_;
  std::size_t max_distinct_;
  OrderedColumn* ordered_;
  bool exact_ = true;
  ValueTable table_;
  ColumnProfile profile_;
  // Of the last block.
  std::vector<std::uint64_t> new_values_;   // hashes
  std::vector<std::string_view> frequent_;  // values that may be frequent
  bool has_long_ = false;                   // values too long to be counted so
  bool missed_one_ = false;                 // of each value one may not be in frequent_
  std::vector<std::uint64_t> seen_;         // a bit for each mark of values, by their hashes
  std::vector<std::string_view> seen_once_;
};

}  // namespace sluice::ml
