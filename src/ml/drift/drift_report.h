// Whether a data set changed against its reference: every column's comparison, and the report of
// `sluice data drift` (docs/formats/drift.md). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "ml/data/profile.h"
#include "ml/drift/column_drift.h"

namespace sluice::ml {

struct DriftReport {
  struct Side {
    std::string file;
    std::uint64_t rows = 0;        // readable ones
    std::uint64_t unreadable = 0;  // told, and not compared
    Digest profile_digest;
  };

  Side reference;
  Side current;
  DriftOptions options;
  std::vector<ColumnDrift> columns;       // of both sides, in the order of the reference
  std::vector<std::string> lost_columns;  // a lost column counts as drifted
  std::vector<std::string> new_columns;   // only told

  std::size_t count(DriftVerdict verdict) const;
  // Nothing drifted, nothing was lost and nothing was left undecided.
  bool passed() const;
};

// InvalidInput for an option that names a column which neither side has, and for a side without
// rows: nothing can be said about it.
Result<DriftReport> compare_profiles(const DataProfile& reference, const DataProfile& current,
                                     const DriftOptions& options = {});

JsonObject to_json(const DriftReport& report);
std::string to_terminal_text(const DriftReport& report);
std::string to_markdown(const DriftReport& report);

}  // namespace sluice::ml
