// Counting the rows that break one rule, with samples and with the groups they belong to. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ml/data/csv.h"
#include "ml/data/field_words.h"
#include "ml/data/hash64.h"
#include "ml/data/validation_report.h"

namespace sluice::ml {

// How often each value of one column was seen; gives up beyond a number of values.
class ValueTally {
 public:
  static constexpr std::size_t kMaxValues = 10'000;

  void add(std::string_view value);  // a field of a block (field_words.h)
  std::uint64_t count(std::string_view value) const;
  // Largest first, ties by text; empty once it has given up.
  std::vector<std::pair<std::string, std::uint64_t>> sorted() const;
  bool given_up() const { return given_up_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return hash64(s); }
  };
  using Counts = std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>>;

  // Where the count of a short value is, found without looking it up.
  struct Shortcut {
    FieldWords words;
    Counts::value_type* entry = nullptr;
  };
  static constexpr std::size_t kShortcuts = 256;

  Counts::value_type& find_or_add(std::string_view value);

  Counts counts_;
  std::vector<Shortcut> shortcuts_;
  Counts::value_type* last_ = nullptr;  // files are often sorted
  bool given_up_ = false;
};

// A column that violations are broken down by, and how many rows of each value there are.
struct GroupColumn {
  std::string name;
  std::size_t field = 0;
  ValueTally rows;
};

class ViolationTally {
 public:
  // Borrows the groups.
  ViolationTally(const std::vector<GroupColumn>& groups, std::size_t max_samples)
      : groups_(&groups), max_samples_(max_samples), tallies_(groups.size()) {}

  void add(const CsvBlock& block, std::size_t row, std::string_view value);
  void add_repeat(const CsvBlock& block, std::size_t row, std::string_view value,
                  const CsvPosition& earlier);

  std::uint64_t count() const { return count_; }
  // Whether so many of the `judged` values keep the rule. Shares are compared as the nearest double
  // of either, so that 55 of 100 are 0.55.
  bool is_tolerated(double mostly, std::uint64_t judged) const;
  // Fills count, groups, samples, and the remarks that the groups give cause to. `total_rows` is
  // the number of rows of the file.
  void fill(Violation& violation, std::uint64_t total_rows) const;

 private:
  void add_groups(const CsvBlock& block, std::size_t row);
  void fill_groups(Violation& violation, std::size_t group, std::uint64_t total_rows) const;

  const std::vector<GroupColumn>* groups_;
  std::size_t max_samples_;
  std::uint64_t count_ = 0;
  std::vector<ViolationSample> samples_;
  std::vector<ValueTally> tallies_;
};

// At most so many bytes, cut between characters, "…" where something was cut.
std::string shortened(std::string_view text, std::size_t most = 80);

}  // namespace sluice::ml
