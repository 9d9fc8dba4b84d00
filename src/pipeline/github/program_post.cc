#include "base/strings.h"
#include "pipeline/github/conditions.h"
#include "pipeline/github/program.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

// The condition that a built-in action gives its post step.
If built_in_condition(std::string_view source) {
  If condition;
  condition.source = std::string(source);
  ExpressionScope scope;
  scope.functions = step_status_functions();
  ParsedCondition parsed = parse_condition(condition.source, scope);
  if (parsed.condition) condition.condition = *std::move(parsed.condition);
  return condition;
}

}  // namespace

// Whatever becomes of the main part once it has started, its post step is due.
void LegProgram::expect_post(const StepRun& run, const RunStep& request, const NamedTexts& inputs) {
  const Step& step = run.step();
  if (!has_post_step(step)) return;
  PostStep post;
  post.number = run.number;
  post.part = run.part;
  post.name = cat("Post ", run.name);
  post.step = &step;
  post.list = run.list;
  post.request = request;
  post.env = merged(run.list->outer_env, run.env);
  if (auto* action = std::get_if<BuiltinAction>(&post.request.action)) {
    action->stage = ActionStage::Post;
    post.condition = built_in_condition(find_built_in_action(action->name)->post_if);
    post.file = run.list->file;
    post.text = run.list->text;
  } else {
    auto& script = std::get<ScriptAction>(post.request.action);
    script.command.back() = cat(action_folder(*step.action), "/", step.action->post);
    post.condition = step.action->post_if;
    if (!post.condition.present()) post.condition = built_in_condition("always()");
    post.file = &step.action->file;
    post.text = &step.action->text;
    for (const auto& [name, value] : inputs) post.extra_env[input_variable(name)] = value;
  }
  if (posts_.empty() || posts_.back().main != run.top) {
    for (PostGroup& group : posts_)
      if (group.main == run.top) return group.steps.push_back(std::move(post));
    posts_.push_back({run.top, {}});
  }
  posts_.back().steps.push_back(std::move(post));
}

void LegProgram::keep_state(const StepRun& run) {
  for (PostGroup& group : posts_)
    for (PostStep& post : group.steps)
      if (post.number == run.number) post.state = run.end.state;
}

StepContext LegProgram::post_context(const PostStep& post) const {
  StepContext context(list_context(*post.list, no_hashes_), {root_.status, root_.status},
                      no_hashes_);
  const auto& added = carried_.env;
  const NamedTexts env = merged(start_.env, NamedTexts(added.begin(), added.end()));
  context.set("env", texts_value(merged(env, post.env), KeyCase::Respect));
  return context;
}

// One group after another, the last first; a group's steps likewise.
void LegProgram::next_post(Effects& effects) {
  while (true) {
    while (group_ != nullptr && next_in_group_ < group_->steps.size()) {
      const std::size_t at = group_->steps.size() - ++next_in_group_;
      if (!begin_post(group_->steps[at], effects)) return;
    }
    if (group_ != nullptr) end_group(effects);
    if (next_post_group_ == post_order_.size()) return finish(effects);
    begin_group(effects);
  }
}

void LegProgram::begin_group(Effects& effects) {
  const std::size_t main = post_order_[next_post_group_++];
  for (PostGroup& group : posts_)
    if (group.main == static_cast<int>(main)) group_ = &group;
  next_in_group_ = 0;
  group_status_ = Outcome::Succeeded;
  const Step& step = start_.job->steps[main];
  if (group_ == nullptr) {
    Explanation reason;
    reason.summary = "the step that it belongs to did not run";
    effects.emplace_back(SkipStep{post_index(), {}, cat("Post ", step.shown_name()), reason});
  } else if (is_composite(step)) {
    Explanation reason;
    reason.summary = "an action that ran has something left to do";
    effects.emplace_back(BeginStep{post_index(), {}, cat("Post ", step.shown_name()), reason});
  }
}

// True: it is settled.
bool LegProgram::begin_post(const PostStep& post, Effects& effects) {
  const StepContext context = post_context(post);
  const ConditionResult condition = evaluate_condition(post.condition, context, *post.text);
  if (condition.problem) {
    StepResult failed;
    failed.outcome = Outcome::Errored;
    failed.message = located(*post.file, *condition.problem);
    conclude_post(post, read_result(failed), effects);
    return true;
  }
  if (!condition.holds) {
    Explanation reason =
        condition_explanation(post.condition, context, DecidedBy::Condition,
                              cat("its condition is false: ", post.condition.source));
    effects.emplace_back(SkipStep{post_index(), post.part, post.name, std::move(reason)});
    return true;
  }
  RunStep request = post.request;
  request.id = cat("post-", post.number);
  request.step = post_index();
  request.name = post.name;
  request.path_prefix = carried_.path;
  request.masks = masks_;
  request.env = process_env(post.env, carried_, *post.list, *post.step);
  for (const auto& [name, value] : post.extra_env) request.env[name] = value;
  if (auto* action = std::get_if<BuiltinAction>(&request.action))
    action->state = post.state;
  else
    for (const auto& [name, value] : post.state) request.env[cat("STATE_", name)] = value;
  request.reason = condition_explanation(post.condition, context, DecidedBy::Condition,
                                         "the step that it belongs to ran");
  post_outstanding_ = request.id;
  effects.emplace_back(std::move(request));
  return false;
}

void LegProgram::post_ended(const StepResult& result, Effects& effects) {
  post_outstanding_.clear();
  const StepEnd end = read_result(result);
  carried_.take(end.environment, end.paths);
  conclude_post(running_post(), end, effects);
  next_post(effects);
}

void LegProgram::conclude_post(const PostStep& post, const StepEnd& end, Effects& effects) {
  Outcome conclusion = end.outcome;
  if (is_failure(conclusion) && post.step->continue_on_error.present()) {
    const StepContext context = post_context(post);
    TokenEvaluator evaluator(context, *post.list->text);
    if (evaluator.boolean(post.step->continue_on_error, "continue-on-error"))
      conclusion = Outcome::Succeeded;
  }
  effects.emplace_back(
      ConcludeStep{post_index(), post.part, end.outcome, conclusion, end.message, {}});
  if (is_failure(conclusion)) {
    group_status_ = Outcome::Failed;
    if (root_.status != Outcome::Succeeded) return;
    root_.status = Outcome::Failed;
    root_.failed_by = post.name;
  }
}

void LegProgram::end_group(Effects& effects) {
  const Step& step = start_.job->steps[post_order_[next_post_group_ - 1]];
  if (is_composite(step))
    effects.emplace_back(ConcludeStep{post_index(), {}, group_status_, group_status_, {}, {}});
  group_ = nullptr;
}

const PostStep& LegProgram::running_post() const {
  return group_->steps[group_->steps.size() - next_in_group_];
}

int LegProgram::post_index() const {
  return static_cast<int>(start_.job->steps.size() + next_post_group_) - 1;
}

}  // namespace sluice::pipeline::github
