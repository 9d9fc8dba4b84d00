// That no two rows agree in some columns: hashes of all rows first, then, in a second pass over the
// file, the rows whose hash came more than once, compared as text. One thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ml/data/csv.h"
#include "ml/data/key_set.h"
#include "ml/data/nulls.h"
#include "ml/data/violation_tally.h"

namespace sluice::ml {

class KeyCheck {
 public:
  struct Columns {
    Rule rule = Rule::Key;  // Unique: a column by itself, where a missing value is no value
    std::vector<std::string> names;
    std::vector<std::size_t> fields;
    Severity severity = Severity::Fail;
  };

  // Borrows the spellings and the groups.
  KeyCheck(Columns columns, const NullSpellings& nulls, const std::vector<GroupColumn>& groups,
           std::size_t max_samples, std::size_t max_slots);

  const Columns& columns() const { return columns_; }
  void add(const CsvBlock& block);
  bool needs_second_pass() const { return seen_.repeats() > 0; }
  void add_again(const CsvBlock& block);
  void report(std::vector<Violation>& violations, std::vector<std::string>& notes,
              std::uint64_t total_rows) const;

 private:
  std::uint64_t hash(const CsvBlock& block, std::size_t row) const;  // 0: not a key
  std::string text(const CsvBlock& block, std::size_t row) const;
  bool counted_exactly() const;
  std::string name() const;

  Columns columns_;
  const NullSpellings& nulls_;
  KeySet seen_;
  std::vector<std::uint64_t> hashes_;  // of a block
  std::unordered_map<std::string, CsvPosition> first_;
  ViolationTally repeats_;
  bool second_pass_ = false;  // made
};

}  // namespace sluice::ml
