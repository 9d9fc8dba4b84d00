// A workflow bound to an event and a run: its plan, the decisions about its jobs, the programs of
// its legs. Thread-safe (nothing changes after construction).
#pragma once

#include <memory>
#include <variant>
#include <vector>

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
  struct Conditioned {
    bool runs = false;
    bool failed = false;  // it could not be evaluated
    Explanation reason;
  };

  const Job& job_named(const std::string& id) const;
  AncestorSummary ancestors_of(const Job& job, const RunFacts& facts) const;
  std::string open_ancestor(std::size_t job, const RunFacts& facts) const;
  ContextSet job_contexts(const Job& job, const RunFacts& facts) const;
  ContextSet leg_contexts(const Job& job, const Leg& leg, const Spread& spread,
                          const RunFacts& facts) const;
  Conditioned decide_condition(const Job& job, const AncestorSummary& ancestors,
                               const RunFacts& facts) const;
  Explanation condition_reason(const Job& job, const AncestorSummary& ancestors,
                               const RunFacts& facts, const EvaluationContext& context,
                               const ConditionResult& result) const;
  JobDecision forecast_legs(const Job& job, const RunFacts& facts, Conditioned condition) const;
  std::optional<Explanation> refused_runner(const Job& job) const;
  std::variant<Spread, Explanation> spread(const Job& job, const RunFacts& facts) const;
  void read_limits(const Job& job, TokenEvaluator& evaluator, Spread& spread) const;
  std::optional<Explanation> group_legs(const Job& job, const Spread& spread, const RunFacts& facts,
                                        std::vector<Leg>& legs) const;
  std::vector<Leg> name_legs(const Job& job, const Spread& spread, const RunFacts& facts) const;
  std::string leg_name(const Job& job, const Leg& leg, const Spread& spread,
                       const RunFacts& facts) const;
  Result<LegSettings> leg_settings(const Job& job, TokenEvaluator& evaluator) const;

  void make_plan(const TriggerEvent& event, std::string_view text);
  void group_run();
  std::string title() const;
  void plan_jobs();
  PlannedJob plan_job(const Job& job) const;
  void plan_legs(const Job& job, PlannedJob& planned) const;
  void check_runners(const Job& job, const Spread& legs, PlannedJob& planned) const;
  // Whether it would run, and how it would end, under the assumption that all that runs succeeds.
  Outcome assume(const Job& job, const AncestorSummary& ancestors, const RunFacts& facts,
                 PlannedJob& planned) const;

  std::shared_ptr<const Workflow> workflow_;
  RunIdentity run_;
  RunContexts contexts_;
  Value github_value_;  // the `github` context outside of jobs
  std::vector<std::string> secrets_;
  std::string event_document_;
  JobGraph graph_;
  Plan plan_;
  std::optional<std::string> problem_;
};

}  // namespace sluice::pipeline::github
