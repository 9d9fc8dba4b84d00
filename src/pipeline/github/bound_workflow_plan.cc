#include <algorithm>

#include "base/printable.h"
#include "base/strings.h"
#include "pipeline/github/bound_workflow.h"
#include "pipeline/github/concurrency.h"
#include "pipeline/github/conditions.h"
#include "pipeline/github/filters.h"

namespace sluice::pipeline::github {
namespace {

bool mentions(const Token& token, std::string_view context) {
  bool found = false;
  for_each_expression(token, [&](const Token&, const Expression& expression) {
    for (const auto& path : referenced_paths(expression.root))
      found = found || (!path.empty() && equal_ignoring_case(path.front(), context));
  });
  return found;
}

// The first need whose outputs the condition reads, or that it reads as a whole: what it decides
// cannot be known before that job has ended.
std::string output_read_by(const If& condition) {
  for (const auto& path : referenced_paths(condition.condition.expression.root)) {
    if (path.empty() || !equal_ignoring_case(path[0], "needs")) continue;
    const bool only_result = path.size() == 3 && equal_ignoring_case(path[2], "result");
    if (!only_result) return join(path, ".");
  }
  return {};
}

// What the condition reads that only the run will tell; empty when nothing.
std::string unknown_in(const If& condition, const CallScope& scope) {
  const std::string output = output_read_by(condition);
  if (!output.empty() || scope.inputs_known) return output;
  for (const auto& path : referenced_paths(condition.condition.expression.root))
    if (!path.empty() && equal_ignoring_case(path[0], "inputs")) return join(path, ".");
  return {};
}

bool strategy_mentions(const Strategy& strategy, std::string_view context) {
  for (const Token* token :
       {&strategy.whole, &strategy.matrix, &strategy.fail_fast, &strategy.max_parallel})
    if (mentions(*token, context)) return true;
  return false;
}

Json environment_json(const Token& environment) {
  if (!environment.present()) return nullptr;
  if (environment.kind != TokenKind::Mapping) return JsonObject{{"name", environment.source()}};
  JsonObject object;
  for (const TokenEntry& entry : environment.entries) {
    const bool flag = entry.value.kind == TokenKind::Boolean;
    object[entry.key.literal_text()] =
        flag ? Json(entry.value.literal.as_boolean()) : Json(entry.value.source());
  }
  return object;
}

std::optional<std::vector<std::string>> declared_outputs(const Job& job) {
  std::vector<std::string> names;
  if (job.call) {
    if (job.call->workflow == nullptr) return std::nullopt;
    if (const Trigger* trigger = job.call->workflow->find_trigger("workflow_call"))
      for (const CallOutput& output : trigger->call.outputs) names.push_back(output.name);
    return names;
  }
  if (job.outputs.present() && job.outputs.kind != TokenKind::Mapping) return std::nullopt;
  for (const TokenEntry& entry : job.outputs.entries) {
    if (entry.key.has_expression_inside()) return std::nullopt;
    names.push_back(entry.key.literal_text());
  }
  return names;
}

// What is not honoured of the job itself.
std::vector<Diagnostic> without_steps(const Job& job) {
  std::vector<Diagnostic> own = job.not_honoured;
  for (const Step& step : job.steps)
    for (const Diagnostic& diagnostic : step.not_honoured)
      if (const auto at = std::find(own.begin(), own.end(), diagnostic); at != own.end())
        own.erase(at);
  return own;
}

}  // namespace

void BoundWorkflow::make_plan(const TriggerEvent& event, std::string_view text) {
  plan_.language = "github";
  plan_.name = one_line(workflow_->name);
  plan_.file = workflow_->file;
  plan_.source = sha256(text);
  plan_.title = title();
  TriggerDecision decision = decide_trigger(*workflow_, event, run_.default_branch);
  plan_.triggered = decision.triggered;
  plan_.reason = std::move(decision.reason);
  plan_.not_enforced = workflow_->not_enforced;
  if (plan_.triggered) group_run();
  plan_.jobs = plan_jobs(root_);
  RunFacts facts;
  assume_jobs(root_, plan_.jobs, facts);
}

void BoundWorkflow::group_run() {
  const ContextSet contexts = scope_contexts(*root_);
  EvaluatedConcurrency evaluated =
      evaluate_concurrency(workflow_->concurrency, contexts, workflow_->text);
  if (evaluated.problem) problem_ = located(*workflow_, *evaluated.problem);
  plan_.concurrency = std::move(evaluated.group);
}

std::string BoundWorkflow::title() const {
  if (!workflow_->run_name.present()) return plan_.name;
  const ContextSet contexts = scope_contexts(*root_);
  TokenEvaluator evaluator(contexts, workflow_->text);
  const std::string title = evaluator.text(workflow_->run_name);
  return evaluator.ok() && !trim(title).empty() ? one_line(title) : plan_.name;
}

std::vector<PlannedJob> BoundWorkflow::plan_jobs(const CallScopePtr& scope) const {
  std::vector<PlannedJob> jobs;
  for (const Job& job : scope->workflow->jobs) jobs.push_back(plan_job({scope, &job}));
  return jobs;
}

void BoundWorkflow::assume_jobs(const CallScopePtr& scope, std::vector<PlannedJob>& jobs,
                                RunFacts& facts) const {
  const Workflow& workflow = *scope->workflow;
  const JobGraph& graph = graph_of(workflow);
  std::vector<Outcome> assumed(workflow.jobs.size(), Outcome::Skipped);
  std::vector<AncestorSummary> summaries(workflow.jobs.size());
  const SummaryOf summary_of = [&summaries](std::size_t at) -> const AncestorSummary& {
    return summaries[at];
  };
  const ResultOf result_of = [&assumed](std::size_t need) -> std::optional<Outcome> {
    return assumed[need];
  };
  for (const std::size_t at : graph.order()) {
    const JobAt job{scope, &workflow.jobs[at]};
    summaries[at] = combine_ancestors(workflow, graph.needs(at), summary_of, result_of);
    assumed[at] = assume(job, summaries[at], facts, jobs[at]);
    plan_legs(job, jobs[at]);
    if (job.job->call) {
      const Outcome called = plan_called(job, jobs[at], facts);
      if (assumed[at] == Outcome::Succeeded) assumed[at] = called;
    }
    facts.jobs[jobs[at].id].result = assumed[at];
  }
}

BoundWorkflow::ScopeOrReason BoundWorkflow::assumed_scope(const JobAt& at, const Leg& leg,
                                                          const Spread& spread,
                                                          const RunFacts& facts) const {
  const Call& call = *at.job->call;
  const bool known =
      !mentions(call.with, "needs") && (at.scope->inputs_known || !mentions(call.with, "inputs"));
  ScopeOrReason opened = open_scope(at, leg, spread, facts);
  if (known || call.workflow == nullptr) return opened;
  auto scope = std::make_shared<CallScope>();
  if (const auto* found = std::get_if<CallScopePtr>(&opened)) {
    *scope = **found;
  } else {
    // Results that are not there yet have the wrong type: plan with empty inputs.
    scope->workflow = call.workflow.get();
    scope->prefix = cat(at.id(), spread.has_matrix ? cat(".", leg.index) : "", "/");
    scope->name_prefix = cat(leg.name, " / ");
    scope->permissions = permissions_at(at);
    ValueMembers members;
    if (const Trigger* trigger = call.workflow->find_trigger("workflow_call"))
      for (const CallInput& input : trigger->call.inputs)
        members.emplace_back(input.name, empty_call_input(input.type));
    scope->inputs = Value::object(std::move(members));
    scope->secrets = Value::object({});
  }
  scope->inputs_known = false;
  return CallScopePtr(std::move(scope));
}

Outcome BoundWorkflow::plan_called(const JobAt& at, PlannedJob& planned, RunFacts& facts) const {
  if (planned.expansion == Expansion::Dynamic) return Outcome::Succeeded;
  const auto spread_or_reason = spread(at, RunFacts{});
  const auto* legs = std::get_if<Spread>(&spread_or_reason);
  if (legs == nullptr) return Outcome::Failed;
  Outcome result = Outcome::Skipped;
  for (const Leg& leg : planned.legs) {
    const ScopeOrReason opened = assumed_scope(at, leg, *legs, facts);
    if (const auto* why = std::get_if<Explanation>(&opened)) {
      if (planned.would_run) planned.reason = *why;
      planned.would_run = false;
      return Outcome::Failed;
    }
    const CallScopePtr& scope = std::get<CallScopePtr>(opened);
    std::vector<PlannedJob> jobs = plan_jobs(scope);
    assume_jobs(scope, jobs, facts);
    for (PlannedJob& job : jobs) {
      if (job.would_run && result == Outcome::Skipped) result = Outcome::Succeeded;
      if (is_failure(facts.jobs[job.id].result)) result = Outcome::Failed;
      if (!planned.would_run) {
        job.would_run = false;
        job.reason = planned.reason;
      }
      planned.called.push_back(std::move(job));
    }
  }
  return result;
}

Outcome BoundWorkflow::assume(const JobAt& at, const AncestorSummary& ancestors,
                              const RunFacts& facts, PlannedJob& planned) const {
  const Job& job = *at.job;
  const std::string read = unknown_in(job.condition, *at.scope);
  const bool cut_off = job.condition.condition.adds_success && !ancestors.all_succeeded;
  if (!read.empty() && !cut_off) {
    planned.reason.decided_by = DecidedBy::Condition;
    planned.reason.summary =
        cat("its condition depends on ", read, ", which is known only when the run is there");
    planned.reason.expression = job.condition.evaluated();
    planned.reason.position = job.condition.position;
    return Outcome::Succeeded;
  }
  Conditioned decided = decide_condition(at, ancestors, facts);
  planned.would_run = decided.runs;
  planned.reason = std::move(decided.reason);
  if (!decided.runs) return decided.failed ? Outcome::Failed : Outcome::Skipped;
  return Outcome::Succeeded;
}

PlannedJob BoundWorkflow::plan_job(const JobAt& at) {
  const Job& job = *at.job;
  const CallScope& scope = *at.scope;
  PlannedJob planned;
  planned.id = at.id();
  planned.name =
      one_line(cat(scope.name_prefix,
                   job.name.present() && !job.name.source().empty() ? job.name.source() : job.id));
  planned.position = job.position;
  for (const Reference& need : job.needs)
    if (const Job* needed = scope.workflow->find_job(need.name))
      planned.needs.push_back(scope.prefix + needed->id);
  planned.condition = job.condition.source;
  planned.labels = written_labels(job.runs_on);
  if (job.call)
    planned.calls = job.call->workflow ? job.call->workflow->file : job.call->target.name;
  if (const Permissions* permissions = permissions_at(at))
    planned.permissions = to_json(*permissions);
  planned.environment = environment_json(job.environment);
  planned.outputs = declared_outputs(job);
  planned.steps = plan_steps(job);
  planned.not_honoured = without_steps(job);
  return planned;
}

void BoundWorkflow::plan_legs(const JobAt& at, PlannedJob& planned) const {
  const Strategy& strategy = at.job->strategy;
  if (strategy.matrix.present() || strategy.whole.present()) planned.expansion = Expansion::Static;
  const bool waits = strategy_mentions(strategy, "needs") ||
                     (!at.scope->inputs_known && strategy_mentions(strategy, "inputs"));
  if (waits) {
    planned.expansion = Expansion::Dynamic;
    return;
  }
  const RunFacts nothing_yet;
  auto spread_or_reason = spread(at, nothing_yet);
  const auto* legs = std::get_if<Spread>(&spread_or_reason);
  if (legs == nullptr) return;
  planned.legs = name_legs(at, *legs, nothing_yet);
  if (at.job->runs_on.has_expression_inside()) check_runners(at, *legs, planned);
  if (at.job->container.has_expression_inside()) check_containers(at, *legs, planned);
}

void BoundWorkflow::check_containers(const JobAt& at, const Spread& legs,
                                     PlannedJob& planned) const {
  for (const Leg& leg : planned.legs)
    if (auto trouble = container_trouble(at, leg_contexts(at, leg, legs, {})))
      planned.not_honoured.push_back(*std::move(trouble));
}

// Runners that a matrix chooses and that cannot be had here.
void BoundWorkflow::check_runners(const JobAt& at, const Spread& legs, PlannedJob& planned) const {
  const Token& runs_on = at.job->runs_on;
  for (const Leg& leg : planned.legs) {
    const ContextSet contexts = leg_contexts(at, leg, legs, {});
    TokenEvaluator evaluator(contexts, at.workflow().text);
    const Value runner = evaluator.value(runs_on);
    if (!evaluator.ok()) continue;
    if (const auto reason = unavailable_runner(runner_labels(runner)))
      planned.not_honoured.push_back({Severity::Unsupported, "unavailable-runner",
                                      at.workflow().file, runs_on.position,
                                      cat("leg '", leg.name, "' ", *reason)});
  }
}

}  // namespace sluice::pipeline::github
