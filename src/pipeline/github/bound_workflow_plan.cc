#include <algorithm>

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

std::vector<std::string> written_labels(const Token& runs_on) {
  std::vector<std::string> labels;
  if (runs_on.kind == TokenKind::Sequence)
    for (const Token& item : runs_on.items) labels.push_back(item.source());
  else
    labels.push_back(runs_on.source());
  return labels;
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
  plan_.name = workflow_->name;
  plan_.file = workflow_->file;
  plan_.source = sha256(text);
  plan_.title = title();
  TriggerDecision decision = decide_trigger(*workflow_, event);
  plan_.triggered = decision.triggered;
  plan_.reason = std::move(decision.reason);
  plan_.not_enforced = workflow_->not_enforced;
  if (plan_.triggered) group_run();
  plan_jobs();
}

void BoundWorkflow::group_run() {
  ContextSet contexts;
  contexts.set("github", github_value_);
  contexts.set("vars", contexts_.vars);
  contexts.set("inputs", contexts_.inputs);
  EvaluatedConcurrency evaluated =
      evaluate_concurrency(workflow_->concurrency, contexts, workflow_->text);
  if (evaluated.problem) problem_ = located(*workflow_, *evaluated.problem);
  plan_.concurrency = std::move(evaluated.group);
}

std::string BoundWorkflow::title() const {
  if (!workflow_->run_name.present()) return workflow_->name;
  ContextSet contexts;
  contexts.set("github", github_value_);
  contexts.set("vars", contexts_.vars);
  contexts.set("inputs", contexts_.inputs);
  TokenEvaluator evaluator(contexts, workflow_->text);
  const std::string title = evaluator.text(workflow_->run_name);
  return evaluator.ok() && !trim(title).empty() ? title : workflow_->name;
}

void BoundWorkflow::plan_jobs() {
  for (const Job& job : workflow_->jobs) plan_.jobs.push_back(plan_job(job));
  RunFacts facts;
  std::vector<Outcome> assumed(workflow_->jobs.size(), Outcome::Skipped);
  std::vector<AncestorSummary> summaries(workflow_->jobs.size());
  for (const std::size_t at : graph_.order()) {
    summaries[at] = combine_ancestors(
        *workflow_, graph_.needs(at), summaries,
        [&assumed](std::size_t need) -> std::optional<Outcome> { return assumed[need]; });
    assumed[at] = assume(workflow_->jobs[at], summaries[at], facts, plan_.jobs[at]);
    facts.jobs[workflow_->jobs[at].id].result = assumed[at];
  }
}

Outcome BoundWorkflow::assume(const Job& job, const AncestorSummary& ancestors,
                              const RunFacts& facts, PlannedJob& planned) const {
  const std::string read = output_read_by(job.condition);
  const bool cut_off = job.condition.condition.adds_success && !ancestors.all_succeeded;
  if (!read.empty() && !cut_off) {
    planned.reason.decided_by = DecidedBy::Condition;
    planned.reason.summary =
        cat("its condition depends on ", read, ", which is known only when the run is there");
    planned.reason.expression = job.condition.evaluated();
    planned.reason.position = job.condition.position;
    return Outcome::Succeeded;
  }
  Conditioned decided = decide_condition(job, ancestors, facts);
  planned.would_run = decided.runs;
  planned.reason = std::move(decided.reason);
  if (!decided.runs) return decided.failed ? Outcome::Failed : Outcome::Skipped;
  return Outcome::Succeeded;
}

PlannedJob BoundWorkflow::plan_job(const Job& job) const {
  PlannedJob planned;
  planned.id = job.id;
  planned.name = job.name.present() && !job.name.source().empty() ? job.name.source() : job.id;
  planned.position = job.position;
  for (const Reference& need : job.needs)
    if (const Job* needed = workflow_->find_job(need.name)) planned.needs.push_back(needed->id);
  planned.condition = job.condition.source;
  planned.labels = written_labels(job.runs_on);
  planned.steps = plan_steps(job);
  planned.not_honoured = without_steps(job);
  plan_legs(job, planned);
  return planned;
}

void BoundWorkflow::plan_legs(const Job& job, PlannedJob& planned) const {
  if (job.strategy.matrix.present()) planned.expansion = Expansion::Static;
  if (mentions(job.strategy.matrix, "needs")) {
    planned.expansion = Expansion::Dynamic;
    return;
  }
  const RunFacts nothing_yet;
  auto spread_or_reason = spread(job, nothing_yet);
  const auto* legs = std::get_if<Spread>(&spread_or_reason);
  if (legs == nullptr) return;
  planned.legs = name_legs(job, *legs, nothing_yet);
  if (job.runs_on.has_expression_inside()) check_runners(job, *legs, planned);
}

// Runners that a matrix chooses and that cannot be had here.
void BoundWorkflow::check_runners(const Job& job, const Spread& legs, PlannedJob& planned) const {
  for (const Leg& leg : planned.legs) {
    const ContextSet contexts = leg_contexts(job, leg, legs, {});
    TokenEvaluator evaluator(contexts, workflow_->text);
    const Value runner = evaluator.value(job.runs_on);
    if (!evaluator.ok()) continue;
    if (const auto reason = unavailable_runner(runner_labels(runner)))
      planned.not_honoured.push_back({Severity::Unsupported, "unavailable-runner", workflow_->file,
                                      job.runs_on.position, cat("leg '", leg.name, "' ", *reason)});
  }
}

}  // namespace sluice::pipeline::github
