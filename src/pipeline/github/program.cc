#include "pipeline/github/program.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "pipeline/github/conditions.h"
#include "pipeline/github/shell.h"
#include "pipeline/mask.h"

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

// A mapping without the members that are not known yet.
Token known_part(Token mapping, const EvaluationContext& context) {
  if (!context.forecasts()) return mapping;
  std::erase_if(mapping.entries,
                [&](const TokenEntry& entry) { return !unknown_in(entry.value, context).empty(); });
  return mapping;
}

NamedTexts merged(NamedTexts base, const NamedTexts& over) {
  for (const auto& [name, value] : over) {
    const auto same = std::find_if(base.begin(), base.end(), [&name = name](const auto& entry) {
      return entry.first == name;
    });
    if (same != base.end())
      same->second = value;
    else
      base.emplace_back(name, value);
  }
  return base;
}

}  // namespace

std::optional<Duration> minutes(double count) {
  constexpr double kMost = 1e7;
  if (!(count > 0)) return std::nullopt;
  return Duration(static_cast<std::int64_t>(std::min(count, kMost) * 60e6));
}

LegProgram::LegProgram(LegStart start) : start_(std::move(start)) {
  for (const std::string& secret : start_.secrets) add_mask(secret);
}

Result<std::vector<JobEffect>> LegProgram::advance(const JobInput& input) {
  if (std::holds_alternative<BeginJob>(input)) return begin();
  if (const auto* ended = std::get_if<StepEnded>(&input)) return step_ended(*ended);
  if (const auto* hashed = std::get_if<FilesHashed>(&input)) return files_hashed(*hashed);
  return cancel();
}

Result<std::vector<JobEffect>> LegProgram::begin() {
  if (phase_ != Phase::New) return corrupt("the job has begun already");
  std::vector<JobEffect> effects;
  proceed(effects);
  return effects;
}

Result<std::vector<JobEffect>> LegProgram::step_ended(const StepEnded& input) {
  if (phase_ != Phase::Running || input.id != outstanding_)
    return corrupt(cat("no step '", input.id, "' is running"));
  std::vector<JobEffect> effects;
  pending_end_ = read_result(input.result);
  hashes_.clear();  // the step may have changed the files
  if (conclude_step(effects)) proceed(effects);
  return effects;
}

Result<std::vector<JobEffect>> LegProgram::files_hashed(const FilesHashed& input) {
  const bool waiting = phase_ == Phase::HashBeforeStep || phase_ == Phase::HashAfterStep;
  if (!waiting || input.id != outstanding_)
    return corrupt(cat("nothing asked for '", input.id, "'"));
  hashes_[asked_patterns_] = input.digest;
  std::vector<JobEffect> effects;
  if (phase_ == Phase::HashBeforeStep || conclude_step(effects)) proceed(effects);
  return effects;
}

// What runs goes on only if its condition holds in a cancelled job too.
std::vector<JobEffect> LegProgram::cancel() {
  if (phase_ == Phase::Finished) return {};
  status_ = Outcome::Cancelled;
  if (phase_ != Phase::Running) return {};
  StepContext context = step_context(status_);
  context.set("env", texts_value(merged(job_env(), running_env_), KeyCase::Respect));
  const ConditionResult again =
      evaluate_condition(current().condition, context, start_.workflow->text);
  if (again.holds) return {};
  return {StopStep{outstanding_}};
}

void LegProgram::proceed(std::vector<JobEffect>& effects) {
  while (next_ < start_.job->steps.size())
    if (!decide_step(effects)) return;
  finish(effects);
}

bool LegProgram::decide_step(std::vector<JobEffect>& effects) {
  const Step& step = current();
  StepContext context = step_context(status_);
  TokenEvaluator evaluator(context, start_.workflow->text);
  const NamedTexts base = job_env();
  context.set("env", texts_value(base, KeyCase::Respect));
  const NamedTexts step_env = evaluator.texts(step.env);
  if (evaluator.needs_hash()) return ask_hash(*evaluator.needs_hash(), effects);
  if (evaluator.problem() && unknown_in(step.env, context).empty())
    return fail_step(located(*start_.workflow, *evaluator.problem()), effects);

  context.set("env", texts_value(merged(base, step_env), KeyCase::Respect));
  const ConditionResult condition =
      evaluate_condition(step.condition, context, start_.workflow->text);
  if (condition.needs_hash) return ask_hash(*condition.needs_hash, effects);
  if (condition.problem) return fail_step(located(*start_.workflow, *condition.problem), effects);
  if (!condition.holds) return skip_step(skip_reason(step, context), effects);

  RunStep run;
  const std::string problem = fill_run_step(evaluator, run);
  if (evaluator.needs_hash()) return ask_hash(*evaluator.needs_hash(), effects);
  run.reason = run_reason(step, context);
  run.env = process_env(step, step_env);
  if (!problem.empty() && !reads_unknown(step, context)) {
    pending_end_ = {Outcome::Errored, problem, {}};
    return conclude_step(effects);
  }
  running_env_ = step_env;
  outstanding_ = run.id;
  phase_ = Phase::Running;
  effects.emplace_back(std::move(run));
  return false;
}

