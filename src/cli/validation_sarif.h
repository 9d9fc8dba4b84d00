// A validation report as SARIF: a result for each broken rule, at the lines of its sample rows.
#pragma once

#include "base/json.h"
#include "ml/data/validation_report.h"

namespace sluice::cli {

Json report_sarif(const ml::ValidationReport& report);

}  // namespace sluice::cli
