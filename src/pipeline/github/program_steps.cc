#include <algorithm>

#include "base/printable.h"
#include "base/strings.h"
#include "pipeline/github/conditions.h"
#include "pipeline/github/program.h"
#include "pipeline/github/shell.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::uint64_t kSummaryLimit = 1u << 20;
constexpr std::string_view kFollowLinks = "--follow-symbolic-links";

std::vector<CollectedFile> collected_files() {
  return {{"GITHUB_ENV"},
          {"GITHUB_OUTPUT"},
          {"GITHUB_PATH"},
          {"GITHUB_STATE"},
          {"GITHUB_STEP_SUMMARY", kSummaryLimit}};
}

// In a forecast: whether something that the step is made of is not known yet.
bool reads_unknown(const Step& step, const EvaluationContext& context) {
  const auto parts = {
      &step.env,   &step.name, &step.working_directory, &step.timeout_minutes, &step.with,
      &step.shell, &step.run};
  return std::any_of(parts.begin(), parts.end(),
                     [&](const Token* part) { return !unknown_in(*part, context).empty(); });
}

// Expressions see only steps with an id: `steps.*` holds no others.
bool has_made_up_name(const EndedStep& step) {
  return step.name.starts_with("__");
}

// In a forecast no step has run: what it leaves is not known.
void set_unknown_steps(StepContext& context, const std::vector<EndedStep>& ended) {
  for (const EndedStep& step : ended) {
    if (step.outcome == Outcome::Skipped) continue;
    if (!has_made_up_name(step))
      context.set_unknown({"steps", step.name, "outputs"}, "the step sets it while it runs");
    context.set_unknown({"env"}, "a step before may set it");
  }
}

}  // namespace

bool LegProgram::decide(StepRun& run, Effects& effects) {
  const Step& step = run.step();
  if (step.is_control()) return begin_control(run, effects);
  StepContext context = context_of(run);
  TokenEvaluator evaluator(context, *run.list->text);
  const NamedTexts base = list_env(*run.list);
  context.set("env", texts_value(base, KeyCase::Respect));
  run.env = evaluator.texts(step.env);
  if (evaluator.needs_hash()) return ask_hash(run, *evaluator.needs_hash(), effects);
  if (evaluator.problem() && unknown_in(step.env, context).empty())
    return fail(run, located(*run.list->file, *evaluator.problem()), effects);
  context.set("env", texts_value(merged(base, run.env), KeyCase::Respect));
  if (!run.admitted)
    if (const std::optional<bool> settled = decide_condition(run, context, effects))
      return *settled;
  if (must_queue(run)) {
    run.phase = StepRun::Phase::Queued;
    queue_.push_back(&run);
    return false;
  }
  return start(run, context, evaluator, effects);
}

std::optional<bool> LegProgram::decide_condition(StepRun& run, const StepContext& context,
                                                 Effects& effects) {
  const ConditionResult condition =
      evaluate_condition(run.step().condition, context, *run.list->text);
  if (run.dismissed) {
    Explanation reason;
    reason.decided_by = DecidedBy::Cancelled;
    reason.summary = "a later step cancelled it before it ran";
    return skip(run, std::move(reason), effects);
  } else if (condition.needs_hash) {
    return ask_hash(run, *condition.needs_hash, effects);
  } else if (condition.problem) {
    return fail(run, located(*run.list->file, *condition.problem), effects);
  } else if (!condition.holds) {
    return skip(run, skip_reason(run, context), effects);
  }
  run.admitted = true;
  run.reason = run_reason(run, context);
  return std::nullopt;
}

bool LegProgram::start(StepRun& run, StepContext& context, TokenEvaluator& evaluator,
                       Effects& effects) {
  const Step& step = run.step();
  if (step.name.present())
    if (std::string name = one_line(evaluator.text(step.name)); !name.empty())
      run.name = std::move(name);
  if (is_composite(step)) return enter_action(run, context, evaluator, effects);
  RunStep request;
  const std::string problem = fill_request(run, context, evaluator, request);
  if (evaluator.needs_hash()) return ask_hash(run, *evaluator.needs_hash(), effects);
  if (!problem.empty() && !reads_unknown(step, context)) {
    begin_in_vain(run, effects);
    run.end = {};
    run.end.outcome = Outcome::Errored;
    run.end.message = problem;
    return conclude(run, effects);
  }
  run.phase = StepRun::Phase::Running;
  expect(run, request.id);
  effects.emplace_back(std::move(request));
  return false;
}

