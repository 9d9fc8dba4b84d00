#include "pipeline/github/bound_workflow.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/conditions.h"
#include "pipeline/github/local_action.h"

namespace sluice::pipeline::github {
namespace {

Explanation evaluation_failure(std::string message, TextPosition position) {
  Explanation reason;
  reason.decided_by = DecidedBy::Unevaluable;
  reason.summary = std::move(message);
  reason.position = position;
  return reason;
}

std::vector<std::string> secret_values(const RunValues& values) {
  std::vector<std::string> secrets;
  for (const auto& [name, value] : values.secrets)
    if (!value.empty()) secrets.push_back(value);
  return secrets;
}

bool reads_leg(const Expression& expression) {
  const auto paths = referenced_paths(expression.root);
  return std::any_of(paths.begin(), paths.end(), [](const auto& path) {
    return equal_ignoring_case(path.front(), "matrix") ||
           equal_ignoring_case(path.front(), "strategy");
  });
}

bool reads_leg(const Token& token) {
  bool reads = false;
  for_each_expression(token, [&](const Token&, const Expression& expression) {
    reads = reads || reads_leg(expression);
  });
  return reads;
}

bool reads_leg(const std::vector<Step>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) {
    const auto tokens = {&step.name,
                         &step.run,
                         &step.shell,
                         &step.working_directory,
                         &step.env,
                         &step.with,
                         &step.continue_on_error,
                         &step.timeout_minutes};
    return reads_leg(step.condition.condition.expression) ||
           std::any_of(tokens.begin(), tokens.end(),
                       [](const Token* token) { return reads_leg(*token); }) ||
           (step.action != nullptr && (reads_leg(step.action->steps) ||
                                       reads_leg(step.action->post_if.condition.expression)));
  });
}

// Whether something of the job, but for its name, differs from leg to leg. Its runner's labels
// decide what `runner.os` is.
bool reads_leg(const Job& job) {
  const auto tokens = {&job.env,
                       &job.outputs,
                       &job.runs_on,
                       &job.timeout_minutes,
                       &job.cancel_timeout_minutes,
                       &job.continue_on_error,
                       &job.defaults.shell,
                       &job.defaults.working_directory};
  return std::any_of(tokens.begin(), tokens.end(),
                     [](const Token* token) { return reads_leg(*token); }) ||
         reads_leg(job.steps);
}

}  // namespace

BoundWorkflow::BoundWorkflow(std::shared_ptr<const Workflow> workflow, const TriggerEvent& event,
                             const RunIdentity& run, const RunValues& values, Value inputs)
    : workflow_(std::move(workflow)),
      run_(run),
      contexts_(make_run_contexts(*workflow_, event, run, values, std::move(inputs))),
      github_value_(Value::object(contexts_.github)),
      secrets_(secret_values(values)),
      event_document_(to_text(event_document(*workflow_, event, contexts_.inputs))) {
  add_graphs(*workflow_);
  auto root = std::make_shared<CallScope>();
  root->workflow = workflow_.get();
  root->inputs = contexts_.inputs;
  root->secrets = contexts_.secrets;
  if (workflow_->permissions) root->permissions = &*workflow_->permissions;
  root_ = std::move(root);
  make_plan(event, workflow_->text);
}

AncestorSummary BoundWorkflow::ancestors_of(const JobAt& at, const RunFacts& facts) const {
  const Workflow& workflow = at.workflow();
  const auto facts_of = [&](std::size_t index) -> const JobFacts* {
    const auto found = facts.jobs.find(at.scope->prefix + workflow.jobs[index].id);
    return found == facts.jobs.end() ? nullptr : &found->second;
  };
  const auto result_of = [&](std::size_t index) -> std::optional<Outcome> {
    const JobFacts* known = facts_of(index);
    return known == nullptr ? std::nullopt : std::optional(known->result);
  };
  const Closes closes = [&](std::size_t index) {
    const JobFacts* known = facts_of(index);
    return known != nullptr && known->result == Outcome::Succeeded &&
           known->known != Known::Nothing && !known->assumed &&
           demands_success(workflow.jobs[index]);
  };
  const JobGraph& graph = graph_of(workflow);
  const auto index = static_cast<std::size_t>(at.job - workflow.jobs.data());
  AncestorSummary summary = summarize_ancestors(workflow, graph, index, result_of, closes);
  if (facts.purpose != Purpose::Forecast) return summary;
  for (const std::size_t above : graph.lineage(index, closes)) {
    const JobFacts* known = above == index ? nullptr : facts_of(above);
    if (known == nullptr || known->known != Known::Nothing) continue;
    summary.open = at.scope->prefix + workflow.jobs[above].id;
    break;
  }
  return summary;
}

BoundWorkflow::Conditioned BoundWorkflow::decide_condition(const JobAt& at,
                                                           const AncestorSummary& ancestors,
                                                           const RunFacts& facts) const {
  const If& condition = at.job->condition;
  const JobConditionContext context(job_contexts(at, facts), ancestors, facts, at.workflow(),
                                    at.scope->prefix);
  const ConditionResult result = evaluate_condition(condition, context, at.workflow().text);
  Conditioned decided;
  if (result.problem) {
    decided.failed = true;
    decided.reason = condition_explanation(condition, context, DecidedBy::Unevaluable,
                                           located(at.workflow(), *result.problem));
    return decided;
  }
  decided.runs = result.holds;
  decided.reason = condition_reason(at, ancestors, facts, context, result);
  return decided;
}

