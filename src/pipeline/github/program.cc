#include "pipeline/github/program.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "pipeline/github/conditions.h"
#include "pipeline/github/workflow_reader.h"
#include "pipeline/mask.h"

namespace sluice::pipeline::github {
namespace {

// A mapping without the members that are not known yet.
Token known_part(Token mapping, const EvaluationContext& context) {
  if (!context.forecasts()) return mapping;
  std::erase_if(mapping.entries,
                [&](const TokenEntry& entry) { return !unknown_in(entry.value, context).empty(); });
  return mapping;
}

PlannedStep planned(const Step& step, std::size_t depth) {
  constexpr std::size_t kDeepest = 10;
  PlannedStep shown{step.id, step.shown_name(), step.condition.source, step.position,
                    step.not_honoured};
  if (step.action != nullptr && depth < kDeepest)
    for (const Step& inner : step.action->steps) shown.nested.push_back(planned(inner, depth + 1));
  return shown;
}

}  // namespace

std::optional<Duration> minutes(double count) {
  constexpr double kMost = 1e7;
  if (!(count > 0)) return std::nullopt;
  return Duration(static_cast<std::int64_t>(std::min(count, kMost) * 60e6));
}

std::vector<PlannedStep> plan_steps(const Job& job) {
  std::vector<PlannedStep> steps;
  for (const Step& step : job.steps) steps.push_back(planned(step, 0));
  for (auto step = job.steps.rbegin(); step != job.steps.rend(); ++step)
    if (has_post_step(*step))
      steps.push_back({"", cat("Post ", step->shown_name()), "", step->position});
  return steps;
}

LegProgram::LegProgram(LegStart start) : start_(std::move(start)) {
  root_.steps = &start_.job->steps;
  root_.file = &start_.workflow->file;
  root_.text = &start_.workflow->text;
  root_.carried = &carried_;
  for (const std::string& secret : start_.secrets) add_mask(secret);
  hide_masks();
  for (std::size_t i = start_.job->steps.size(); i-- > 0;)
    if (has_post_step(start_.job->steps[i])) post_order_.push_back(i);
}

Result<std::vector<JobEffect>> LegProgram::advance(const JobInput& input) {
  if (std::holds_alternative<BeginJob>(input)) return begin();
  if (const auto* ended = std::get_if<StepEnded>(&input)) return step_ended(*ended);
  if (const auto* hashed = std::get_if<FilesHashed>(&input)) return files_hashed(*hashed);
  return cancel();
}

Result<LegProgram::Effects> LegProgram::begin() {
  if (phase_ != Phase::New) return corrupt("the job has begun already");
  phase_ = Phase::Steps;
  Effects effects;
  go_on_after(&root_, effects);
  return effects;
}

Result<LegProgram::Effects> LegProgram::step_ended(const StepEnded& input) {
  Effects effects;
  if (phase_ == Phase::Post && input.id == post_outstanding_) {
    post_ended(input.result, effects);
    return effects;
  }
  const auto found = outstanding_.find(input.id);
  if (found == outstanding_.end() || found->second->phase != StepRun::Phase::Running)
    return corrupt(cat("no step '", input.id, "' is running"));
  StepRun& run = *take_outstanding(input.id);
  run.end = read_result(input.result);
  spend_time(run, input.result);
  keep_state(run);
  if (!run.own) run.list->carried->take(run.end.environment, run.end.paths);
  run.hashes.clear();  // the step may have changed the files
  if (conclude(run, effects)) go_on(run, effects);
  return effects;
}

Result<LegProgram::Effects> LegProgram::files_hashed(const FilesHashed& input) {
  const auto found = outstanding_.find(input.id);
  if (found == outstanding_.end() || found->second->phase == StepRun::Phase::Running)
    return corrupt(cat("nothing asked for '", input.id, "'"));
  StepRun& run = *take_outstanding(input.id);
  run.hashes.insert_or_assign(
      run.asked_patterns, input.error.empty() ? Result<std::string>(input.digest)
                                              : Result<std::string>(invalid_input(input.error)));
  Effects effects;
  const bool concluding = run.phase == StepRun::Phase::Concluding;
  if (concluding ? conclude(run, effects) : decide(run, effects)) go_on(run, effects);
  return effects;
}

// What runs goes on only if its condition holds in a cancelled job too; steps in the background are
// stopped in any case.
LegProgram::Effects LegProgram::cancel() {
  Effects effects;
  if (phase_ == Phase::Finished) return effects;
  root_.status = Outcome::Cancelled;
  if (phase_ == Phase::Post && group_ != nullptr && !post_outstanding_.empty()) {
    const PostStep& post = running_post();
    if (!evaluate_condition(post.condition, post_context(post), *post.text).holds)
      effects.emplace_back(StopStep{post_outstanding_});
    return effects;
  }
  for (const auto& run : background_)
    if (!run->settled()) stop(*run, effects);
  if (root_.current && !root_.current->settled()) stop_unless_it_holds(*root_.current, effects);
  background_settled(effects);
  return effects;
}

// ---- lists of steps

StepRun& LegProgram::begin_run(StepList& list) {
  auto fresh = std::make_unique<StepRun>();
  StepRun& run = *fresh;
  run.list = &list;
  run.index = list.next++;
  if (list.owner == nullptr) {
    run.top = static_cast<int>(run.index);
    run.number = std::to_string(run.index + 1);
  } else {
    run.top = list.owner->top;
    run.number = cat(list.owner->number, ".", run.index + 1);
    run.part = cat(list.owner->part, list.owner->part.empty() ? "" : ".", run.index + 1);
  }
  run.name = run.step().shown_name();
  if (run.in_background()) {
    run.own = std::make_unique<Carried>(*list.carried);
    run.own->taken_env.clear();
    run.own->taken_paths.clear();
    background_.push_back(std::move(fresh));
    return run;
  }
  if (list.current && list.current->inside && has_post_step(list.current->step()))
    kept_.push_back(std::move(list.current));
  list.current = std::move(fresh);
  return run;
}

bool LegProgram::run_list(StepList& list, Effects& effects) {
  while (list.next < list.steps->size()) {
    StepRun& run = begin_run(list);
    if (!decide(run, effects) && !run.in_background()) return false;
  }
  return true;
}

void LegProgram::go_on(StepRun& run, Effects& effects) {
  if (run.in_background()) return background_settled(effects);
  go_on_after(run.list, effects);
}

void LegProgram::go_on_after(StepList* list, Effects& effects) {
  while (run_list(*list, effects)) {
    StepRun* owner = list->owner;
    if (owner == nullptr) return steps_over(effects);
    if (!leave_action(*owner, effects)) return;
    if (owner->in_background()) return background_settled(effects);
    list = owner->list;
  }
}

// Steps that still run in the background are waited for; how they end counts now.
void LegProgram::steps_over(Effects& effects) {
  phase_ = Phase::Draining;
  for (const auto& run : background_)
    if (!run->settled()) return;
  for (const auto& run : background_) {
    take(*run);
    if (!is_failure(run->conclusion) || root_.status != Outcome::Succeeded) continue;
    root_.status = Outcome::Failed;
    root_.failed_by = run->name;
  }
  phase_ = Phase::Post;
  next_post(effects);
}

std::string LegProgram::environment_url(const StepContext& context, FinishJob& end) {
  const Token* url = start_.job->environment.find("url");
  if (url == nullptr || context.forecasts()) return {};
  TokenEvaluator evaluator(context, *root_.text);
  std::string text = evaluator.text(*url);
  if (!evaluator.problem()) return text;
  if (end.message.empty()) end.message = located(*root_.file, *evaluator.problem());
  if (root_.status == Outcome::Succeeded) root_.status = Outcome::Failed;
  return {};
}

void LegProgram::finish(Effects& effects) {
  FinishJob end;
  StepContext context = list_context(root_, no_hashes_);
  TokenEvaluator evaluator(context, *root_.text);
  const NamedTexts outputs = evaluator.texts(known_part(start_.job->outputs, context));
  if (evaluator.problem()) {
    end.message = located(*root_.file, *evaluator.problem());
    if (root_.status == Outcome::Succeeded) root_.status = Outcome::Failed;
  }
  const std::vector<std::string> variants = mask_variants(masks_);
  for (const auto& [name, value] : outputs) {
    if (value.empty()) continue;
    if (would_mask(variants, value))
      end.dropped_outputs.push_back(name);
    else
      end.outputs[name] = value;
  }
  end.environment_url = environment_url(context, end);
  end.result = root_.status;
  if (end.message.empty() && root_.status == Outcome::Failed)
    end.message = cat("step '", root_.failed_by, "' failed");
  phase_ = Phase::Finished;
  effects.emplace_back(std::move(end));
}

std::string LegProgram::id_of(std::string_view kind, const StepRun& run) const {
  return cat(kind, "-", run.number);
}

void LegProgram::expect(StepRun& run, std::string id) {
  outstanding_[id] = &run;
  run.outstanding = std::move(id);
}

StepRun* LegProgram::take_outstanding(const std::string& id) {
  const auto found = outstanding_.find(id);
  StepRun* run = found->second;
  outstanding_.erase(found);
  run->outstanding.clear();
  return run;
}

}  // namespace sluice::pipeline::github