std::string LegProgram::fill_request(StepRun& run, StepContext& context, TokenEvaluator& evaluator,
                                     RunStep& request) {
  const Step& step = run.step();
  const StepList& list = *run.list;
  const Carried& carried = run.own ? *run.own : *list.carried;
  request.id = id_of("step", run);
  request.step = run.top;
  request.part = run.part;
  request.name = run.name;
  request.reason = run.reason;
  if (step.working_directory.present())
    request.working_directory = evaluator.text(step.working_directory);
  else if (list.action == nullptr)
    request.working_directory = start_.default_directory;
  if (step.timeout_minutes.present())
    request.timeout = minutes(evaluator.number(step.timeout_minutes, "timeout-minutes"));
  if (const auto left = time_left(run)) request.timeout = left;
  request.path_prefix = carried.path;
  request.log_commands = LogCommands::Github;
  request.collected_files = collected_files();
  request.masks = masks_;
  request.env = process_env(run.env, carried, list, step);
  const std::string problem = fill_action(run, context, evaluator, request);
  if (evaluator.problem()) return located(*list.file, *evaluator.problem());
  return problem;
}

std::string LegProgram::fill_action(StepRun& run, StepContext& context, TokenEvaluator& evaluator,
                                    RunStep& request) {
  const Step& step = run.step();
  if (!step.uses) {
    const bool own_shell = step.shell.present() || run.list->action != nullptr;
    const std::string shell = own_shell ? evaluator.text(step.shell) : start_.default_shell;
    Result<ScriptAction> action = script_action(shell, evaluator.text(step.run));
    if (!action.ok()) return action.error().message();
    request.action = std::move(action).value();
    return {};
  }
  NamedTexts inputs;
  if (step.action != nullptr) {
    std::optional<NeedsHash> needs_hash;
    std::string problem = action_inputs(*step.action, context, evaluator, step, inputs, needs_hash);
    if (!problem.empty()) return problem;
    for (const auto& [name, value] : inputs) request.env[input_variable(name)] = value;
    ScriptAction script;
    script.command = {"node", cat(action_folder(*step.action), "/", step.action->main)};
    request.action = std::move(script);
  } else if (is_local_action(step.uses->name)) {
    return cat("there was no action '", step.uses->name,
               "' when the run was planned. Actions are read from the repository before the run "
               "starts, so one that a step makes or fetches cannot be used: commit it as ",
               step.uses->name.substr(2), "/action.yml, or run its commands in a step");
  } else {
    BuiltinAction action{step.uses->name, step.uses->version, {}};
    for (auto& [name, value] : evaluator.texts(step.with)) action.inputs[to_lower(name)] = value;
    request.action = std::move(action);
  }
  if (evaluator.ok()) expect_post(run, request, inputs);
  return {};
}

// A step that cannot even be started is shown as one that began.
void LegProgram::begin_in_vain(StepRun& run, Effects& effects) const {
  if (run.reason.summary.empty()) {
    run.reason.decided_by = DecidedBy::Unevaluable;
    run.reason.summary = "it cannot be evaluated";
    run.reason.position = run.step().position;
  }
  effects.emplace_back(BeginStep{run.top, run.part, run.name, run.reason});
}

bool LegProgram::skip(StepRun& run, Explanation reason, Effects& effects) {
  effects.emplace_back(SkipStep{run.top, run.part, run.name, std::move(reason)});
  run.end = {};
  run.end.outcome = Outcome::Skipped;
  record(run, Outcome::Skipped);
  return true;
}

