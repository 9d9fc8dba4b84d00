// An expectation suite of Great Expectations, 0.x or 1.x, as a file holds it.
// docs/formats/suite.md. Values; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ml/data/validation_report.h"
#include "ml/expectations/session.h"

namespace sluice::ml::expectations {

struct SuiteExpectation {
  Configuration configuration;
  Severity severity = Severity::Fail;  // of 1.x: warning and info are Warn
};

struct Suite {
  std::string name;
  std::vector<SuiteExpectation> expectations;
  JsonObject parameters;           // evaluation_parameters, suite_parameters
  std::vector<std::string> notes;  // what the file holds and nobody asked for
};

// InvalidInput as "FILE:LINE:COLUMN: …" for text that is no JSON, as "FILE: expectations[2]: …" for
// what is no suite. Types that are not known are kept: running the suite fails them.
Result<Suite> parse_suite(std::string_view text, std::string_view file_name);

}  // namespace sluice::ml::expectations
