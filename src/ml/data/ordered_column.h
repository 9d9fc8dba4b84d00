// What is found of a column by going through its blocks in their order, whatever threads count
// them: whether its values are too many to count all, and from then on which are frequent. So the
// result is the same for any number of threads.
//
// Threads count blocks side by side. How block n is counted is decided by the blocks up to n -
// kLag, which by then are in; that is why nobody may be more than kLag blocks ahead.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "ml/data/frequent_values.h"

namespace sluice::ml {

class OrderedColumn {
 public:
  static constexpr std::uint64_t kLag = 8;

  // Whether all values of this block are to be counted. Any thread, once the blocks up to
  // block - kLag are in.
  bool counts_all(std::uint64_t block) const {
    return block < kLag || too_many_since_.load(std::memory_order_relaxed) > block - kLag;
  }

  // The rest: one block after another.

  // Hashes of values of the block, among them each that no block before it had.
  void add_values(std::uint64_t block, std::span<const std::uint64_t> hashes, std::size_t most);
  void set_too_many(std::uint64_t block);
  FrequentCounter& frequent() { return frequent_; }
  FrequentValues found() const { return frequent_.found(); }

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  std::atomic<std::uint64_t> too_many_since_ = kNever;  // the block
  std::unordered_set<std::uint64_t> hashes_;            // until then
  FrequentCounter frequent_;                            // from kLag blocks later on
};

// The columns of each group of rows. Thread-safe; columns stay where they are.
class OrderedGroups {
 public:
  explicit OrderedGroups(std::size_t columns) : columns_(columns) {}

  // Made when it is asked for first.
  std::span<OrderedColumn> columns_of(const std::vector<std::string>& key);

 private:
  std::size_t columns_;
  std::mutex mutex_;  // of groups_
  std::map<std::vector<std::string>, std::unique_ptr<OrderedColumn[]>> groups_;
};

}  // namespace sluice::ml
