// The life of a run as a fold over its journal: which jobs are ready, what their legs do next, how
// it all ends. Pure; driven by store::Driver; the same events give the same state, the same derived
// events and the same effects.
//
//   RunCreated → (JobSkipped | JobStarted)* → LegStarted, effect prepare
//   LegPrepared → the leg's JobProgram begins → StepStarted, effect step | StepSkipped | …
//   StepEnded → StepConcluded, then what the program wants next
//   program finishes → LegFinished, effect finish → LegCleaned → JobFinished → dependents
//   all jobs ended → RunFinished
//   a job that calls a pipeline: JobStarted → CallStarted for each leg, whose jobs join the graph →
//   when they have ended CallFinished → JobFinished
// A run, or a leg, with a concurrency group first asks for it: GroupRequested, effect claim →
// GroupClaimed, or GroupLost, which cancels it.
//
// Effects name the leg and an id; what a step really runs (it may hold secrets) is asked for with
// run_step(), never stored. Threads: one at a time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/languages.h"
#include "engine/run_events.h"
#include "store/driver.h"

namespace sluice::engine {

enum class GroupState { None, Waiting, Held };

// Failed, and counts as succeeded (continue-on-error).
bool is_forgiven(const pipeline::LegResult& leg);

// A step that failed and waits for an answer.
struct PausedStep {
  pipeline::RunStep step;  // with the id under which it last ran
  pipeline::StepResult result;
};

enum class Phase { Waiting, Preparing, Running, Finishing, Ended };

struct LegState {
  pipeline::Leg leg;
  pipeline::LegSettings settings;
  Phase phase = Phase::Waiting;
  bool cancelled = false;  // CancelJob was fed, or must be once it runs
  std::string overdue;     // its time was over: what is told as the reason of its end
  GroupState group = GroupState::None;
  std::set<std::string> deadlines;  // ids of open timer effects
  std::unique_ptr<pipeline::JobProgram> program;
  std::map<std::string, pipeline::RunStep> running;  // by effect id
  std::map<std::string, pipeline::HashFiles> hashing;
  std::set<std::string> stopping;            // ids with an open stop effect
  std::map<std::string, PausedStep> paused;  // by the same id
  // Steps that were tried again run under ids of their own; the program knows the first one.
  std::map<std::string, std::string> first_ids;
  std::map<std::string, int> tries;  // by first id
  // Results in the order in which they were fed, for a rerun from a later step.
  std::vector<std::pair<pipeline::RunStep, pipeline::StepResult>> history;
  std::optional<int> replay_before;  // rerun: steps below are answered from `recorded`
  std::map<std::string, pipeline::StepResult> recorded;
  std::vector<pipeline::JobInput> replayed;  // answered so, not fed yet
  pipeline::LegResult result;
  std::string environment_url;  // of its deployment; may hold masked values
  // Encodings of `masked_secrets`, made again when the program knows more secrets.
  mutable std::vector<std::string> masked_secrets;
  mutable std::vector<std::string> mask_variants;
};

// What one leg of a calling job stands for.
struct CallState {
  std::vector<pipeline::PlannedJob> jobs;  // as decided
  std::vector<std::size_t> members;        // the same in the graph, once the leg has started
  std::vector<std::size_t> again;          // of these, the ones that a rerun takes up
  std::size_t open = 0;                    // those that have not ended
};

struct JobState {
  Phase phase = Phase::Waiting;  // Waiting, Running, Ended; of a caller's legs too
  std::size_t open_needs = 0;
  pipeline::RunJob decision;
  std::vector<LegState> legs;
  std::vector<CallState> calls;    // one for each leg when the job calls a pipeline
  std::size_t next_leg = 0;        // first one that has not started
  int running_legs = 0;            // those that wait for their group count
  bool failed_fast = false;        // its other legs have been cancelled
  std::vector<std::size_t> ended;  // legs, in the order in which they ended

  bool calls_pipeline() const { return !calls.empty(); }
};

class RunMachine final : public store::StateMachine {
 public:
  // Borrows all three. `place` is StepBackend::place of the backend that runs the steps.
  RunMachine(const Languages& languages, const store::Sealer& sealer,
             std::function<pipeline::JobPlace(const exec::LegAddress&)> place);
  ~RunMachine() override;

  Result<store::Decision> apply(const store::StoredEvent& event) override;

  // ---- what the runner of effects needs ----
  const CreatedRun& created() const { return created_; }
  exec::LegAddress address(const LegKey& key) const;
  exec::LegSpec leg_spec(const LegKey& key) const;
  // Null when that step, request or leg is not outstanding (any more).
  const pipeline::RunStep* run_step(const LegKey& key, const std::string& id) const;
  const pipeline::HashFiles* hash_request(const LegKey& key, const std::string& id) const;
  // Every text that must not be shown of that leg: its secrets in all their encodings.
  const std::vector<std::string>& masks(const LegKey& key) const;
  bool knows_process(const LegKey& key, const std::string& id) const;

