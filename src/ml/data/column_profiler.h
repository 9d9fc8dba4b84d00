// Profiling one column, block by block. While the column has few different values only they are
// counted, and looked at in the end; beyond that each value is. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "ml/data/column_profile.h"
#include "ml/data/csv.h"
#include "ml/data/nulls.h"
#include "ml/data/value_table.h"

namespace sluice::ml {

class ColumnProfiler {
 public:
  // `nulls` outlives the profiler.
  ColumnProfiler(std::size_t field, const NullSpellings& nulls, std::size_t max_distinct)
      : field_(field), nulls_(&nulls), max_distinct_(max_distinct) {}

  // These rows of the block (indices).
  void add(const CsvBlock& block, std::span<const std::uint32_t> rows);
  // Once, at the end.
  ColumnProfile finish(std::string name);

 private:
  std::size_t add_to_table(const CsvBlock& block, std::span<const std::uint32_t> rows);
  void add_one_by_one(const CsvBlock& block, std::span<const std::uint32_t> rows);
  bool over_budget();
  void overflow();

  std::size_t field_;
  const NullSpellings* nulls_;
  std::size_t max_distinct_;
  bool exact_ = true;
  ValueTable table_;
  ColumnProfile profile_;
};

}  // namespace sluice::ml
