// The most frequent of values that are too many to count all: a summary of Misra and Gries (Finding
// repeated elements, 1982), thinned out in batches and merged as Agarwal, Cormode, Huang, Phillips,
// Wei, Yi (Mergeable summaries, 2012) show. Values.
//
// A value that is kept was seen at least as often as its count says, and at most `error` times more
// often; one that is not kept, at most `error` times. The error is below 1 / kShare of all: each
// value above that is kept. Values longer than ValueTable::kLongest are not looked at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ml/data/value_table.h"

namespace sluice::ml {

using CountedValues = std::vector<std::pair<std::string, std::uint64_t>>;

struct FrequentValues {
  static constexpr std::size_t kKept = 512;
  static constexpr std::uint64_t kShare = 256;

  CountedValues values;
  std::uint64_t error = 0;

  // Adds the counts, and keeps all that either has.
  void add(const FrequentValues& other);
  // Leaves at most kKept: as much as the first that goes has is taken from all, and is the error.
  // Sorts them.
  void thin();
  // Likewise leaves none of which little is known: the error becomes an eighth larger. Not to be
  // repeated.
  void drop_rare();

  bool operator==(const FrequentValues&) const = default;
};

// Most frequent first, ties by text.
void sort_values(CountedValues& values);

// Counting them one by one, in bounded memory.
class FrequentCounter {
 public:
  // With readable bytes behind it (kFieldPadding).
  void add(std::string_view value) {
    if (table_.add(value) && table_.size() > kFull) thin();
  }
  // Each value may have been seen once more than was counted.
  void miss_one() { ++error_; }
  FrequentValues found() const;

 private:
  static constexpr std::size_t kFull = 4 * FrequentValues::kKept;

  void thin();

  ValueTable table_;
  std::uint64_t error_ = 0;
};

}  // namespace sluice::ml
