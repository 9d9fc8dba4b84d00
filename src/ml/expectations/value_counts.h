// Different values of a column with how often each comes, up to a budget of them; then only an
// estimate of how many there are. One thread.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "ml/data/distinct_sketch.h"
#include "ml/expectations/setup.h"

namespace sluice::ml::expectations {

class ValueCounts {
 public:
  explicit ValueCounts(std::size_t budget) : budget_(budget) {}

  void add(const Cell& cell);  // missing ones are counted apart
  void add_all(const std::vector<Cell>& cells, RowIndexes rows);

  std::uint64_t present() const { return present_; }
  std::uint64_t missing() const { return missing_; }
  bool exact() const { return sketch_.empty(); }
  std::uint64_t distinct() const;
  // Ascending, numbers before texts; empty when not exact().
  std::vector<std::pair<Cell, std::uint64_t>> sorted() const;

 private:
  void spill();

  std::size_t budget_;
  std::uint64_t present_ = 0;
  std::uint64_t missing_ = 0;
  std::unordered_map<std::uint64_t, std::pair<KeptCell, std::uint64_t>> counts_;
  std::vector<DistinctSketch> sketch_;  // none, or one
};

// When a set was to be looked at that did not fit.
Error too_many_values(std::size_t budget);

}  // namespace sluice::ml::expectations