  // Whether the leg (or the run: job empty) still waits, and the key of the effect that asks.
  bool waits_for_group(const LegKey& who) const;
  std::string claim_effect(const LegKey& who) const;
  bool has_claims() const { return open_claims_ > 0; }
  bool leg_cancelled(const LegKey& key) const;  // or ended
  const PausedStep* paused_step(const LegKey& key, const std::string& id) const;
  // The request of a step of that leg that runs, waits for an answer, or ended in this attempt.
  const pipeline::RunStep* step_request(const LegKey& key, int step, std::string_view part) const;
  bool knows_deadline(const LegKey& key, const std::string& id) const;

  // ---- what its owner and viewers need ----
  bool finished() const { return finished_.has_value(); }
  std::optional<pipeline::Outcome> result() const { return finished_; }
  bool cancelled() const { return facts_.cancelled; }
  const pipeline::Plan& plan() const;
  bool has_job(std::string_view id) const { return index_.contains(id); }
  // For rerun requests: jobs that did not succeed, and those legs of them (of a job of which none
  // succeeded: none, the job runs as a whole).
  std::vector<std::string> unsuccessful_jobs() const;
  std::vector<LegKey> unsuccessful_legs(const std::string& job) const;
  bool leg_ran(const LegKey& key) const;
  std::optional<int> find_step(const LegKey& key, std::string_view step) const;
  // As planned, also of called jobs; null: there is no such job.
  const std::vector<pipeline::PlannedStep>* steps_of(std::string_view job) const;

 private:
  struct LegRef {
    std::size_t job;
    std::size_t leg;
  };
  // A job of the plan, or one that a job called.
  struct GraphJob {
    std::string id;
    std::string name;
    std::vector<std::string> needs;  // ids
    std::optional<LegRef> caller;
    std::vector<pipeline::PlannedStep> steps;
    bool gone = false;  // its caller runs again and calls anew
  };

  using Handler = Result<void> (RunMachine::*)(const store::StoredEvent&, const JsonObject&);
  static const std::map<std::string_view, Handler>& handlers();

