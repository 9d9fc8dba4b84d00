// One leg of a job as a program: its steps with the environment, outputs, paths and masks that they
// hand on; steps inside of actions, steps in the background, post steps. Deterministic: the same
// inputs give the same effects and ids ("step-1", "step-3.2", "hash-1-1", "post-3"). One thread.
//
// A step is decided, run, concluded. Each part says whether the step is settled by it; when not,
// an effect is outstanding, and its result takes the step up again. program.cc drives lists of
// steps, program_steps.cc one step, program_actions.cc composite and JavaScript actions,
// program_background.cc steps beside others, program_post.cc post steps, program_results.cc what a
// step left.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/github/contexts.h"
#include "pipeline/github/step_run.h"
#include "pipeline/github/workflow.h"
#include "pipeline/ports/job_program.h"

namespace sluice::pipeline::github {

// What a leg starts with; all of it is evaluated already.
struct LegStart {
  std::shared_ptr<const Workflow> workflow;
  const Job* job = nullptr;  // in *workflow
  JobPlace place;
  ContextSet contexts;  // github needs strategy matrix vars secrets inputs runner
  NamedTexts env;       // of the workflow, then of the job
  std::string default_shell;
  std::string default_directory;
  std::map<std::string, std::string> default_env;  // GITHUB_*, RUNNER_*, SLUICE_*
  std::vector<std::string> secrets;
};

// A number of minutes as a duration; nothing unless above 0.
std::optional<Duration> minutes(double count);

// The steps of a job as the plan shows them: nested ones below theirs, post steps at the end.
std::vector<PlannedStep> plan_steps(const Job& job);

class LegProgram final : public JobProgram {
 public:
  explicit LegProgram(LegStart start);

  Result<std::vector<JobEffect>> advance(const JobInput& input) override;
  std::vector<std::string> masks() const override { return masks_; }

 private:
  using Effects = std::vector<JobEffect>;
  enum class Phase { New, Steps, Draining, Post, Finished };

  Result<Effects> begin();
  Result<Effects> step_ended(const StepEnded& input);
  Result<Effects> files_hashed(const FilesHashed& input);
  Effects cancel();

  // ---- lists of steps: program.cc
  // Goes through the list until a step in the foreground is not settled; true at its end.
  bool run_list(StepList& list, Effects& effects);
  StepRun& begin_run(StepList& list);
  // The step was settled by a result: what follows from it.
  void go_on(StepRun& run, Effects& effects);
  void go_on_after(StepList* list, Effects& effects);
  void steps_over(Effects& effects);
  void finish(Effects& effects);
  // Empty: there is none. One that cannot be evaluated fails the job.
  std::string environment_url(const StepContext& context, FinishJob& end);
  std::string id_of(std::string_view kind, const StepRun& run) const;
  void expect(StepRun& run, std::string id);
  StepRun* take_outstanding(const std::string& id);

  // ---- one step: program_steps.cc. True: settled.
  bool decide(StepRun& run, Effects& effects);
  // Nothing: the condition holds.
  std::optional<bool> decide_condition(StepRun& run, const StepContext& context, Effects& effects);
  bool start(StepRun& run, StepContext& context, TokenEvaluator& evaluator, Effects& effects);
  bool skip(StepRun& run, Explanation reason, Effects& effects);
  bool fail(StepRun& run, std::string message, Effects& effects);
  void begin_in_vain(StepRun& run, Effects& effects) const;
  bool ask_hash(StepRun& run, const NeedsHash& request, Effects& effects);
  bool conclude(StepRun& run, Effects& effects);
  // The problem that keeps the step from running; empty when there is none.
  std::string fill_request(StepRun& run, StepContext& context, TokenEvaluator& evaluator,
                           RunStep& request);
  std::string fill_action(StepRun& run, StepContext& context, TokenEvaluator& evaluator,
                          RunStep& request);
  void record(StepRun& run, Outcome conclusion);
  StepContext list_context(const StepList& list, const FileHashes& hashes) const;
  StepContext context_of(const StepRun& run) const;
  Value github_value(const StepList& list, std::string_view action) const;
  Value job_value() const;
  NamedTexts list_env(const StepList& list) const;
  std::map<std::string, std::string> process_env(const NamedTexts& own, const Carried& carried,
                                                 const StepList& list, const Step& step) const;
  Explanation run_reason(const StepRun& run, const StepContext& context) const;
  Explanation skip_reason(const StepRun& run, const StepContext& context) const;

  // ---- actions made of steps, and of JavaScript: program_actions.cc
  bool enter_action(StepRun& run, StepContext& context, TokenEvaluator& evaluator,
                    Effects& effects);
  bool leave_action(StepRun& run, Effects& effects);
  // Given ones and defaults, in the order of the action's file; the problem when there is one.
  std::string action_inputs(const LocalAction& action, StepContext& context,
                            TokenEvaluator& evaluator, const Step& step, NamedTexts& inputs,
                            std::optional<NeedsHash>& needs_hash) const;
  std::string action_folder(const LocalAction& action) const;
  std::optional<Duration> time_left(const StepRun& run) const;
  void spend_time(StepRun& run, const StepResult& result);

  // ---- beside others: program_background.cc
  bool begin_control(StepRun& run, Effects& effects);
  bool conclude_control(StepRun& run, Effects& effects);
  bool control_done(const StepRun& run) const;
  std::vector<StepRun*> targets_of(const StepRun& run) const;
  void dismiss(StepRun& target, Effects& effects);
  bool must_queue(const StepRun& run) const;
  void background_settled(Effects& effects);
  void start_queued(Effects& effects);
  void take(StepRun& run);
  void stop(StepRun& run, Effects& effects);
  void stop_unless_it_holds(StepRun& run, Effects& effects);

  // ---- when the steps are over: program_post.cc
  void expect_post(const StepRun& run, const RunStep& request, const NamedTexts& inputs);
  void keep_state(const StepRun& run);
  void next_post(Effects& effects);
  void begin_group(Effects& effects);
  bool begin_post(const PostStep& post, Effects& effects);
  void post_ended(const StepResult& result, Effects& effects);
  void conclude_post(const PostStep& post, const StepEnd& end, Effects& effects);
  void end_group(Effects& effects);
  StepContext post_context(const PostStep& post) const;
  const PostStep& running_post() const;
  int post_index() const;  // of the running group, in the plan's steps

  // ---- what a step left: program_results.cc
  StepEnd read_result(const StepResult& result);
  void add_mask(const std::string& value);
  void hide_masks();

  LegStart start_;
  Phase phase_ = Phase::New;
  Carried carried_;
  StepList root_;
  std::vector<std::unique_ptr<StepRun>> background_;  // of the job, in order
  std::vector<std::unique_ptr<StepRun>> kept_;        // actions whose post steps will need them
  std::vector<StepRun*> queue_;
  std::map<std::string, StepRun*> outstanding_;  // by effect id
  std::vector<std::string> masks_;

  std::vector<PostGroup> posts_;
  std::vector<std::size_t> post_order_;  // indices of steps with a post step, in order of running
  std::size_t next_post_group_ = 0;      // in post_order_
  PostGroup* group_ = nullptr;           // in posts_, that runs
  std::size_t next_in_group_ = 0;
  Outcome group_status_ = Outcome::Succeeded;
  std::string post_outstanding_;
  const FileHashes no_hashes_;
};

}  // namespace sluice::pipeline::github