Explanation BoundWorkflow::condition_reason(const JobAt& at, const AncestorSummary& ancestors,
                                            const RunFacts& facts, const EvaluationContext& context,
                                            const ConditionResult& result) const {
  const Job& job = *at.job;
  const If& condition = job.condition;
  const bool written = condition.present() && !condition.source.empty();
  if (result.holds && !written)
    return condition_explanation(
        condition, context, DecidedBy::Default,
        job.needs.empty() ? "it needs no other job" : "all the jobs it needs succeeded");
  if (result.holds)
    return condition_explanation(condition, context, DecidedBy::Condition,
                                 cat("its condition holds: ", condition.source));
  const bool implicit = !written || condition.condition.adds_success;
  if (implicit && facts.cancelled)
    return condition_explanation(condition, context, DecidedBy::Cancelled, "the run was cancelled");
  if (implicit && !ancestors.all_succeeded) {
    Explanation reason = condition_explanation(
        condition, context, DecidedBy::Ancestor,
        cat("it runs only when every job before it succeeded, and the result of '",
            ancestors.deciding, "' is ", result_word(ancestors.deciding_result)));
    reason.subject = ancestors.deciding;
    if (reason.position.line == 0) reason.position = job.position;
    return reason;
  }
  return condition_explanation(condition, context, DecidedBy::Condition,
                               cat("its condition is false: ", condition.source));
}

JobDecision BoundWorkflow::decide_job(const std::string& id, const RunFacts& facts) const {
  const JobAt at = locate(id, facts);
  Conditioned condition = decide_condition(at, ancestors_of(at, facts), facts);
  if (condition.failed) return FailJob{std::move(condition.reason)};
  if (!condition.runs) return SkipJob{std::move(condition.reason)};
  if (facts.purpose == Purpose::Forecast) return forecast_legs(at, facts, std::move(condition));
  if (auto reason = refused_job(at)) return FailJob{*std::move(reason)};
  auto spread_or_reason = spread(at, facts);
  if (auto* reason = std::get_if<Explanation>(&spread_or_reason))
    return FailJob{std::move(*reason)};
  const Spread& legs = std::get<Spread>(spread_or_reason);
  if (at.job->call) return decide_call(at, legs, facts, std::move(condition.reason));
  RunJob decision;
  decision.legs = name_legs(at, legs, facts);
  if (auto reason = group_legs(at, legs, facts, decision.legs)) return FailJob{*std::move(reason)};
  decision.max_parallel = legs.max_parallel;
  decision.fail_fast = legs.fail_fast;
  decision.reason = std::move(condition.reason);
  return decision;
}

JobDecision BoundWorkflow::forecast_legs(const JobAt& at, const RunFacts& facts,
                                         Conditioned condition) const {
  const auto decide = [&](Spread spread, std::vector<Leg> legs) -> JobDecision {
    if (at.job->call) return forecast_call(at, spread, facts, std::move(condition.reason));
    RunJob decision;
    decision.legs = std::move(legs);
    decision.max_parallel = spread.max_parallel;
    decision.fail_fast = spread.fail_fast;
    decision.reason = std::move(condition.reason);
    decision.legs_alike = !reads_leg(*at.job);
    return decision;
  };
  const ContextSet contexts = job_contexts(at, facts);
  const Strategy& strategy = at.job->strategy;
  for (const Token* token :
       {&strategy.whole, &strategy.matrix, &strategy.fail_fast, &strategy.max_parallel})
    if (!unknown_in(*token, contexts).empty()) return decide({}, {});
  auto spread_or_reason = spread(at, facts);
  if (auto* reason = std::get_if<Explanation>(&spread_or_reason))
    return FailJob{std::move(*reason)};
  Spread& legs = std::get<Spread>(spread_or_reason);
  std::vector<Leg> named = name_legs(at, legs, facts);
  return decide(std::move(legs), std::move(named));
}

// Labels that are written out and cannot be had here.
std::optional<Explanation> BoundWorkflow::refused_job(const JobAt& at) const {
  const Token& runs_on = at.job->runs_on;
  if (runs_on.has_expression_inside()) return std::nullopt;
  const auto reason = unavailable_runner(written_labels(runs_on));
  if (!reason) return std::nullopt;
  const std::string message = cat("job '", at.job->id, "' ", *reason);
  return evaluation_failure(located(at.workflow(), {runs_on.position, message}), runs_on.position);
}

bool BoundWorkflow::survives_cancel(const std::string& id, const RunFacts& facts) const {
  if (facts.cancelled) {
    const JobAt at = locate(id, facts);
    return decide_condition(at, ancestors_of(at, facts), facts).runs;
  }
  RunFacts cancelled = facts;
  cancelled.cancelled = true;
  const JobAt at = locate(id, cancelled);
  return decide_condition(at, ancestors_of(at, cancelled), cancelled).runs;
}

JobFacts BoundWorkflow::conclude_job(const std::string&, const std::vector<LegResult>& legs) const {
  JobFacts facts;
  bool cancelled = false;
  bool failed = false;
  bool skipped = true;
  for (const LegResult& leg : legs) {
    cancelled = cancelled || leg.result == Outcome::Cancelled;
    failed = failed || (is_failure(leg.result) && !leg.continue_on_error);
    skipped = skipped && leg.result == Outcome::Skipped;
    for (const auto& [name, value] : leg.outputs)
      if (!value.empty()) facts.outputs[name] = value;
  }
  facts.result = failed      ? Outcome::Failed
                 : cancelled ? Outcome::Cancelled
                 : skipped   ? Outcome::Skipped
                             : Outcome::Succeeded;
  return facts;
}

Outcome BoundWorkflow::conclude_run(const RunFacts& facts) const {
  bool cancelled = facts.cancelled;
  for (const auto& [id, job] : facts.jobs) {
    if (is_failure(job.result)) return Outcome::Failed;
    cancelled = cancelled || job.result == Outcome::Cancelled;
  }
  return cancelled ? Outcome::Cancelled : Outcome::Succeeded;
}

}  // namespace sluice::pipeline::github
