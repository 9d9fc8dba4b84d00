// Why something runs, does not run, or ended as it did: stored as data with the decision, printed
// by `sluice plan` and `sluice explain`.
#pragma once

#include <string>

#include "base/json.h"
#include "base/yaml.h"

namespace sluice::pipeline {

enum class DecidedBy {
  Default,      // nothing said otherwise
  Trigger,      // the event is not one the pipeline listens to
  Filter,       // a branch, tag or path filter
  Commit,       // the message of the commit asks for no runs
  Condition,    // the `if` of the job or step
  Ancestor,     // the result of a job it needs
  Cancelled,    // somebody cancelled
  Failure,      // an earlier step or leg failed (fail-fast)
  Unevaluable,  // the condition or the matrix could not be evaluated
  Open,         // forecast: nothing yet, it depends on what only the run will tell
};

struct Explanation {
  DecidedBy decided_by = DecidedBy::Default;
  std::string summary;     // one sentence with the names and values that decided
  std::string expression;  // what was evaluated, in full, e.g. "success() && (inputs.deploy)"
  Json tree;               // expression::explain of it: source, value, children; null without one
  std::string subject;     // the deciding ancestor or filter, e.g. "build", "on.push.branches"
  TextPosition position;   // of the deciding text; line 0 when there is none
};

std::string_view to_string(DecidedBy decided_by);
Json to_json(const Explanation& explanation);
Result<Explanation> explanation_from_json(const Json& value);

}  // namespace sluice::pipeline
