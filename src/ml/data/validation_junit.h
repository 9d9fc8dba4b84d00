// A validation report as JUnit XML: a test case for each check, as CI systems show them.
#pragma once

#include <string>

#include "ml/data/validation_report.h"

namespace sluice::ml {

// A broken rule is a failure; one of severity Warn a passed case with the message as its output.
std::string report_junit(const ValidationReport& report);

}  // namespace sluice::ml
