// The part that one workflow file plays in a run: the file that was started, or one that a job
// calls, with what that call passes. Values only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/expression/value.h"
#include "pipeline/github/workflow.h"

namespace sluice::pipeline::github {

struct CallScope {
  const Workflow* workflow = nullptr;
  std::string prefix;       // of the ids of its jobs: "", "deploy/", "deploy.1/test/"
  std::string name_prefix;  // of their names: "", "deploy (v1) / "
  Value inputs;
  Value secrets;
  const Permissions* permissions = nullptr;  // of jobs that say none; null: nobody says any
  std::vector<std::string> secret_values;    // made by the call; to be masked like the run's own
  bool inputs_known = true;                  // while planning: they depend on no result
  // In a forecast: those that the run alone will tell, and who sets them.
  std::vector<std::pair<std::string, std::string>> unknown_inputs;
};

using CallScopePtr = std::shared_ptr<const CallScope>;  // shared by the jobs that are looked at

// Whether a value that was evaluated fits the type; texts are made of any scalar.
std::optional<Value> typed_call_input(InputType type, const Value& value);
Value empty_call_input(InputType type);
std::string_view expected_of(InputType type);  // "true or false"

}  // namespace sluice::pipeline::github
