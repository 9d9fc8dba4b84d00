#include <algorithm>

#include "base/printable.h"
#include "base/strings.h"
#include "pipeline/github/bound_workflow.h"
#include "pipeline/github/concurrency.h"

namespace sluice::pipeline::github {
namespace {

Explanation evaluation_failure(std::string message, TextPosition position) {
  Explanation reason;
  reason.decided_by = DecidedBy::Unevaluable;
  reason.summary = std::move(message);
  reason.position = position;
  return reason;
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

// The image that an expression gives the job's container; empty: it runs on the host.
std::string chosen_image(const Job& job, TokenEvaluator& evaluator) {
  const Token& container = job.container;
  const Token* image = container.kind == TokenKind::Mapping ? container.find("image") : &container;
  if (image == nullptr || !image->has_expression()) return {};
  const Value value = evaluator.value(*image);
  const Value* text = value.kind() == ValueKind::Object ? value.find("image") : &value;
  return text != nullptr && text->is_primitive() ? std::string(trim(text->to_text()))
                                                 : std::string();
}

// Whether `::debug::` lines are wanted.
bool wants_debug(const RunContexts& contexts) {
  for (const Value* values : {&contexts.secrets, &contexts.vars})
    if (const Value* value = values->find("ACTIONS_STEP_DEBUG"))
      if (equal_ignoring_case(value->to_text(), "true")) return true;
  return false;
}

void show_debug(LegStart& start) {
  ValueMembers runner = start.contexts.context("runner")->members();
  runner.emplace_back("debug", Value::string("1"));
  start.contexts.set("runner", Value::object(std::move(runner)));
  start.default_env.emplace("RUNNER_DEBUG", "1");
}

std::string environment_name(const Token& environment, TokenEvaluator& evaluator) {
  if (!environment.present()) return {};
  if (environment.kind != TokenKind::Mapping || environment.has_expression())
    return evaluator.text(environment);
  const Token* name = environment.find("name");
  return name == nullptr ? std::string() : evaluator.text(*name);
}

struct StrategyValues {
  Value matrix;  // null without one
  bool fail_fast = true;
  std::optional<int> max_parallel;
};

std::optional<int> parallel_count(double count) {
  if (count < 1) return std::nullopt;
  return static_cast<int>(std::min(count, 1e6));
}

// An expression as the whole strategy: what it gives must have the types of its parts.
StrategyValues whole_strategy(const Strategy& strategy, TokenEvaluator& evaluator) {
  StrategyValues values;
  const Value whole = evaluator.value(strategy.whole);
  if (!evaluator.ok() || whole.is_null()) return values;
  if (whole.kind() != ValueKind::Object) {
    evaluator.reject(strategy.whole,
                     cat("'strategy' must be a mapping, got ", to_string(whole.kind())));
    return values;
  }
  if (const Value* matrix = whole.find("matrix")) values.matrix = *matrix;
  if (const Value* fail_fast = whole.find("fail-fast")) {
    if (fail_fast->kind() != ValueKind::Boolean)
      evaluator.reject(strategy.whole, "'fail-fast' of the strategy must be true or false");
    else
      values.fail_fast = fail_fast->as_boolean();
  }
  if (const Value* limit = whole.find("max-parallel")) {
    if (limit->kind() != ValueKind::Number)
      evaluator.reject(strategy.whole, "'max-parallel' of the strategy must be a number");
    else
      values.max_parallel = parallel_count(limit->as_number());
  }
  return values;
}

// All but the matrix, which is large.
StrategyValues evaluate_limits(const Strategy& strategy, TokenEvaluator& evaluator) {
  if (strategy.whole.present()) return whole_strategy(strategy, evaluator);
  StrategyValues values;
  if (strategy.fail_fast.present())
    values.fail_fast = evaluator.boolean(strategy.fail_fast, "fail-fast");
  if (strategy.max_parallel.present())
    values.max_parallel = parallel_count(evaluator.number(strategy.max_parallel, "max-parallel"));
  return values;
}

StrategyValues evaluate_strategy(const Strategy& strategy, TokenEvaluator& evaluator) {
  StrategyValues values = evaluate_limits(strategy, evaluator);
  if (strategy.matrix.present()) values.matrix = evaluator.value(strategy.matrix);
  return values;
}

}  // namespace

ContextSet BoundWorkflow::job_contexts(const JobAt& at, const RunFacts& facts) const {
  ContextSet contexts;
  contexts.set("github", github_value_);
  contexts.set("vars", contexts_.vars);
  contexts.set("inputs", at.scope->inputs);
  contexts.set("needs", needs_context(at.workflow(), *at.job, facts, at.scope->prefix));
  for (const auto& [input, why] : at.scope->unknown_inputs)
    contexts.set_unknown({"inputs", input}, why);
  set_unknown_needs(contexts, at.workflow(), *at.job, facts, at.scope->prefix);
  return contexts;
}

ContextSet BoundWorkflow::leg_contexts(const JobAt& at, const Leg& leg, const Spread& spread,
                                       const RunFacts& facts) const {
  ContextSet contexts = job_contexts(at, facts);
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

// Whether all of the strategy is there; otherwise where and why not.
BoundWorkflow::SpreadOrReason BoundWorkflow::spread(const JobAt& at, const RunFacts& facts) const {
  Spread spread;
  const Strategy& strategy = at.job->strategy;
  if (!strategy.present()) {
    spread.legs.emplace_back();
    return spread;
  }
  const ContextSet contexts = job_contexts(at, facts);
  TokenEvaluator evaluator(contexts, at.workflow().text);
  const StrategyValues values = evaluate_strategy(strategy, evaluator);
  if (evaluator.problem())
    return evaluation_failure(located(at.workflow(), *evaluator.problem()),
                              evaluator.problem()->position);
  spread.fail_fast = values.fail_fast;
  spread.max_parallel = values.max_parallel;
  if (values.matrix.is_null()) {
    spread.legs.emplace_back();
    return spread;
  }
  spread.has_matrix = true;
  auto expanded = expand_matrix(values.matrix);
  if (auto* legs = std::get_if<std::vector<MatrixLeg>>(&expanded)) {
    spread.legs = std::move(*legs);
    return spread;
  }
  const TextPosition position =
      strategy.matrix.present() ? strategy.matrix.position : strategy.whole.position;
  return evaluation_failure(
      located(at.workflow(), {position, std::get<std::string>(std::move(expanded))}), position);
}

// Which group each leg belongs to; the reason when that cannot be said.
std::optional<Explanation> BoundWorkflow::group_legs(const JobAt& at, const Spread& spread,
                                                     const RunFacts& facts,
                                                     std::vector<Leg>& legs) const {
  for (Leg& leg : legs)
    if (auto why = group_leg(at.workflow(), at.job->concurrency,
                             leg_contexts(at, leg, spread, facts), leg))
      return why;
  return std::nullopt;
}

std::optional<Explanation> BoundWorkflow::group_leg(const Workflow& workflow,
                                                    const Concurrency& concurrency,
                                                    const ContextSet& contexts, Leg& leg) {
  if (!concurrency.present()) return std::nullopt;
  EvaluatedConcurrency evaluated = evaluate_concurrency(concurrency, contexts, workflow.text);
  if (evaluated.problem)
    return evaluation_failure(located(workflow, *evaluated.problem), evaluated.problem->position);
  leg.concurrency = std::move(evaluated.group);
  return std::nullopt;
}

std::string BoundWorkflow::leg_name(const JobAt& at, const Leg& leg, const Spread& spread,
                                    const RunFacts& facts) const {
  const Job& job = *at.job;
  const std::string& prefix = at.scope->name_prefix;
  if (!job.name.has_expression()) {
    const std::string base = job.name.present() ? job.name.literal_text() : job.id;
    return one_line(cat(prefix, base.empty() ? job.id : base,
                        leg_suffix(spread.legs[static_cast<std::size_t>(leg.index)])));
  }
  const ContextSet contexts = leg_contexts(at, leg, spread, facts);
  TokenEvaluator evaluator(contexts, at.workflow().text);
  const std::string name = evaluator.text(job.name);
  return one_line(prefix + (evaluator.ok() && !name.empty() ? name : job.name.source()));
}

std::optional<Diagnostic> BoundWorkflow::container_trouble(const JobAt& at,
                                                           const ContextSet& contexts) {
  TokenEvaluator evaluator(contexts, at.workflow().text);
  const std::string image = chosen_image(*at.job, evaluator);
  if (!evaluator.ok() || image.empty()) return std::nullopt;
  return Diagnostic{Severity::Unsupported, "unsupported-key", at.workflow().file,
                    at.job->container.position,
                    cat("'container' in a job is not honoured here: jobs run on the host only (the "
                        "image is '",
                        image, "')")};
}

std::vector<Leg> BoundWorkflow::name_legs(const JobAt& at, const Spread& spread,
                                          const RunFacts& facts) const {
  std::vector<Leg> legs;
  for (const MatrixLeg& values : spread.legs) {
    Leg leg;
    leg.index = static_cast<int>(legs.size());
    leg.total = static_cast<int>(spread.legs.size());
    leg.matrix = to_json(Value::object(values.values));
    leg.name = leg_name(at, leg, spread, facts);
    legs.push_back(std::move(leg));
  }
  return legs;
}

Result<LegSettings> BoundWorkflow::leg_settings(const JobAt& at, TokenEvaluator& evaluator) const {
  const Job& job = *at.job;
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
  settings.environment = environment_name(job.environment, evaluator);
  if (evaluator.problem()) return located_error(at.workflow(), *evaluator.problem());
  return settings;
}

Result<StartedLeg> BoundWorkflow::start_leg(const std::string& id, const Leg& leg,
                                            const RunFacts& facts, const JobPlace& place) const {
  const JobAt at = locate(id, facts);
  const Job& job = *at.job;
  const Workflow& workflow = at.workflow();
  const bool forecast = facts.purpose == Purpose::Forecast;
  if (!forecast && !job.not_honoured.empty())
    return unsupported(to_string(job.not_honoured.front()));
  // The legs stand already: only what the contexts show of the strategy is read again.
  Spread limits;
  limits.has_matrix = leg.matrix.is_object() && !leg.matrix.get_object().empty();
  const ContextSet job_context = job_contexts(at, facts);
  TokenEvaluator strategy(job_context, workflow.text);
  const StrategyValues values = evaluate_limits(job.strategy, strategy);
  if (strategy.problem()) return located_error(workflow, *strategy.problem());
  limits.fail_fast = values.fail_fast;
  limits.max_parallel = values.max_parallel;
  LegStart start;
  start.contexts = leg_contexts(at, leg, limits, facts);
  start.contexts.set("github", job_github_context(contexts_, job, place));
  start.contexts.set("secrets", at.scope->secrets);
  if (const auto trouble = container_trouble(at, start.contexts); trouble && !forecast)
    return unsupported(to_string(*trouble));
  if (forecast) start.contexts.set_unknown({"hashFiles()"}, "the files are not there yet");
  TokenEvaluator evaluator(start.contexts, workflow.text);
  start.env = over(evaluator.texts(workflow.env), evaluator.texts(job.env));
  start.contexts.set("env", texts_value(start.env, KeyCase::Respect));
  const Token& shell = job.defaults.shell.present() ? job.defaults.shell : workflow.defaults.shell;
  const Token& directory = job.defaults.working_directory.present()
                               ? job.defaults.working_directory
                               : workflow.defaults.working_directory;
  start.default_shell = evaluator.text(shell);
  start.default_directory = evaluator.text(directory);
  StartedLeg started;
  Result<LegSettings> settings = leg_settings(at, evaluator);
  if (!settings.ok() && !forecast) return settings.error();
  if (settings.ok()) started.settings = std::move(settings).value();
  const auto unavailable = unavailable_runner(started.settings.labels);
  if (unavailable && !forecast)
    return unsupported(
        located(workflow, {job.runs_on.position, cat("job '", job.id, "' ", *unavailable)}));
  JobPlace seen = place;
  if (unavailable) seen.os = foreign_system(started.settings.labels);
  started.settings.files.emplace(event_path(place), event_document_);
  start.contexts.set("runner", runner_context(seen));
  start.workflow = std::shared_ptr<const Workflow>(workflow_, at.scope->workflow);
  start.job = &job;
  start.place = seen;
  start.default_env = default_environment(contexts_, run_, job, seen);
  if (wants_debug(contexts_)) show_debug(start);
  start.secrets = secrets_;
  start.secrets.insert(start.secrets.end(), at.scope->secret_values.begin(),
                       at.scope->secret_values.end());
  started.program = std::make_unique<LegProgram>(std::move(start));
  return started;
}

}  // namespace sluice::pipeline::github
