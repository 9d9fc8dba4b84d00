#include "pipeline/github/bound_workflow.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/concurrency.h"
#include "pipeline/github/conditions.h"

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

// Whether something of the job, but for names and labels, differs from leg to leg.
bool reads_leg(const Job& job) {
  for (const Token* token :
       {&job.env, &job.outputs, &job.timeout_minutes, &job.cancel_timeout_minutes,
        &job.continue_on_error, &job.defaults.shell, &job.defaults.working_directory})
    if (reads_leg(*token)) return true;
  return std::any_of(job.steps.begin(), job.steps.end(), [](const Step& step) {
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
                       [](const Token* token) { return reads_leg(*token); });
  });
}

Error located_error(const Workflow& workflow, const TokenEvaluator::Problem& problem) {
  return invalid_input(located(workflow, problem));
}

NamedTexts over(NamedTexts base, const NamedTexts& more) {
  for (const auto& entry : more) {
    const auto same = std::find_if(base.begin(), base.end(), [&entry](const auto& known) {
      return known.first == entry.first;
    });
    if (same != base.end())
      same->second = entry.second;
    else
      base.push_back(entry);
  }
  return base;
}

}  // namespace

BoundWorkflow::BoundWorkflow(std::shared_ptr<const Workflow> workflow, const TriggerEvent& event,
                             const RunIdentity& run, const RunValues& values, Value inputs)
    : workflow_(std::move(workflow)),
      run_(run),
      contexts_(make_run_contexts(*workflow_, event, run, values, std::move(inputs))),
      github_value_(Value::object(contexts_.github)),
      secrets_(secret_values(values)),
      event_document_(to_text(event.payload.is_object() ? event.payload : Json(JsonObject{}))),
      graph_(*workflow_) {
  make_plan(event, workflow_->text);
}

const Job& BoundWorkflow::job_named(const std::string& id) const {
  const Job* job = workflow_->find_job(id);
  CHECK(job != nullptr);
  return *job;
}

AncestorSummary BoundWorkflow::ancestors_of(const Job& job, const RunFacts& facts) const {
  const auto result_of = [&](std::size_t index) -> std::optional<Outcome> {
    const auto found = facts.jobs.find(workflow_->jobs[index].id);
    if (found == facts.jobs.end()) return std::nullopt;
    return found->second.result;
  };
  const auto index = static_cast<std::size_t>(&job - workflow_->jobs.data());
  AncestorSummary summary = summarize_ancestors(*workflow_, graph_, index, result_of);
  if (facts.purpose == Purpose::Forecast) summary.open = open_ancestor(index, facts);
  return summary;
}

std::string BoundWorkflow::open_ancestor(std::size_t job, const RunFacts& facts) const {
  const std::vector<bool> above = graph_.ancestors(job);
  for (std::size_t i = 0; i < above.size(); ++i) {
    const auto found = facts.jobs.find(workflow_->jobs[i].id);
    const bool open =
        above[i] && i != job && found != facts.jobs.end() && found->second.known == Known::Nothing;
    if (open) return found->first;
  }
  return {};
}

ContextSet BoundWorkflow::job_contexts(const Job& job, const RunFacts& facts) const {
  ContextSet contexts;
  contexts.set("github", github_value_);
  contexts.set("vars", contexts_.vars);
  contexts.set("inputs", contexts_.inputs);
  contexts.set("needs", needs_context(*workflow_, job, facts));
  set_unknown_needs(contexts, *workflow_, job, facts);
  return contexts;
}

ContextSet BoundWorkflow::leg_contexts(const Job& job, const Leg& leg, const Spread& spread,
                                       const RunFacts& facts) const {
  ContextSet contexts = job_contexts(job, facts);
  const double total = leg.total;
  contexts.set(
      "strategy",
      Value::object({{"fail-fast", Value::boolean(spread.fail_fast)},
                     {"job-index", Value::number(leg.index)},
                     {"job-total", Value::number(total)},
                     {"max-parallel", Value::number(spread.max_parallel.value_or(leg.total))}}));
  contexts.set("matrix", spread.has_matrix ? from_json(leg.matrix) : Value());
  return contexts;
}

BoundWorkflow::Conditioned BoundWorkflow::decide_condition(const Job& job,
                                                           const AncestorSummary& ancestors,
                                                           const RunFacts& facts) const {
  JobConditionContext context(job_contexts(job, facts), ancestors, facts);
  const ConditionResult result = evaluate_condition(job.condition, context, workflow_->text);
  Conditioned decided;
  if (result.problem) {
    decided.failed = true;
    decided.reason = condition_explanation(job.condition, context, DecidedBy::Unevaluable,
                                           located(*workflow_, *result.problem));
    return decided;
  }
  decided.runs = result.holds;
  decided.reason = condition_reason(job, ancestors, facts, context, result);
  return decided;
}

