// A column's distribution as a small inline SVG: a histogram of numbers, bars of frequent values.
// Colours come from the page's style (classes bar and axis). Pure.
#pragma once

#include <string>

#include "ml/data/column_profile.h"
#include "ml/data/validation_report.h"

namespace sluice::ml {

// Empty where there is nothing to draw.
std::string column_picture(const ColumnProfile& column, Values values);

}  // namespace sluice::ml
