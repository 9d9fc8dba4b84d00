// That the values of some columns are among those of another file. The other file's keys are held
// as 64-bit hashes (two different keys in 10^7 share one with a chance of 3 in a million). One
// thread.
#pragma once

#include <unordered_set>
#include <vector>

#include "ml/data/nulls.h"
#include "ml/data/schema.h"
#include "ml/data/violation_tally.h"
#include "os/ports/files.h"

namespace sluice::ml {

class ForeignKeyCheck {
 public:
  static constexpr std::size_t kMostKeys = 20'000'000;

  // Reads the other file, found from `folder`. An error: it cannot be read, lacks a column or holds
  // more than kMostKeys keys. Borrows key, spellings and groups.
  static Result<ForeignKeyCheck> create(const os::FileReader& files, const os::Path& folder,
                                        const ForeignKey& key,
                                        const std::vector<std::string>& header,
                                        const NullSpellings& nulls,
                                        const std::vector<GroupColumn>& groups,
                                        std::size_t max_samples);

  void check(const CsvBlock& block);
  void report(std::vector<Violation>& violations, std::uint64_t total_rows) const;

 private:
  ForeignKeyCheck(const ForeignKey& key, std::vector<std::size_t> fields,
                  std::unordered_set<std::uint64_t> known, const NullSpellings& nulls,
                  const std::vector<GroupColumn>& groups, std::size_t max_samples);
  std::string row_text(const CsvBlock& block, std::size_t row) const;

  const ForeignKey& key_;
  std::vector<std::size_t> fields_;
  std::unordered_set<std::uint64_t> known_;
  const NullSpellings& nulls_;
  std::uint64_t judged_ = 0;
  ViolationTally strangers_;
};

}  // namespace sluice::ml
