// Every statistic by name, from JSON to JSON: what tests compare with other libraries' numbers.
//
// A case is {"function": NAME, "arguments": {…}}; the answer is an object of numbers by name. The
// names and arguments stand in statistics_probe.cc; tests/statistics writes cases.
#pragma once

#include <string_view>

#include "base/json.h"

namespace sluice::ml::testing {

// An unknown function or argument aborts: cases are written by our own tests.
JsonObject probe_statistic(std::string_view function, const JsonObject& arguments);

}  // namespace sluice::ml::testing
