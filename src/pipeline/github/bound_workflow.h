// A workflow bound to an event and a run: its plan, the decisions about its jobs, the programs of
// its legs, all of that also for the workflows that its jobs call. Thread-safe (nothing changes
// after construction).
#pragma once

#include <memory>
#include <unordered_map>
#include <variant>
#include <vector>

#include "pipeline/github/call_scope.h"
#include "pipeline/github/conditions.h"
#include "pipeline/github/contexts.h"
#include "pipeline/github/graph.h"
#include "pipeline/github/matrix.h"
#include "pipeline/github/program.h"
#include "pipeline/github/workflow.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

class BoundWorkflow final : public BoundPipeline {
 public:
  // `workflow` is free of errors; `inputs` are those of the event, typed.
  BoundWorkflow(std::shared_ptr<const Workflow> workflow, const TriggerEvent& event,
                const RunIdentity& run, const RunValues& values, Value inputs);

  const Plan& plan() const override { return plan_; }
  // Why no run can be made of it although the file is free of errors.
  const std::optional<std::string>& problem() const { return problem_; }
  JobDecision decide_job(const std::string& job, const RunFacts& facts) const override;
  Result<StartedLeg> start_leg(const std::string& job, const Leg& leg, const RunFacts& facts,
                               const JobPlace& place) const override;
  bool survives_cancel(const std::string& job, const RunFacts& facts) const override;
  LegResult conclude_call(const std::string& job, const Leg& leg,
                          const RunFacts& facts) const override;
  JobFacts conclude_job(const std::string& job, const std::vector<LegResult>& legs) const override;
  Outcome conclude_run(const RunFacts& facts) const override;

 private:
  // What `strategy` means, evaluated.
  struct Spread {
    std::vector<MatrixLeg> legs;
    bool has_matrix = false;
    bool fail_fast = true;
    std::optional<int> max_parallel;
  };
  using SpreadOrReason = std::variant<Spread, Explanation>;
  struct Conditioned {
    bool runs = false;
    bool failed = false;  // it could not be evaluated
    Explanation reason;
  };
  // A job and the file's part in the run to which it belongs.
  struct JobAt {
    CallScopePtr scope;
    const Job* job = nullptr;

    std::string id() const { return scope->prefix + job->id; }
    const Workflow& workflow() const { return *scope->workflow; }
  };
  using ScopeOrReason = std::variant<CallScopePtr, Explanation>;

  // bound_workflow.cc: decisions
  AncestorSummary ancestors_of(const JobAt& at, const RunFacts& facts) const;
  Conditioned decide_condition(const JobAt& at, const AncestorSummary& ancestors,
                               const RunFacts& facts) const;
  Explanation condition_reason(const JobAt& at, const AncestorSummary& ancestors,
                               const RunFacts& facts, const EvaluationContext& context,
                               const ConditionResult& result) const;
  JobDecision forecast_legs(const JobAt& at, const RunFacts& facts, Conditioned condition) const;
  JobDecision forecast_call(const JobAt& at, const Spread& spread, const RunFacts& facts,
                            Explanation reason) const;
  std::optional<Explanation> refused_job(const JobAt& at) const;
  JobDecision decide_call(const JobAt& at, const Spread& spread, const RunFacts& facts,
                          Explanation reason) const;

  // bound_workflow_scopes.cc: called workflows
  JobAt locate(const std::string& id, const RunFacts& facts) const;
  JobAt locate_in(const CallScopePtr& scope, std::string_view id, const RunFacts& facts) const;
  // The scope that one leg of a calling job opens, or why it cannot.
  ScopeOrReason open_scope(const JobAt& at, const Leg& leg, const Spread& spread,
                           const RunFacts& facts) const;
  // What the keys of a whole file may see.
  ContextSet scope_contexts(const CallScope& scope) const;
  static const Permissions* permissions_at(const JobAt& at);
  const JobGraph& graph_of(const Workflow& workflow) const;
  void add_graphs(const Workflow& workflow);

  // bound_workflow_legs.cc: matrix, names, what a leg starts with
  ContextSet job_contexts(const JobAt& at, const RunFacts& facts) const;
  ContextSet leg_contexts(const JobAt& at, const Leg& leg, const Spread& spread,
                          const RunFacts& facts) const;
  SpreadOrReason spread(const JobAt& at, const RunFacts& facts) const;
  std::vector<Leg> name_legs(const JobAt& at, const Spread& spread, const RunFacts& facts) const;
  std::string leg_name(const JobAt& at, const Leg& leg, const Spread& spread,
                       const RunFacts& facts) const;
  std::optional<Explanation> group_legs(const JobAt& at, const Spread& spread,
                                        const RunFacts& facts, std::vector<Leg>& legs) const;
  // The group of `concurrency` as written in that file.
  static std::optional<Explanation> group_leg(const Workflow& workflow,
                                              const Concurrency& concurrency,
                                              const ContextSet& contexts, Leg& leg);
  // Of an image that an expression gives, where that is known and not empty.
  static std::optional<Diagnostic> container_trouble(const JobAt& at, const ContextSet& contexts);
  Result<LegSettings> leg_settings(const JobAt& at, TokenEvaluator& evaluator) const;

  // bound_workflow_plan.cc
  void make_plan(const TriggerEvent& event, std::string_view text);
  void group_run();
  std::string title() const;
  std::vector<PlannedJob> plan_jobs(const CallScopePtr& scope) const;
  // Which of the jobs would run, and how they would end, if all that runs succeeds.
  void assume_jobs(const CallScopePtr& scope, std::vector<PlannedJob>& jobs, RunFacts& facts) const;
  static PlannedJob plan_job(const JobAt& at);
  void plan_legs(const JobAt& at, PlannedJob& planned) const;
  void check_runners(const JobAt& at, const Spread& legs, PlannedJob& planned) const;
  void check_containers(const JobAt& at, const Spread& legs, PlannedJob& planned) const;
  // The jobs that it calls, and how the calling job would end.
  Outcome plan_called(const JobAt& at, PlannedJob& planned, RunFacts& facts) const;
  ScopeOrReason assumed_scope(const JobAt& at, const Leg& leg, const Spread& spread,
                              const RunFacts& facts) const;
  Outcome assume(const JobAt& at, const AncestorSummary& ancestors, const RunFacts& facts,
                 PlannedJob& planned) const;

  std::shared_ptr<const Workflow> workflow_;
  RunIdentity run_;
  RunContexts contexts_;
  Value github_value_;  // the `github` context outside of jobs
  std::vector<std::string> secrets_;
  std::string event_document_;
  std::unordered_map<const Workflow*, JobGraph> graphs_;  // of all files
  CallScopePtr root_;
  Plan plan_;
  std::optional<std::string> problem_;
};

}  // namespace sluice::pipeline::github