// The condition or the environment cannot be evaluated: the step fails without having run, and
// continue-on-error does not help.
bool LegProgram::fail(StepRun& run, std::string message, Effects& effects) {
  begin_in_vain(run, effects);
  ConcludeStep end;
  end.step = run.top;
  end.part = run.part;
  end.outcome = Outcome::Errored;
  end.conclusion = Outcome::Errored;
  end.message = std::move(message);
  effects.emplace_back(std::move(end));
  run.end = {};
  run.end.outcome = Outcome::Errored;
  record(run, Outcome::Errored);
  return true;
}

bool LegProgram::ask_hash(StepRun& run, const NeedsHash& request, Effects& effects) {
  run.asked_patterns = request.patterns;
  HashFiles effect;
  effect.id = cat(id_of("hash", run), "-", ++run.hash_count);
  effect.patterns = request.patterns;
  if (!effect.patterns.empty() && effect.patterns.front() == kFollowLinks) {
    effect.follow_symlinks = true;
    effect.patterns.erase(effect.patterns.begin());
  }
  expect(run, effect.id);
  effects.emplace_back(std::move(effect));
  return false;
}

// run.end is how the step ended. continue-on-error is looked at only now, and only after a failure:
// it turns the conclusion, never the outcome, and never a cancellation.
bool LegProgram::conclude(StepRun& run, Effects& effects) {
  const Step& step = run.step();
  run.phase = StepRun::Phase::Concluding;
  Outcome conclusion = run.end.outcome;
  if (is_failure(conclusion) && step.continue_on_error.present()) {
    StepContext context = context_of(run);
    context.set("env", texts_value(merged(list_env(*run.list), run.env), KeyCase::Respect));
    TokenEvaluator evaluator(context, *run.list->text);
    const bool lenient = evaluator.boolean(step.continue_on_error, "continue-on-error");
    if (evaluator.needs_hash()) return ask_hash(run, *evaluator.needs_hash(), effects);
    if (evaluator.problem())
      run.end.message = located(*run.list->file, *evaluator.problem());
    else if (lenient)
      conclusion = Outcome::Succeeded;
  }
  ConcludeStep end;
  end.step = run.top;
  end.part = run.part;
  end.outcome = run.end.outcome;
  end.conclusion = conclusion;
  end.message = run.end.message;
  end.outputs = run.end.outputs;
  effects.emplace_back(std::move(end));
  record(run, conclusion);
  return true;
}

// What a step in the background leaves counts when it is waited for.
void LegProgram::record(StepRun& run, Outcome conclusion) {
  run.phase = StepRun::Phase::Settled;
  run.conclusion = conclusion;
  if (run.in_background()) {
    if (run.end.outcome == Outcome::Skipped && !run.dismissed) take(run);
    return;
  }
  StepList& list = *run.list;
  if (conclusion == Outcome::Cancelled) list.status = Outcome::Cancelled;
  if (is_failure(conclusion)) {
    if (list.failed_by.empty()) list.failed_by = run.name;
    if (list.status == Outcome::Succeeded) list.status = Outcome::Failed;
  }
  list.ended.push_back({run.step().context_name, run.end.outcome, conclusion, run.end.outputs});
}

// ---- what expressions and processes see

StepContext LegProgram::list_context(const StepList& list, const FileHashes& hashes) const {
  StepContext context(start_.contexts, {list.status, root_.status}, hashes);
  ValueMembers members;
  for (const EndedStep& step : list.ended) {
    if (has_made_up_name(step)) continue;
    NamedTexts outputs(step.outputs.begin(), step.outputs.end());
    members.emplace_back(
        step.name, Value::object({{"outputs", texts_value(outputs, KeyCase::Ignore)},
                                  {"outcome", Value::string(result_word(step.outcome))},
                                  {"conclusion", Value::string(result_word(step.conclusion))}}));
  }
  context.set("steps", Value::object(std::move(members)));
  if (context.forecasts()) set_unknown_steps(context, list.ended);
  context.set("job", job_value());
  context.set("env", texts_value(list_env(list), KeyCase::Respect));
  if (list.action != nullptr) {
    context.set("inputs", list.inputs);
    context.set("github", github_value(list, ""));
  }
  return context;
}

