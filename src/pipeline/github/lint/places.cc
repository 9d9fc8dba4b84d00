#include "pipeline/github/lint/places.h"

#include "base/check.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kStart = "github inputs vars";
constexpr std::string_view kJob = "github needs strategy matrix vars inputs";
constexpr std::string_view kRunning =
    "github needs strategy matrix job runner env vars secrets inputs";
constexpr std::string_view kAll =
    "github needs strategy matrix job runner env vars secrets steps inputs";
constexpr std::string_view kNoSecrets =
    "github needs strategy matrix job runner env vars steps inputs";
constexpr std::string_view kStatus = "always cancelled success failure";

constexpr PlaceRule kRules[] = {
    {Place::RunName, "run-name", kStart, ""},
    {Place::WorkflowConcurrency, "concurrency", kStart, ""},
    {Place::WorkflowEnv, "env", "github secrets inputs vars", ""},
    {Place::WorkflowDefaults, "defaults.run", "", ""},
    {Place::CallInputDefault, "on.workflow_call.inputs.<id>.default", kStart, ""},
    {Place::CallOutput, "on.workflow_call.outputs.<id>.value", "github jobs vars inputs", ""},
    {Place::JobName, "jobs.<id>.name", kJob, ""},
    {Place::JobIf, "jobs.<id>.if", "github needs vars inputs", kStatus},
    {Place::JobEnv, "jobs.<id>.env", "github needs strategy matrix vars secrets inputs", ""},
    {Place::JobConcurrency, "jobs.<id>.concurrency", kJob, ""},
    {Place::JobEnvironment, "jobs.<id>.environment", kJob, ""},
    {Place::EnvironmentUrl, "jobs.<id>.environment.url", kNoSecrets, ""},
    {Place::JobContainer, "jobs.<id>.container", kJob, ""},
    {Place::Credentials, "credentials of a container",
     "github needs strategy matrix env vars secrets inputs", ""},
    {Place::ContainerEnv, "env of a container", kRunning, ""},
    {Place::JobContinueOnError, "jobs.<id>.continue-on-error", kJob, ""},
    {Place::JobDefaults, "jobs.<id>.defaults.run", "github needs strategy matrix env vars inputs",
     ""},
    {Place::JobOutput, "jobs.<id>.outputs", kAll, ""},
    {Place::JobRunsOn, "jobs.<id>.runs-on", kJob, ""},
    {Place::JobTimeout, "jobs.<id>.timeout-minutes", kJob, ""},
    {Place::Strategy, "jobs.<id>.strategy", "github needs vars inputs", ""},
    {Place::Services, "jobs.<id>.services", kJob, ""},
    {Place::SnapshotIf, "jobs.<id>.snapshot.if", kJob, kStatus},
    {Place::CallWith, "jobs.<id>.with", kJob, ""},
    {Place::CallSecret, "jobs.<id>.secrets", "github needs strategy matrix secrets inputs vars",
     ""},
    {Place::StepIf, "the 'if' of a step", kNoSecrets, "always cancelled success failure hashFiles"},
    {Place::Step, "a step", kAll, "hashFiles"},
    {Place::StepShell, "the 'shell' of a step", "", ""},
};

}  // namespace

const PlaceRule& rule_of(Place place) {
  for (const PlaceRule& rule : kRules)
    if (rule.place == place) return rule;
  UNREACHABLE();
}

std::string_view all_contexts() {
  return "github needs strategy matrix job runner env vars secrets steps inputs jobs";
}

}  // namespace sluice::pipeline::github
