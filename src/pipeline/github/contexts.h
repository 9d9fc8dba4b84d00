// The contexts that expressions see (`github`, `needs`, `env`, …) as values, and the evaluation
// contexts of a job and of a step. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/event.h"
#include "pipeline/expression/evaluate.h"
#include "pipeline/github/workflow.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// GitHub's word for a result: success, failure, cancelled, skipped.
std::string_view result_word(Outcome outcome);
// Whether it counts as a failure: Failed, TimedOut, Errored.
bool is_failure(Outcome outcome);

// What is the same in every expression of a run.
struct RunContexts {
  ValueMembers github;  // without what only a job has
  Value vars;
  Value secrets;
  Value inputs;
};
// The inputs of a workflow_dispatch, typed and with defaults; the error names the input and what
// it may be.
Result<Value> dispatch_inputs(const Workflow& workflow, const TriggerEvent& event);
// The event as steps find it in GITHUB_EVENT_PATH: of a dispatch with its inputs, defaults too, as
// the texts that GitHub has there.
Json event_document(const Workflow& workflow, const TriggerEvent& event, const Value& inputs);
RunContexts make_run_contexts(const Workflow& workflow, const TriggerEvent& event,
                              const RunIdentity& run, const RunValues& values, Value inputs);

// The `github` context inside a job.
Value job_github_context(const RunContexts& run, const Job& job, const JobPlace& place);
// `prefix` stands before the workflow's own ids in `facts` (it is a called one).
Value needs_context(const Workflow& workflow, const Job& job, const RunFacts& facts,
                    const std::string& prefix);
// The `jobs` context of a called workflow's outputs.
Value jobs_context(const Workflow& workflow, const RunFacts& facts, const std::string& prefix);
Value runner_context(const JobPlace& place);
Value texts_value(const NamedTexts& texts, KeyCase key_case);
// Where the event document of a leg is.
std::string event_path(const JobPlace& place);

// The variables that steps find in their environment beside their own: CI, GITHUB_*, RUNNER_*,
// SLUICE_*.
std::map<std::string, std::string> default_environment(const RunContexts& run,
                                                       const RunIdentity& identity, const Job& job,
                                                       const JobPlace& place);

// Contexts by name. The functions of the environment are the business of who derives from this.
class ContextSet : public EvaluationContext {
 public:
  void set(std::string_view name, Value value);
  // Forecast: what has no value below `path` ("*" stands for any name) is not known, for a reason.
  void set_unknown(std::vector<std::string> path, std::string why);
  // What shown() masks: mask_variants() of secrets.
  void hide(std::shared_ptr<const std::vector<std::string>> masks) { masks_ = std::move(masks); }

  std::optional<Value> context(std::string_view name) const override;
  Result<Value> call(std::string_view name, std::span<const Value> arguments) const override;
  std::optional<Result<std::string>> hash_files(
      std::span<const std::string> patterns) const override;
  bool forecasts() const override { return !unknown_.empty(); }
  std::string unknown(std::span<const std::string> path) const override;
  std::string shown(std::string_view text) const override;

 private:
  const Value* find(std::span<const std::string> path, Value& root) const;

  std::vector<std::pair<std::string, Value>> values_;
  std::vector<std::pair<std::vector<std::string>, std::string>> unknown_;
  std::shared_ptr<const std::vector<std::string>> masks_;
};

// What of the needs is not known yet, for a forecast.
void set_unknown_needs(ContextSet& contexts, const Workflow& workflow, const Job& job,
                       const RunFacts& facts, const std::string& prefix);

// What the ancestors of a job, all of them and not only its needs, mean for its success() and
// failure().
struct AncestorSummary {
  bool all_succeeded = true;
  bool any_failed = false;
  std::string deciding;  // first ancestor that did not succeed: a failed one before others
  Outcome deciding_result = Outcome::Succeeded;
  std::string open;  // forecast: the first ancestor that may run or not
};

// The status functions of a job's `if`. Borrows workflow and facts.
class JobConditionContext final : public ContextSet {
 public:
  JobConditionContext(ContextSet contexts, AncestorSummary ancestors, const RunFacts& facts,
                      const Workflow& workflow, std::string prefix)
      : ContextSet(std::move(contexts)),
        ancestors_(std::move(ancestors)),
        facts_(facts),
        workflow_(workflow),
        prefix_(std::move(prefix)) {}
  Result<Value> call(std::string_view name, std::span<const Value> arguments) const override;
  std::string unknown(std::span<const std::string> path) const override;
  std::string remark(std::string_view function) const override;

 private:
  Result<Value> of_named_jobs(std::string_view function, std::span<const Value> jobs) const;

  AncestorSummary ancestors_;
  const RunFacts& facts_;
  const Workflow& workflow_;
  std::string prefix_;
};

// By patterns; an error where the files could not be hashed.
using FileHashes = std::map<std::vector<std::string>, Result<std::string>>;

// What the status functions of a step look at.
struct StepStatus {
  Outcome before = Outcome::Succeeded;  // of the job; inside of a composite action, of the action
  Outcome job = Outcome::Succeeded;
};

// The status functions of a step, and the hashes that are known.
class StepContext final : public ContextSet {
 public:
  StepContext(ContextSet contexts, StepStatus status, const FileHashes& hashes)
      : ContextSet(std::move(contexts)), status_(status), hashes_(hashes) {}
  Result<Value> call(std::string_view name, std::span<const Value> arguments) const override;
  std::optional<Result<std::string>> hash_files(
      std::span<const std::string> patterns) const override;

 private:
  StepStatus status_;
  const FileHashes& hashes_;
};

}  // namespace sluice::pipeline::github