  // run_machine.cc: the run and its jobs
  Result<void> on_created(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_cancel(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_kill(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_rerun(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_derived(const store::StoredEvent& event, const JsonObject& body);
  Result<void> bind();
  void build_graph();
  std::size_t add_job(const pipeline::PlannedJob& job, std::optional<LegRef> caller);
  void link_needs(std::size_t job);
  void select_named(std::size_t job);
  void select_jobs();
  void select_with_needs(std::size_t job);
  Result<void> schedule();
  Result<void> decide(std::size_t job);
  void end_job(std::size_t job, pipeline::JobFacts facts);
  Result<void> conclude_job_if_ended(std::size_t job);
  Result<void> finish_run_if_ended();

  void end_waiting_jobs(const std::string& reason);
  void start_job(std::size_t job, pipeline::RunJob decision);
  void tell_job_started(std::size_t job);
  void tell_not_run(std::string_view kind, std::size_t job, const pipeline::Explanation& reason);

  // run_machine_calls.cc: jobs that call a pipeline
  void start_calls(std::size_t job, pipeline::CallJobs decision);
  void start_call(std::size_t job, std::size_t leg);
  void select_members(std::size_t caller, const std::vector<std::size_t>& members);
  Result<void> conclude_calls();
  Result<void> end_call(std::size_t job, std::size_t leg, pipeline::LegResult result,
                        const std::string& message);
  void resume_call(std::size_t job, std::size_t leg);
  void tell_call_started(std::size_t job, std::size_t leg, const std::vector<std::size_t>& members);
  void tell_call_finished(std::size_t job, std::size_t leg, const pipeline::LegResult& result,
                          const std::string& message);
  Result<void> cancel_call(std::size_t job, std::size_t leg, const std::string& reason);
  bool in_cancelled_call(std::size_t job) const;

  // run_machine_rerun.cc
  struct RerunScope {
    std::vector<bool> again;     // they run anew
    std::vector<bool> reopened;  // callers of which a called job runs anew
    // Of those in `again`, the jobs of which only these legs run.
    std::map<std::size_t, std::set<std::size_t>> legs;
  };
  Result<RerunScope> rerun_scope(const Rerun& rerun) const;
  Result<void> take_leg(const LegKey& key, RerunScope& scope, std::vector<std::size_t>& open) const;
  void follow(std::size_t job, RerunScope& scope, std::vector<std::size_t>& open) const;
  void reset_job(std::size_t job);
  void open_again(std::size_t job);
  void reopen_legs(std::size_t job, const std::set<std::size_t>& again);
  void forget_members(std::size_t job);
  void reopen_caller(std::size_t job, const RerunScope& scope);
  void count_needs(const RerunScope& scope);

  // run_machine_groups.cc: concurrency groups and times
  Result<void> on_group_claimed(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_group_lost(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_leg_cancel(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_leg_overdue(const store::StoredEvent& event, const JsonObject& body);
  void request_group(const LegKey& who, const pipeline::ConcurrencyGroup& group);
  void request_run_group();
  const pipeline::ConcurrencyGroup* wanted_group(std::size_t job, const LegState& leg) const;
  void release_group(std::size_t job, std::size_t leg);
  Result<void> end_waiting_run(const std::string& reason);
  void watch_time(const LegKey& key, LegState& leg, std::string_view id, Timestamp due);
  void watch_timeout(const LegKey& key, LegState& leg, Timestamp now);
  void watch_cancel(const LegKey& key, LegState& leg, Timestamp now);

  // run_machine_pauses.cc: steps that failed and wait for an answer
  Result<void> on_pause_answered(const store::StoredEvent& event, const JsonObject& body);
  bool breaks(const LegState& leg, const pipeline::StepResult& result) const;
  void pause(std::size_t job, std::size_t leg, PausedStep step);
  void retry(std::size_t job, std::size_t leg, pipeline::RunStep step);
  Result<void> end_step(std::size_t job, std::size_t leg, PausedStep step);
  Result<void> end_pause(std::size_t job, std::size_t leg, const std::string& id);

  // run_machine_legs.cc: legs and their steps
  Result<void> on_leg_prepared(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_step_process(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_step_ended(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_files_hashed(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_leg_cleaned(const store::StoredEvent& event, const JsonObject& body);
  Result<void> start_legs();
  Result<void> start_legs_of(std::size_t job);
  void may_start(std::size_t job);
  void leave_job(JobState& job, std::size_t index);
  Result<void> start_leg(std::size_t job, std::size_t leg);
  Result<void> feed(std::size_t job, std::size_t leg, const pipeline::JobInput& input);
  Result<void> carry_out(std::size_t job, std::size_t leg, const pipeline::JobEffect& effect);
  Result<void> run_or_replay(std::size_t job, std::size_t leg, const pipeline::RunStep& step);
  void annotate(std::size_t job, std::size_t leg, const pipeline::RunStep& step,
                const pipeline::StepResult& result);
  void finish_leg(std::size_t job, std::size_t leg, pipeline::LegResult result,
                  const std::string& message, const std::vector<std::string>& dropped);
  Result<void> cancel_leg(std::size_t job, std::size_t leg, const std::string& reason);
  Result<void> cancel_siblings(std::size_t job, std::size_t failed_leg);

  Result<LegRef> find_leg(const JsonObject& body) const;
  const LegState* find_leg(const LegKey& key) const;
  const std::vector<std::string>& masks(const LegState& leg) const;
  const std::vector<std::string>& masks_of_event(const JsonObject& body) const;
  LegKey key_of(std::size_t job, std::size_t leg) const;
  std::string step_fingerprint(const pipeline::RunStep& step) const;
  std::string effect_key(const LegKey& key, std::string_view id) const;
  void emit(std::string_view kind, Json body);
  void ask(std::string_view kind, const LegKey& key, std::string_view id);
  void withdraw(const LegKey& key, std::string_view id);

  const Languages& languages_;
  const store::Sealer& sealer_;
  std::function<pipeline::JobPlace(const exec::LegAddress&)> place_;

  CreatedRun created_;
  std::vector<std::string> secrets_;  // given to the run
  std::vector<std::string> masks_;    // these in all their encodings
  std::unique_ptr<pipeline::BoundPipeline> pipeline_;
  std::deque<GraphJob> graph_;                             // the plan's jobs first, in its order
  std::map<std::string, std::size_t, std::less<>> index_;  // job id -> position in graph_
  std::vector<std::vector<std::size_t>> dependents_;
  std::deque<JobState> jobs_;  // stays where it is when called jobs join
  std::vector<bool> selected_;
  std::set<std::size_t> partial_;   // callers that are selected for some of their jobs only
  std::deque<LegRef> ended_calls_;  // all jobs of theirs have ended; not concluded yet
  std::size_t live_jobs_ = 0;       // in graph_ and not gone
  std::set<std::size_t> ready_;     // waiting jobs with no open need
  std::set<std::size_t> starting_;  // running jobs of which a leg can start when a slot is free
  std::set<std::size_t> asking_;    // of these, the ones with legs that need none yet
  std::deque<LegRef> admitted_;     // legs that hold their group and wait for a slot
  GroupState run_group_ = GroupState::None;
  std::size_t open_claims_ = 0;
  std::size_t ended_jobs_ = 0;
  int busy_slots_ = 0;
  pipeline::RunFacts facts_;
  std::optional<pipeline::Outcome> finished_;
  std::optional<RerunPoint> rerun_from_;
  OnFailure on_failure_ = OnFailure::GoOn;
  std::map<LegKey, std::map<std::string, pipeline::StepResult>> rerun_results_;
  std::set<std::pair<LegKey, std::string>> known_processes_;

  Timestamp now_{};           // of the event being applied
  store::Decision decision_;  // of the same
};

}  // namespace sluice::engine
