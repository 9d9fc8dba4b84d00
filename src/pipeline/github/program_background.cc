#include <algorithm>

#include "base/printable.h"
#include "base/strings.h"
#include "pipeline/github/conditions.h"
#include "pipeline/github/program.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::size_t kMostInBackground = 10;

}  // namespace

// ---- wait, wait-all, cancel

bool LegProgram::begin_control(StepRun& run, Effects& effects) {
  const Step& step = run.step();
  StepContext context = context_of(run);
  TokenEvaluator evaluator(context, *run.list->text);
  if (step.name.present())
    if (std::string name = one_line(evaluator.text(step.name)); !name.empty())
      run.name = std::move(name);
  run.reason.summary = cat("a step with '",
                           step.kind == StepKind::Cancel    ? "cancel"
                           : step.kind == StepKind::WaitAll ? "wait-all"
                                                            : "wait",
                           "' always runs");
  run.reason.position = step.position;
  effects.emplace_back(BeginStep{run.top, run.part, run.name, run.reason});
  run.phase = StepRun::Phase::Waiting;
  if (step.kind == StepKind::Cancel)
    for (StepRun* target : targets_of(run)) dismiss(*target, effects);
  return control_done(run) && conclude_control(run, effects);
}

std::vector<StepRun*> LegProgram::targets_of(const StepRun& run) const {
  const Step& step = run.step();
  std::vector<StepRun*> targets;
  for (const auto& candidate : background_) {
    const bool named =
        std::find(step.targets.begin(), step.targets.end(), candidate->index) != step.targets.end();
    if (named || (step.kind == StepKind::WaitAll && !candidate->taken))
      targets.push_back(candidate.get());
  }
  return targets;
}

bool LegProgram::control_done(const StepRun& run) const {
  const std::vector<StepRun*> targets = targets_of(run);
  return std::all_of(targets.begin(), targets.end(),
                     [](const StepRun* target) { return target->settled(); });
}

// A wait fails with what it waited for; a step that was told to end has ended well.
bool LegProgram::conclude_control(StepRun& run, Effects& effects) {
  for (StepRun* target : targets_of(run)) {
    take(*target);
    if (run.step().kind == StepKind::Cancel) continue;
    if (is_failure(target->conclusion) && !is_failure(run.end.outcome)) {
      run.end.outcome = Outcome::Failed;
      run.end.message = cat("step '", target->name, "' in the background failed");
    } else if (target->conclusion == Outcome::Cancelled && !target->dismissed &&
               run.end.outcome == Outcome::Succeeded) {
      run.end.outcome = Outcome::Cancelled;
    }
  }
  return conclude(run, effects);
}

void LegProgram::dismiss(StepRun& target, Effects& effects) {
  if (target.settled()) return;
  target.dismissed = true;
  stop(target, effects);
}

// ---- steps in the background

bool LegProgram::must_queue(const StepRun& run) const {
  if (!run.in_background()) return false;
  const auto running =
      std::count_if(background_.begin(), background_.end(), [&run](const auto& other) {
        return other.get() != &run && !other->settled() && other->phase != StepRun::Phase::Queued;
      });
  return static_cast<std::size_t>(running) >= kMostInBackground;
}

// Takes what waits for it further: queued steps, a control step, the end of the job's steps.
void LegProgram::background_settled(Effects& effects) {
  start_queued(effects);
  if (phase_ == Phase::Draining) return steps_over(effects);
  StepRun* control = root_.current.get();
  if (control == nullptr || control->phase != StepRun::Phase::Waiting) return;
  if (control_done(*control) && conclude_control(*control, effects)) go_on(*control, effects);
}

void LegProgram::start_queued(Effects& effects) {
  while (!queue_.empty() && !must_queue(*queue_.front())) {
    StepRun& run = *queue_.front();
    queue_.erase(queue_.begin());
    run.phase = StepRun::Phase::Deciding;
    decide(run, effects);
  }
}

// From now on later steps see what it left.
void LegProgram::take(StepRun& run) {
  if (std::exchange(run.taken, true)) return;
  carried_.take(run.end.environment, run.end.paths);
  root_.ended.push_back(
      {run.step().context_name, run.end.outcome, run.conclusion, run.end.outputs});
}

// ---- cancelling

void LegProgram::stop(StepRun& run, Effects& effects) {
  run.admitted = false;
  if (run.phase == StepRun::Phase::Running) {
    effects.emplace_back(StopStep{run.outstanding});
  } else if (run.phase == StepRun::Phase::Inside) {
    run.inside->status = Outcome::Cancelled;
    if (run.inside->current && !run.inside->current->settled())
      stop_unless_it_holds(*run.inside->current, effects);
  } else if (run.phase == StepRun::Phase::Queued) {
    queue_.erase(std::find(queue_.begin(), queue_.end(), &run));
    run.phase = StepRun::Phase::Deciding;
    Explanation reason;
    reason.decided_by = DecidedBy::Cancelled;
    reason.summary = "it was cancelled while it waited for its turn";
    skip(run, std::move(reason), effects);
  }
}

void LegProgram::stop_unless_it_holds(StepRun& run, Effects& effects) {
  if (run.step().is_control()) return;  // what it waits for is stopped
  StepContext context = context_of(run);
  context.set("env", texts_value(merged(list_env(*run.list), run.env), KeyCase::Respect));
  const bool holds = evaluate_condition(run.step().condition, context, *run.list->text).holds;
  if (!holds) return stop(run, effects);
  run.admitted = false;
  if (run.phase == StepRun::Phase::Inside && run.inside->current && !run.inside->current->settled())
    stop_unless_it_holds(*run.inside->current, effects);
}

}  // namespace sluice::pipeline::github