std::string LegProgram::fill_run_step(TokenEvaluator& evaluator, RunStep& run) const {
  const Step& step = current();
  run.id = cat("step-", next_ + 1);
  run.step = static_cast<int>(next_);
  run.name = step.shown_name();
  if (step.name.present())
    if (std::string name = evaluator.text(step.name); !name.empty()) run.name = std::move(name);
  run.working_directory = step.working_directory.present() ? evaluator.text(step.working_directory)
                                                           : start_.default_directory;
  if (step.timeout_minutes.present())
    run.timeout = minutes(evaluator.number(step.timeout_minutes, "timeout-minutes"));
  std::string shell_problem;
  if (step.uses) {
    BuiltinAction action{step.uses->name, step.uses->version, {}};
    for (auto& [name, value] : evaluator.texts(step.with)) action.inputs[to_lower(name)] = value;
    run.action = std::move(action);
  } else {
    const std::string shell =
        step.shell.present() ? evaluator.text(step.shell) : start_.default_shell;
    Result<ScriptAction> action = script_action(shell, evaluator.text(step.run));
    if (action.ok())
      run.action = std::move(action).value();
    else
      shell_problem = action.error().message();
  }
  run.path_prefix = path_;
  run.log_commands = LogCommands::Github;
  run.collected_files = collected_files();
  run.masks = masks_;
  if (evaluator.problem()) return located(*start_.workflow, *evaluator.problem());
  return shell_problem;
}

bool LegProgram::skip_step(Explanation reason, std::vector<JobEffect>& effects) {
  effects.emplace_back(
      SkipStep{static_cast<int>(next_), {}, current().shown_name(), std::move(reason)});
  record(Outcome::Skipped, Outcome::Skipped, {});
  return true;
}

// The condition or the environment cannot be evaluated: the step fails without having run, and
// continue-on-error does not help.
bool LegProgram::fail_step(std::string message, std::vector<JobEffect>& effects) {
  ConcludeStep end;
  end.step = static_cast<int>(next_);
  end.outcome = Outcome::Errored;
  end.conclusion = Outcome::Errored;
  end.message = std::move(message);
  effects.emplace_back(std::move(end));
  record(Outcome::Errored, Outcome::Errored, {});
  return true;
}

bool LegProgram::ask_hash(const NeedsHash& request, std::vector<JobEffect>& effects) {
  asked_patterns_ = request.patterns;
  HashFiles effect;
  effect.id = cat("hash-", next_ + 1, "-", ++hash_count_);
  effect.patterns = request.patterns;
  if (!effect.patterns.empty() && effect.patterns.front() == kFollowLinks) {
    effect.follow_symlinks = true;
    effect.patterns.erase(effect.patterns.begin());
  }
  outstanding_ = effect.id;
  if (phase_ != Phase::HashAfterStep) phase_ = Phase::HashBeforeStep;
  effects.emplace_back(std::move(effect));
  return false;
}

// pending_end_ is how the step ended. continue-on-error is looked at only now, and only after a
// failure: it turns the conclusion, never the outcome, and never a cancellation.
bool LegProgram::conclude_step(std::vector<JobEffect>& effects) {
  const Step& step = current();
  Outcome conclusion = pending_end_.outcome;
  if (is_failure(conclusion) && step.continue_on_error.present()) {
    StepContext context = step_context(status_);
    context.set("env", texts_value(merged(job_env(), running_env_), KeyCase::Respect));
    TokenEvaluator evaluator(context, start_.workflow->text);
    const bool lenient = evaluator.boolean(step.continue_on_error, "continue-on-error");
    if (evaluator.needs_hash()) {
      phase_ = Phase::HashAfterStep;
      return ask_hash(*evaluator.needs_hash(), effects);
    }
    if (evaluator.problem())
      pending_end_.message = located(*start_.workflow, *evaluator.problem());
    else if (lenient)
      conclusion = Outcome::Succeeded;
  }
  ConcludeStep end;
  end.step = static_cast<int>(next_);
  end.outcome = pending_end_.outcome;
  end.conclusion = conclusion;
  end.message = pending_end_.message;
  end.outputs = pending_end_.outputs;
  effects.emplace_back(std::move(end));
  record(pending_end_.outcome, conclusion, std::move(pending_end_.outputs));
  return true;
}

