// Evaluation parameters of suites: {"$PARAMETER": "now() - timedelta(weeks=52)"} stands for the
// value of the expression. Numbers, moments, + - * / ^, parentheses, sin cos tan exp abs trunc
// round sgn, PI, E, now(), datetime(year, month, day, …), timedelta(weeks=…, days=…, …), and names
// that are given. Pure.
#pragma once

#include <map>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace sluice::ml::expectations {

struct Parameters {
  std::map<std::string, Json> values;  // by name
  double now = 0;                      // seconds since 1970 UTC
};

// A copy of the arguments with every parameter put in, at any depth. InvalidInput for one that has
// no value.
Result<JsonObject> resolve_parameters(const JsonObject& kwargs, const Parameters& parameters);

// The value of one expression: a number, or a text that is a moment.
Result<Json> evaluate_parameter(std::string_view expression, const Parameters& parameters);

}  // namespace sluice::ml::expectations
