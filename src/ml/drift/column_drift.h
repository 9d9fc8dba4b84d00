// Whether one column of a data set changed against its reference, from stored profiles alone. Pure.
//
// A column drifted when a measure reaches its threshold (the change is large enough to matter) and
// chance does not explain it (its corrected p-value lies below `chance`): with many rows the first
// decides, with few the second. p-values take rows as independent of each other.
//
// Numbers are compared exactly while both profiles hold all their values, otherwise by their
// sketches, whose buckets are 0.8 % to 1.6 % wide; the distance is then never less than that of the
// means, which are exact. Texts with too many values, keys and dates are compared by their missing
// share alone, and the remark says so.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ml/data/profile.h"
#include "ml/drift/drift_measure.h"
#include "ml/statistics/interval.h"
#include "ml/statistics/p_value_correction.h"

namespace sluice::ml {

// What a column is to the model that reads the data.
enum class DriftRole { Feature, Label, Prediction };

struct DriftOptions {
  std::map<DriftMeasure, double> thresholds;  // instead of those of drift_measures()
  std::set<std::string> categories;           // columns of numbers that are codes
  std::set<std::string> ignored;              // columns
  std::map<std::string, DriftRole> roles;     // columns that are no features
  double chance = 0.01;
  Correction correction = Correction::Holm;
  std::uint64_t min_rows = 100;  // values on either side, below which nothing is decided
  double confidence = 0.95;      // of intervals
};

enum class DriftKind { Numbers, Categories, PresenceOnly };
enum class DriftVerdict { Stable, Drifted, Undecided };

std::string_view to_string(DriftKind kind);        // "numbers" …
std::string_view to_string(DriftVerdict verdict);  // "stable" …
std::string_view to_string(DriftRole role);        // "feature" …

struct DriftNumber {
  DriftMeasure measure;
  double value = 0;                 // may be infinite
  std::optional<double> threshold;  // unset: decides nothing
  double p_value = 1;
  std::optional<double> corrected_p_value;  // of those that decide
  std::optional<Interval> interval;         // of the value, for rows that are independent

  bool reaches_threshold() const { return threshold && value >= *threshold; }
};

struct CategoryShare {
  std::string name;
  double share = 0;  // of the side that has it
};

struct ColumnDrift {
  std::string name;
  DriftRole role = DriftRole::Feature;
  DriftKind kind = DriftKind::PresenceOnly;
  std::uint64_t reference_values = 0;  // not missing
  std::uint64_t current_values = 0;
  std::vector<DriftNumber> numbers;
  std::vector<CategoryShare> new_categories;  // the most frequent ones
  std::vector<CategoryShare> lost_categories;
  DriftVerdict verdict = DriftVerdict::Undecided;
  std::vector<std::string> remarks;

  const DriftNumber* find(DriftMeasure measure) const;
  // The number that its verdict rests on: of those with a threshold the one farthest above (or
  // least below) it; null where none has one.
  const DriftNumber* leading() const;
};

// Everything but the corrected p-values and the verdict.
ColumnDrift measure_column(const ColumnProfile& reference, const ColumnProfile& current,
                           const DriftOptions& options);

// Corrects the p-values over all columns and gives each its verdict.
void decide_drift(std::span<ColumnDrift* const> columns, const DriftOptions& options);

}  // namespace sluice::ml
