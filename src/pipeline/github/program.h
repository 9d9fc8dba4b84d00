// One leg of a job as a program: its steps one after another, with the environment, outputs, paths
// and masks that they hand on. Deterministic: the same inputs give the same effects and ids
// ("step-1", "hash-1-1"). One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/github/contexts.h"
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

class LegProgram final : public JobProgram {
 public:
  explicit LegProgram(LegStart start);

  Result<std::vector<JobEffect>> advance(const JobInput& input) override;
  std::vector<std::string> masks() const override { return masks_; }

 private:
  enum class Phase { New, HashBeforeStep, Running, HashAfterStep, Finished };

  // A step that has ended, as the `steps` context shows it.
  struct EndedStep {
    std::string name;  // in the context
    Outcome outcome = Outcome::Succeeded;
    Outcome conclusion = Outcome::Succeeded;
    std::map<std::string, std::string> outputs;
  };
  struct StepEnd {
    Outcome outcome = Outcome::Succeeded;
    std::string message;
    std::map<std::string, std::string> outputs;
  };

  Result<std::vector<JobEffect>> begin();
  Result<std::vector<JobEffect>> step_ended(const StepEnded& input);
  Result<std::vector<JobEffect>> files_hashed(const FilesHashed& input);
  std::vector<JobEffect> cancel();

  // Goes on until something is outstanding or the job is finished.
  void proceed(std::vector<JobEffect>& effects);
  // Each of these settles the current step and goes to the next, or is false when something is
  // outstanding now.
  bool decide_step(std::vector<JobEffect>& effects);
  bool skip_step(Explanation reason, std::vector<JobEffect>& effects);
  bool fail_step(std::string message, std::vector<JobEffect>& effects);
  bool ask_hash(const NeedsHash& request, std::vector<JobEffect>& effects);
  bool conclude_step(std::vector<JobEffect>& effects);
  // The problem that keeps the step from running; empty when there is none.
  std::string fill_run_step(TokenEvaluator& evaluator, RunStep& run) const;
  void record(Outcome outcome, Outcome conclusion, std::map<std::string, std::string> outputs);
  void finish(std::vector<JobEffect>& effects);

  StepEnd read_result(const StepResult& result);
  void read_files(const StepResult& result, StepEnd& end);
  void read_commands(const StepResult& result, StepEnd& end);
  void set_env(const std::string& name, const std::string& value, StepEnd& end);
  void add_path(const std::string& folder);
  void add_mask(const std::string& value);

  StepContext step_context(Outcome status) const;
  Value steps_value() const;
  void set_unknown_steps(StepContext& context) const;
  NamedTexts job_env() const;
  std::map<std::string, std::string> process_env(const Step& step,
                                                 const NamedTexts& step_env) const;
  Explanation run_reason(const Step& step, const StepContext& context) const;
  Explanation skip_reason(const Step& step, const StepContext& context) const;
  const Step& current() const { return start_.job->steps[next_]; }

  LegStart start_;
  Phase phase_ = Phase::New;
  Outcome status_ = Outcome::Succeeded;  // of the job so far: Succeeded, Failed or Cancelled
  std::string outstanding_;              // id of the effect that is waited for
  std::size_t next_ = 0;
  std::vector<EndedStep> ended_;
  std::map<std::string, std::string> added_env_;
  std::vector<std::string> path_;
  std::vector<std::string> masks_;
  FileHashes hashes_;  // of the current step
  int hash_count_ = 0;
  std::vector<std::string> asked_patterns_;
  NamedTexts running_env_;  // the step env of the step that runs
  StepEnd pending_end_;
  std::string failed_by_;  // name of the first failed step
};

}  // namespace sluice::pipeline::github
