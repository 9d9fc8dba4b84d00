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

  // The rows that agree in the columns of `by`, compared as the whole is, except for those columns.
  struct Slice {
    std::vector<std::string> key;
    std::uint64_t reference_rows = 0;
    std::uint64_t current_rows = 0;
    std::vector<ColumnDrift> columns;

    bool drifted() const;
  };

  Side reference;
  Side current;
  DriftOptions options;
  std::vector<ColumnDrift> columns;       // of both sides, in the order of the reference
  std::vector<std::string> lost_columns;  // a lost column counts as drifted
  std::vector<std::string> new_columns;   // only told
  std::vector<std::string> by;            // what slices are made by; both profiles have them
  std::vector<Slice> slices;              // with DriftOptions::min_rows on both sides, by key
  // Slices that are too small to be judged, or on one side only: told, and not decided by.
  std::vector<std::string> small_slices;
  std::vector<std::string> lost_slices;
  std::vector<std::string> new_slices;

  std::size_t count(DriftVerdict verdict) const;  // of columns
  std::size_t drifted_slices() const;
  // Nothing drifted, neither as a whole nor in a slice, no column was lost or left undecided.
  bool passed() const;
};

// InvalidInput for an option that names a column which neither side has, and for a side without
// rows: nothing can be said about it. Profiles that were made by the same columns are compared by
// slices too; p-values are corrected over all columns, and over all columns of all slices.
Result<DriftReport> compare_profiles(const DataProfile& reference, const DataProfile& current,
                                     const DriftOptions& options = {});

JsonObject to_json(const DriftReport& report);
std::string to_terminal_text(const DriftReport& report);
std::string to_markdown(const DriftReport& report);
// "brand 3", "brand 3, store 12".
std::string slice_name(const std::vector<std::string>& by, const std::vector<std::string>& key);

}  // namespace sluice::ml
