// What a metric is computed from, and why it may not be defined: so that a report says what is
// missing instead of leaving it out. Pure.
#pragma once

#include <string_view>

#include "ml/evaluate/judged_rows.h"
#include "ml/evaluate/metric.h"

namespace sluice::ml {

// How to give what the metric is computed from, where the rows do not hold it; else empty.
std::string_view missing_input(const Metric& metric, const JudgedRows& rows);
// Why the metric is not defined for rows that hold its input: a clause.
std::string_view undefined_reason(const Metric& metric);

}  // namespace sluice::ml
