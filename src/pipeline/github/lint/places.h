// Where in a workflow an expression may stand, and what it may name there (GitHub's table "context
// availability"). Constant data.
#pragma once

#include <string_view>

namespace sluice::pipeline::github {

enum class Place {
  RunName,
  WorkflowConcurrency,
  WorkflowEnv,
  WorkflowDefaults,
  CallInputDefault,
  CallOutput,
  JobName,
  JobIf,
  JobEnv,
  JobConcurrency,
  JobEnvironment,
  EnvironmentUrl,
  JobContainer,
  Credentials,
  ContainerEnv,
  JobContinueOnError,
  JobDefaults,
  JobOutput,
  JobRunsOn,
  JobTimeout,
  Strategy,
  Services,
  SnapshotIf,
  CallWith,
  CallSecret,
  StepIf,
  Step,
  StepShell,
};

struct PlaceRule {
  Place place;
  std::string_view key;        // for messages: "jobs.<id>.if"
  std::string_view contexts;   // separated by spaces
  std::string_view functions;  // beside the built-in ones
};

const PlaceRule& rule_of(Place place);
// All contexts that exist anywhere, separated by spaces.
std::string_view all_contexts();

}  // namespace sluice::pipeline::github
