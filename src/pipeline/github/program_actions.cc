#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/conditions.h"
#include "pipeline/github/program.h"

namespace sluice::pipeline::github {

bool LegProgram::enter_action(StepRun& run, StepContext& context, TokenEvaluator& evaluator,
                              Effects& effects) {
  const Step& step = run.step();
  const LocalAction& action = *step.action;
  NamedTexts inputs;
  std::optional<NeedsHash> needs_hash;
  std::string problem = action_inputs(action, context, evaluator, step, inputs, needs_hash);
  if (step.timeout_minutes.present())
    run.left = minutes(evaluator.number(step.timeout_minutes, "timeout-minutes"));
  if (evaluator.needs_hash()) needs_hash = evaluator.needs_hash();
  if (needs_hash) return ask_hash(run, *needs_hash, effects);
  if (evaluator.problem()) problem = located(*run.list->file, *evaluator.problem());
  effects.emplace_back(BeginStep{run.top, run.part, run.name, run.reason});
  if (!problem.empty()) {
    run.end.outcome = Outcome::Errored;
    run.end.message = std::move(problem);
    return conclude(run, effects);
  }
  run.phase = StepRun::Phase::Inside;
  run.inside = std::make_unique<StepList>();
  StepList& inside = *run.inside;
  inside.steps = &action.steps;
  inside.file = &action.file;
  inside.text = &action.text;
  inside.carried = run.own ? run.own.get() : run.list->carried;
  inside.action = &action;
  inside.owner = &run;
  inside.inputs = texts_value(inputs, KeyCase::Ignore);
  inside.folder = action_folder(action);
  inside.outer_env = merged(run.list->outer_env, run.env);
  if (!run_list(inside, effects)) return false;
  return leave_action(run, effects);
}

bool LegProgram::leave_action(StepRun& run, Effects& effects) {
  StepList& inside = *run.inside;
  run.end.outcome = inside.status;
  if (run.left && *run.left <= Duration::zero() && is_failure(inside.status)) {
    run.end.outcome = Outcome::TimedOut;
    run.end.message = "the steps of the action took longer than its timeout";
  } else if (is_failure(inside.status)) {
    run.end.message = cat("step '", inside.failed_by, "' of the action failed");
  }
  StepContext context = list_context(inside, no_hashes_);
  TokenEvaluator evaluator(context, *inside.text);
  for (const ActionOutput& output : inside.action->outputs)
    run.end.outputs[output.name] = evaluator.text(output.value);
  if (evaluator.problem()) {
    run.end.outcome = Outcome::Failed;
    run.end.message = located(*inside.file, *evaluator.problem());
    run.end.outputs.clear();
  }
  if (run.own) {
    run.end.environment = run.own->taken_env;
    run.end.paths = run.own->taken_paths;
  }
  return conclude(run, effects);
}

std::string LegProgram::action_inputs(const LocalAction& action, StepContext& context,
                                      TokenEvaluator& evaluator, const Step& step,
                                      NamedTexts& inputs,
                                      std::optional<NeedsHash>& needs_hash) const {
  NamedTexts given = evaluator.texts(step.with);
  TokenEvaluator defaults(context, action.text);
  for (const ActionInput& input : action.inputs) {
    const auto written = std::find_if(given.begin(), given.end(), [&input](const auto& entry) {
      return equal_ignoring_case(entry.first, input.name);
    });
    if (written != given.end()) {
      inputs.emplace_back(input.name, std::move(written->second));
      given.erase(written);
    } else {
      inputs.emplace_back(input.name, input.default_value.present()
                                          ? defaults.text(input.default_value)
                                          : std::string());
    }
  }
  inputs.insert(inputs.end(), given.begin(), given.end());
  needs_hash = defaults.needs_hash();
  if (defaults.problem()) return located(action.file, *defaults.problem());
  return {};
}

std::string LegProgram::action_folder(const LocalAction& action) const {
  if (action.folder.empty()) return start_.place.workspace;
  return cat(start_.place.workspace, "/", action.folder);
}

// Steps of an action share the timeout of the step that uses it.
std::optional<Duration> LegProgram::time_left(const StepRun& run) const {
  std::optional<Duration> least;
  for (const StepRun* owner = run.list->owner; owner != nullptr; owner = owner->list->owner)
    if (owner->left && (!least || *owner->left < *least)) least = owner->left;
  return least;
}

void LegProgram::spend_time(StepRun& run, const StepResult& result) {
  const std::optional<Duration> limit = time_left(run);
  if (!limit) return;
  const Duration spent = result.outcome == Outcome::TimedOut ? *limit : result.took;
  for (StepRun* owner = run.list->owner; owner != nullptr; owner = owner->list->owner) {
    if (!owner->left) continue;
    *owner->left -= spent;
    if (*owner->left > Duration::zero()) continue;
    *owner->left = Duration::zero();
    owner->inside->status = Outcome::Failed;
    owner->inside->skip_rest();
  }
}

}  // namespace sluice::pipeline::github
