// What is different between two profiles, told and not judged: counts, types, shares of missing
// values, ranges, quantiles, categories. Whether it matters is what drift_report.h decides. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "ml/data/profile.h"

namespace sluice::ml {

struct ProfileChange {
  std::string column;  // empty: of the whole
  std::string what;    // "rows", "missing_share", "types", "min", "median", "lost_categories" …
  std::string before;
  std::string after;
};

struct ProfileDiff {
  std::string before;  // names of the two
  std::string after;
  std::vector<std::string> lost_columns;
  std::vector<std::string> new_columns;
  std::vector<ProfileChange> changes;  // in the order of the columns

  bool empty() const { return lost_columns.empty() && new_columns.empty() && changes.empty(); }
};

// Quantiles are named only when they differ by more than the error of their sketch.
ProfileDiff diff_profiles(const DataProfile& before, const DataProfile& after);

JsonObject to_json(const ProfileDiff& diff);

}  // namespace sluice::ml
