// Finding records and fields in a buffer: the inner loop of CsvReader. Pure; one thread.
//
// The buffer is 64 bytes longer than the text, and changed: doubled quotes of a quoted field are
// folded in place once its record is complete.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ml/data/csv.h"

namespace sluice::ml {

inline constexpr std::size_t kCsvPadding = 64;

// Visits the delimiters, quotes and newlines of a text in order, 64 bytes at a time, and remembers
// where bytes stand that need a closer look (NUL, not ASCII).
class CsvSpecials {
 public:
  CsvSpecials(const char* begin, const char* end, char delimiter);

  // The next one, or `end`.
  const char* next() {
    while (mask_ == 0) {
      if (chunk_ + kCsvPadding >= end_) return end_;
      chunk_ += kCsvPadding;
      load();
    }
    const char* found = chunk_ + __builtin_ctzll(mask_);
    mask_ &= mask_ - 1;
    return found < end_ ? found : end_;
  }

  // False only when every byte from `begin` to where next() has come is plain ASCII.
  bool maybe_odd_since(const char* begin) const { return odd_end_ > begin; }

 private:
  void load();

  const char* chunk_;
  const char* end_;
  const char* odd_end_;
  std::uint64_t mask_ = 0;
  char delimiter_;
};

// What a scan carries from buffer to buffer.
struct CsvScanState {
  char delimiter = ',';
  char comment = '\0';
  Rejects rejects = Rejects::Counted;
  std::size_t columns = 0;
  CsvPosition next{1, 1, 1};  // of the record that comes
};

// Appends the complete records of [begin, end) to the block and returns where the incomplete rest
// starts. `max_records` ends the scan early.
char* scan_csv(char* begin, char* end, CsvScanState& state, CsvBlock& block,
               std::size_t max_records = SIZE_MAX);

}  // namespace sluice::ml