StepContext LegProgram::context_of(const StepRun& run) const {
  StepContext context = list_context(*run.list, run.hashes);
  context.set("github", github_value(*run.list, run.step().context_name));
  return context;
}

Value LegProgram::github_value(const StepList& list, std::string_view action) const {
  const std::optional<Value> github = start_.contexts.context("github");
  ValueMembers members = github ? github->members() : ValueMembers{};
  members.emplace_back("action", Value::string(action));
  if (list.action != nullptr) {
    members.emplace_back("action_path", Value::string(list.folder));
    members.emplace_back("action_status", Value::string(result_word(list.status)));
  }
  return Value::object(std::move(members));
}

Value LegProgram::job_value() const {
  ValueMembers members{{"status", Value::string(result_word(root_.status))},
                       {"container", Value::object({})},
                       {"services", Value::object({})}};
  const std::optional<Value> github = start_.contexts.context("github");
  const auto text = [&github](std::string_view name) {
    const Value* value = github ? github->find(name) : nullptr;
    return value == nullptr ? std::string() : value->to_text();
  };
  // Of the file that the job stands in, which may be a called one: it comes from the same commit.
  const std::string repository = text("repository");
  const std::string& file = start_.workflow->file;
  members.emplace_back("workflow_ref", Value::string(cat(repository, "/", file, "@", text("ref"))));
  members.emplace_back("workflow_sha", Value::string(text("workflow_sha")));
  members.emplace_back("workflow_repository", Value::string(repository));
  members.emplace_back("workflow_file_path", Value::string(file));
  return Value::object(std::move(members));
}

NamedTexts LegProgram::list_env(const StepList& list) const {
  const auto& added = list.carried->env;
  NamedTexts env = merged(start_.env, NamedTexts(added.begin(), added.end()));
  return merged(std::move(env), list.outer_env);
}

// Lowest first: CI, workflow, job, GITHUB_ENV, the steps around, step; GITHUB_* and RUNNER_* cannot
// be replaced.
std::map<std::string, std::string> LegProgram::process_env(const NamedTexts& own,
                                                           const Carried& carried,
                                                           const StepList& list,
                                                           const Step& step) const {
  std::map<std::string, std::string> env{{"CI", "true"}};
  for (const auto& [name, value] : start_.env) env[name] = value;
  for (const auto& [name, value] : carried.env) env[name] = value;
  for (const auto& [name, value] : list.outer_env) env[name] = value;
  for (const auto& [name, value] : own) env[name] = value;
  for (const auto& [name, value] : start_.default_env) env[name] = value;
  env["GITHUB_ACTION"] = step.context_name;
  if (list.action != nullptr) env["GITHUB_ACTION_PATH"] = list.folder;
  if (step.uses && !is_local_action(step.uses->name)) {
    env["GITHUB_ACTION_REPOSITORY"] = step.uses->name;
    env["GITHUB_ACTION_REF"] = step.uses->version;
  }
  return env;
}

Explanation LegProgram::run_reason(const StepRun& run, const StepContext& context) const {
  const If& condition = run.step().condition;
  if (condition.present())
    return condition_explanation(condition, context, DecidedBy::Condition,
                                 cat("its condition holds: ", condition.source));
  return condition_explanation(condition, context, DecidedBy::Default, "no step before it failed");
}

Explanation LegProgram::skip_reason(const StepRun& run, const StepContext& context) const {
  const If& condition = run.step().condition;
  const StepList& list = *run.list;
  const bool by_status = !condition.present() ||
                         (condition.condition.adds_success && list.status != Outcome::Succeeded);
  if (!by_status)
    return condition_explanation(condition, context, DecidedBy::Condition,
                                 cat("its condition is false: ", condition.source));
  if (list.status == Outcome::Cancelled)
    return condition_explanation(
        condition, context, DecidedBy::Cancelled,
        list.action == nullptr ? "the job was cancelled" : "the step around it was cancelled");
  Explanation reason = condition_explanation(condition, context, DecidedBy::Failure,
                                             cat("step '", list.failed_by, "' failed"));
  reason.subject = list.failed_by;
  return reason;
}

}  // namespace sluice::pipeline::github