Explanation BoundWorkflow::condition_reason(const Job& job, const AncestorSummary& ancestors,
                                            const RunFacts& facts, const EvaluationContext& context,
                                            const ConditionResult& result) const {
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

std::variant<BoundWorkflow::Spread, Explanation> BoundWorkflow::spread(
    const Job& job, const RunFacts& facts) const {
  Spread spread;
  if (!job.strategy.matrix.present() && !job.strategy.fail_fast.present() &&
      !job.strategy.max_parallel.present()) {
    spread.legs.emplace_back();
    return spread;
  }
  const ContextSet contexts = job_contexts(job, facts);
  TokenEvaluator evaluator(contexts, workflow_->text);
  read_limits(job, evaluator, spread);
  const Value matrix = evaluator.value(job.strategy.matrix);
  if (evaluator.problem())
    return evaluation_failure(located(*workflow_, *evaluator.problem()),
                              evaluator.problem()->position);
  if (!job.strategy.matrix.present() || matrix.is_null()) {
    spread.legs.emplace_back();
    return spread;
  }
  spread.has_matrix = true;
  auto expanded = expand_matrix(matrix);
  if (auto* legs = std::get_if<std::vector<MatrixLeg>>(&expanded)) {
    spread.legs = std::move(*legs);
    return spread;
  }
  const TextPosition at = job.strategy.matrix.position;
  return evaluation_failure(located(*workflow_, {at, std::get<std::string>(std::move(expanded))}),
                            at);
}

void BoundWorkflow::read_limits(const Job& job, TokenEvaluator& evaluator, Spread& spread) const {
  if (job.strategy.fail_fast.present())
    spread.fail_fast = evaluator.boolean(job.strategy.fail_fast, "fail-fast");
  if (!job.strategy.max_parallel.present()) return;
  const double count = evaluator.number(job.strategy.max_parallel, "max-parallel");
  if (count >= 1) spread.max_parallel = static_cast<int>(std::min(count, 1e6));
}

// Which group each leg belongs to; the reason when that cannot be said.
std::optional<Explanation> BoundWorkflow::group_legs(const Job& job, const Spread& spread,
                                                     const RunFacts& facts,
                                                     std::vector<Leg>& legs) const {
  if (!job.concurrency.present()) return std::nullopt;
  for (Leg& leg : legs) {
    const ContextSet contexts = leg_contexts(job, leg, spread, facts);
    EvaluatedConcurrency evaluated =
        evaluate_concurrency(job.concurrency, contexts, workflow_->text);
    if (evaluated.problem)
      return evaluation_failure(located(*workflow_, *evaluated.problem),
                                evaluated.problem->position);
    leg.concurrency = std::move(evaluated.group);
  }
  return std::nullopt;
}

std::string BoundWorkflow::leg_name(const Job& job, const Leg& leg, const Spread& spread,
                                    const RunFacts& facts) const {
  if (!job.name.has_expression()) {
    const std::string base = job.name.present() ? job.name.literal_text() : job.id;
    return cat(base.empty() ? job.id : base,
               leg_suffix(spread.legs[static_cast<std::size_t>(leg.index)]));
  }
  const ContextSet contexts = leg_contexts(job, leg, spread, facts);
  TokenEvaluator evaluator(contexts, workflow_->text);
  const std::string name = evaluator.text(job.name);
  return evaluator.ok() && !name.empty() ? name : job.name.source();
}

std::vector<Leg> BoundWorkflow::name_legs(const Job& job, const Spread& spread,
                                          const RunFacts& facts) const {
  std::vector<Leg> legs;
  for (const MatrixLeg& values : spread.legs) {
    Leg leg;
    leg.index = static_cast<int>(legs.size());
    leg.total = static_cast<int>(spread.legs.size());
    leg.matrix = to_json(Value::object(values.values));
    leg.name = leg_name(job, leg, spread, facts);
    legs.push_back(std::move(leg));
  }
  return legs;
}

JobDecision BoundWorkflow::decide_job(const std::string& id, const RunFacts& facts) const {
  const Job& job = job_named(id);
  Conditioned condition = decide_condition(job, ancestors_of(job, facts), facts);
  if (condition.failed) return FailJob{std::move(condition.reason)};
  if (!condition.runs) return SkipJob{std::move(condition.reason)};
  if (facts.purpose == Purpose::Forecast) return forecast_legs(job, facts, std::move(condition));
  if (auto reason = refused_runner(job)) return FailJob{*std::move(reason)};
  auto spread_or_reason = spread(job, facts);
  if (auto* reason = std::get_if<Explanation>(&spread_or_reason))
    return FailJob{std::move(*reason)};
  const Spread& legs = std::get<Spread>(spread_or_reason);
  RunJob decision;
  decision.legs = name_legs(job, legs, facts);
  if (auto reason = group_legs(job, legs, facts, decision.legs)) return FailJob{*std::move(reason)};
  decision.max_parallel = legs.max_parallel;
  decision.fail_fast = legs.fail_fast;
  decision.reason = std::move(condition.reason);
  return decision;
}

JobDecision BoundWorkflow::forecast_legs(const Job& job, const RunFacts& facts,
                                         Conditioned condition) const {
  RunJob decision;
  decision.reason = std::move(condition.reason);
  const ContextSet contexts = job_contexts(job, facts);
  const Strategy& strategy = job.strategy;
  for (const Token* token : {&strategy.matrix, &strategy.fail_fast, &strategy.max_parallel})
    if (!unknown_in(*token, contexts).empty()) return decision;
  auto spread_or_reason = spread(job, facts);
  if (auto* reason = std::get_if<Explanation>(&spread_or_reason))
    return FailJob{std::move(*reason)};
  const Spread& legs = std::get<Spread>(spread_or_reason);
  decision.legs = name_legs(job, legs, facts);
  decision.max_parallel = legs.max_parallel;
  decision.fail_fast = legs.fail_fast;
  decision.legs_alike = !reads_leg(job);
  return decision;
}

// Labels that are written out and cannot be had here.
std::optional<Explanation> BoundWorkflow::refused_runner(const Job& job) const {
  if (job.runs_on.has_expression_inside()) return std::nullopt;
  const ContextSet none;
  TokenEvaluator evaluator(none, workflow_->text);
  const auto reason = unavailable_runner(runner_labels(evaluator.value(job.runs_on)));
  if (!reason) return std::nullopt;
  const TextPosition at = job.runs_on.position;
  return evaluation_failure(located(*workflow_, {at, cat("job '", job.id, "' ", *reason)}), at);
}

bool BoundWorkflow::survives_cancel(const std::string& id, const RunFacts& facts) const {
  const Job& job = job_named(id);
  if (facts.cancelled) return decide_condition(job, ancestors_of(job, facts), facts).runs;
  RunFacts cancelled = facts;
  cancelled.cancelled = true;
  return decide_condition(job, ancestors_of(job, cancelled), cancelled).runs;
}

Result<LegSettings> BoundWorkflow::leg_settings(const Job& job, TokenEvaluator& evaluator) const {
  LegSettings settings;
  settings.labels = runner_labels(evaluator.value(job.runs_on));
  if (job.timeout_minutes.present())
    settings.timeout = minutes(evaluator.number(job.timeout_minutes, "timeout-minutes"))
                           .value_or(settings.timeout);
  if (job.cancel_timeout_minutes.present())
    settings.cancel_timeout =
        minutes(evaluator.number(job.cancel_timeout_minutes, "cancel-timeout-minutes"))
            .value_or(settings.cancel_timeout);
  if (job.continue_on_error.present())
    settings.continue_on_error = evaluator.boolean(job.continue_on_error, "continue-on-error");
  if (evaluator.problem()) return located_error(*workflow_, *evaluator.problem());
  if (const auto reason = unavailable_runner(settings.labels))
    return unsupported(
        located(*workflow_, {job.runs_on.position, cat("job '", job.id, "' ", *reason)}));
  return settings;
}

Result<StartedLeg> BoundWorkflow::start_leg(const std::string& id, const Leg& leg,
                                            const RunFacts& facts, const JobPlace& place) const {
  const Job& job = job_named(id);
  const bool forecast = facts.purpose == Purpose::Forecast;
  if (!forecast && !job.not_honoured.empty())
    return unsupported(to_string(job.not_honoured.front()));
  // The legs stand already: only what the contexts show of the strategy is read again.
  Spread limits;
  limits.has_matrix = leg.matrix.is_object() && !leg.matrix.get_object().empty();
  const ContextSet job_context = job_contexts(job, facts);
  TokenEvaluator strategy(job_context, workflow_->text);
  read_limits(job, strategy, limits);
  if (strategy.problem()) return located_error(*workflow_, *strategy.problem());
  LegStart start;
  start.contexts = leg_contexts(job, leg, limits, facts);
  start.contexts.set("github", job_github_context(contexts_, job, place));
  start.contexts.set("secrets", contexts_.secrets);
  if (forecast) start.contexts.set_unknown({"hashFiles()"}, "the files are not there yet");
  TokenEvaluator evaluator(start.contexts, workflow_->text);
  start.env = over(evaluator.texts(workflow_->env), evaluator.texts(job.env));
  start.contexts.set("env", texts_value(start.env, KeyCase::Respect));
  const Token& shell =
      job.defaults.shell.present() ? job.defaults.shell : workflow_->defaults.shell;
  const Token& directory = job.defaults.working_directory.present()
                               ? job.defaults.working_directory
                               : workflow_->defaults.working_directory;
  start.default_shell = evaluator.text(shell);
  start.default_directory = evaluator.text(directory);
  StartedLeg started;
  Result<LegSettings> settings = leg_settings(job, evaluator);
  if (!settings.ok() && !forecast) return settings.error();
  if (settings.ok()) started.settings = std::move(settings).value();
  started.settings.files.emplace(event_path(place), event_document_);
  start.contexts.set("runner", runner_context(place));
  start.workflow = workflow_;
  start.job = &job;
  start.place = place;
  start.default_env = default_environment(contexts_, run_, job, place);
  start.secrets = secrets_;
  started.program = std::make_unique<LegProgram>(std::move(start));
  return started;
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