void LegProgram::record(Outcome outcome, Outcome conclusion,
                        std::map<std::string, std::string> outputs) {
  if (conclusion == Outcome::Cancelled) status_ = Outcome::Cancelled;
  if (is_failure(conclusion)) {
    if (failed_by_.empty()) failed_by_ = current().shown_name();
    if (status_ == Outcome::Succeeded) status_ = Outcome::Failed;
  }
  ended_.push_back({current().context_name, outcome, conclusion, std::move(outputs)});
  phase_ = Phase::New;
  outstanding_.clear();
  running_env_.clear();
  hashes_.clear();
  hash_count_ = 0;
  pending_end_ = {};
  ++next_;
}

void LegProgram::finish(std::vector<JobEffect>& effects) {
  FinishJob end;
  StepContext context = step_context(status_);
  context.set("env", texts_value(job_env(), KeyCase::Respect));
  TokenEvaluator evaluator(context, start_.workflow->text);
  const NamedTexts outputs = evaluator.texts(known_part(start_.job->outputs, context));
  if (evaluator.problem()) {
    end.message = located(*start_.workflow, *evaluator.problem());
    if (status_ == Outcome::Succeeded) status_ = Outcome::Failed;
  }
  const std::vector<std::string> variants = mask_variants(masks_);
  for (const auto& [name, value] : outputs) {
    if (value.empty()) continue;
    if (would_mask(variants, value))
      end.dropped_outputs.push_back(name);
    else
      end.outputs[name] = value;
  }
  end.result = status_;
  if (end.message.empty() && status_ == Outcome::Failed)
    end.message = cat("step '", failed_by_, "' failed");
  phase_ = Phase::Finished;
  effects.emplace_back(std::move(end));
}

StepContext LegProgram::step_context(Outcome status) const {
  StepContext context(start_.contexts, status, hashes_);
  context.set("steps", steps_value());
  if (context.forecasts()) set_unknown_steps(context);
  context.set("job", Value::object({{"status", Value::string(result_word(status))}}));
  return context;
}

// In a forecast no step has run: what it leaves is not known.
void LegProgram::set_unknown_steps(StepContext& context) const {
  for (const EndedStep& step : ended_) {
    if (step.outcome == Outcome::Skipped) continue;
    context.set_unknown({"steps", step.name, "outputs"}, "the step sets it while it runs");
    context.set_unknown({"env"}, "a step before may set it");
  }
}

Value LegProgram::steps_value() const {
  ValueMembers members;
  for (const EndedStep& step : ended_) {
    NamedTexts outputs(step.outputs.begin(), step.outputs.end());
    members.emplace_back(
        step.name, Value::object({{"outputs", texts_value(outputs, KeyCase::Ignore)},
                                  {"outcome", Value::string(result_word(step.outcome))},
                                  {"conclusion", Value::string(result_word(step.conclusion))}}));
  }
  return Value::object(std::move(members));
}

NamedTexts LegProgram::job_env() const {
  return merged(start_.env, NamedTexts(added_env_.begin(), added_env_.end()));
}

// Lowest first: CI, workflow, job, GITHUB_ENV, step; GITHUB_* and RUNNER_* cannot be replaced.
std::map<std::string, std::string> LegProgram::process_env(const Step& step,
                                                           const NamedTexts& step_env) const {
  std::map<std::string, std::string> env{{"CI", "true"}};
  for (const auto& [name, value] : merged(job_env(), step_env)) env[name] = value;
  for (const auto& [name, value] : start_.default_env) env[name] = value;
  env["GITHUB_ACTION"] = step.context_name;
  if (step.uses) {
    env["GITHUB_ACTION_REPOSITORY"] = step.uses->name;
    env["GITHUB_ACTION_REF"] = step.uses->version;
  }
  return env;
}

Explanation LegProgram::run_reason(const Step& step, const StepContext& context) const {
  if (step.condition.present())
    return condition_explanation(step.condition, context, DecidedBy::Condition,
                                 cat("its condition holds: ", step.condition.source));
  return condition_explanation(step.condition, context, DecidedBy::Default,
                               "no step before it failed");
}

Explanation LegProgram::skip_reason(const Step& step, const StepContext& context) const {
  const bool by_status = !step.condition.present() ||
                         (step.condition.condition.adds_success && status_ != Outcome::Succeeded);
  if (!by_status)
    return condition_explanation(step.condition, context, DecidedBy::Condition,
                                 cat("its condition is false: ", step.condition.source));
  if (status_ == Outcome::Cancelled)
    return condition_explanation(step.condition, context, DecidedBy::Cancelled,
                                 "the job was cancelled");
  Explanation reason = condition_explanation(step.condition, context, DecidedBy::Failure,
                                             cat("step '", failed_by_, "' failed"));
  reason.subject = failed_by_;
  return reason;
}

}  // namespace sluice::pipeline::github
