// The measures by which two data sets are compared, column by column: a table. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::ml {

enum class DriftMeasure {
  Wasserstein,        // normalised; numbers
  JensenShannon,      // numbers (in ten bins of the reference) and categories
  Psi,                // the same
  KolmogorovSmirnov,  // D; numbers
  TotalVariation,     // categories
  LInfinity,          // categories
  NewCategories,      // share of the current rows; categories
  LostCategories,     // share of the reference rows; categories
  MissingShare,       // absolute difference; every column
  TypeShare,          // the same of values of the reference's main type; every column with values
};

struct DriftMeasureInfo {
  DriftMeasure measure;
  std::string_view name;    // in options and JSON
  std::string_view phrase;  // for people
  // Unset: shown, but it decides nothing unless the user gives it a threshold.
  std::optional<double> threshold_for_numbers;
  std::optional<double> threshold_for_categories;
};

std::span<const DriftMeasureInfo> drift_measures();
const DriftMeasureInfo& info_of(DriftMeasure measure);
// InvalidInput with the nearest name.
Result<DriftMeasure> parse_drift_measure(std::string_view name);

}  // namespace sluice::ml
