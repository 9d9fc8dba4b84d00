#include "engine/run_machine.h"

#include <algorithm>

#include "base/strings.h"
#include "engine/hidden.h"
#include "pipeline/mask.h"

namespace sluice::engine {

using pipeline::JobFacts;
using pipeline::Outcome;
using store::StoredEvent;

namespace {

// "deploy/test" and "deploy.1/test" are called by "deploy".
bool is_called_by(std::string_view id, std::string_view caller) {
  return id.starts_with(caller) && id.size() > caller.size() &&
         (id[caller.size()] == '/' || id[caller.size()] == '.');
}

}  // namespace

bool is_forgiven(const pipeline::LegResult& leg) {
  return leg.continue_on_error && leg.result != Outcome::Succeeded &&
         leg.result != Outcome::Skipped && leg.result != Outcome::Cancelled;
}

RunMachine::RunMachine(const Languages& languages, const store::Sealer& sealer,
                       std::function<pipeline::JobPlace(const exec::LegAddress&)> place)
    : languages_(languages), sealer_(sealer), place_(std::move(place)) {}

RunMachine::~RunMachine() = default;

const std::map<std::string_view, RunMachine::Handler>& RunMachine::handlers() {
  static const std::map<std::string_view, Handler> kHandlers = {
      {event_kind::kRunCreated, &RunMachine::on_created},
      {event_kind::kLegPrepared, &RunMachine::on_leg_prepared},
      {event_kind::kStepProcess, &RunMachine::on_step_process},
      {event_kind::kStepEnded, &RunMachine::on_step_ended},
      {event_kind::kFilesHashed, &RunMachine::on_files_hashed},
      {event_kind::kLegCleaned, &RunMachine::on_leg_cleaned},
      {event_kind::kCancelRequested, &RunMachine::on_cancel},
      {event_kind::kKillRequested, &RunMachine::on_kill},
      {event_kind::kRerunRequested, &RunMachine::on_rerun},
      {event_kind::kGroupClaimed, &RunMachine::on_group_claimed},
      {event_kind::kGroupLost, &RunMachine::on_group_lost},
      {event_kind::kLegCancelRequested, &RunMachine::on_leg_cancel},
      {event_kind::kLegOverdue, &RunMachine::on_leg_overdue},
      {event_kind::kPauseAnswered, &RunMachine::on_pause_answered},
      {event_kind::kStepPaused, &RunMachine::on_derived},
      {event_kind::kGroupWaiting, &RunMachine::on_derived},
      {event_kind::kGroupRequested, &RunMachine::on_derived},
      {event_kind::kGroupReleased, &RunMachine::on_derived},
      {event_kind::kJobSkipped, &RunMachine::on_derived},
      {event_kind::kJobFailed, &RunMachine::on_derived},
      {event_kind::kJobStarted, &RunMachine::on_derived},
      {event_kind::kLegStarted, &RunMachine::on_derived},
      {event_kind::kStepStarted, &RunMachine::on_derived},
      {event_kind::kStepReplayed, &RunMachine::on_derived},
      {event_kind::kStepSkipped, &RunMachine::on_derived},
      {event_kind::kStepAnnotated, &RunMachine::on_derived},
      {event_kind::kStepConcluded, &RunMachine::on_derived},
      {event_kind::kStepStopped, &RunMachine::on_derived},
      {event_kind::kHashRequested, &RunMachine::on_derived},
      {event_kind::kLegFinished, &RunMachine::on_derived},
      {event_kind::kCallStarted, &RunMachine::on_derived},
      {event_kind::kCallFinished, &RunMachine::on_derived},
      {event_kind::kJobFinished, &RunMachine::on_derived},
      {event_kind::kRunFinished, &RunMachine::on_derived},
  };
  return kHandlers;
}

Result<store::Decision> RunMachine::apply(const StoredEvent& event) {
  const auto handler = handlers().find(event.event.kind);
  if (handler == handlers().end())
    return corrupt(cat("event ", event.seq, ": unknown kind '", event.event.kind, "'"));
  decision_ = {};
  now_ = event.time;
  const JsonObject& body = *TRY(as_object(event.event.body, event.event.kind));
  TRY_CONTEXT((this->*handler->second)(event, body),
              cat("event ", event.seq, " (", event.event.kind, ")"));
  return std::move(decision_);
}

// Derived events report what the event before them already did to the state.
Result<void> RunMachine::on_derived(const StoredEvent&, const JsonObject&) {
  return success();
}

Result<void> RunMachine::on_created(const StoredEvent& event, const JsonObject&) {
  if (pipeline_ != nullptr) return corrupt("the run was created before");
  created_ = TRY(created_run_from_json(event.event.body, sealer_));
  for (const auto& [name, value] : created_.values.secrets) secrets_.push_back(value);
  masks_ = pipeline::mask_variants(secrets_);
  TRY(bind());
  if (to_canonical_text(to_json(pipeline_->plan())) != to_canonical_text(created_.plan))
    return failed_precondition(
        cat("this program plans the pipeline differently from the one that made the run (",
            created_.language, " ", created_.language_version, "); start it anew"));
  on_failure_ = created_.options.on_failure;
  build_graph();
  select_jobs();
  request_run_group();
  return schedule();
}

Result<void> RunMachine::bind() {
  const pipeline::Language* language = languages_.find(created_.language);
  if (language == nullptr)
    return unsupported(cat("pipelines in the language '", created_.language, "'"));
  pipeline_ =
      TRY(language->read(created_.file)->bind(created_.event, created_.identity, created_.values));
  return success();
}

const pipeline::Plan& RunMachine::plan() const {
  return pipeline_->plan();
}

void RunMachine::build_graph() {
  for (const pipeline::PlannedJob& job : plan().jobs) add_job(job, std::nullopt);
  for (std::size_t i = 0; i < graph_.size(); ++i) {
    link_needs(i);
    if (graph_[i].needs.empty()) ready_.insert(i);
  }
}

std::size_t RunMachine::add_job(const pipeline::PlannedJob& job, std::optional<LegRef> caller) {
  const std::size_t at = graph_.size();
  graph_.push_back({job.id, job.name, job.needs, caller, job.steps, false});
  index_.insert_or_assign(job.id, at);
  jobs_.emplace_back();
  dependents_.emplace_back();
  selected_.push_back(false);
  ++live_jobs_;
  return at;
}

void RunMachine::link_needs(std::size_t job) {
  jobs_[job].open_needs = graph_[job].needs.size();
  for (const std::string& need : graph_[job].needs) {
    const auto found = index_.find(need);
    CHECK(found != index_.end());  // bind() refuses unknown needs
    dependents_[found->second].push_back(job);
  }
}

void RunMachine::select_with_needs(std::size_t job) {
  std::vector<std::size_t> open{job};
  while (!open.empty()) {
    const std::size_t next = open.back();
    open.pop_back();
    if (selected_[next] && !partial_.contains(next)) continue;
    partial_.erase(next);
    selected_[next] = true;
    for (const std::string& need : graph_[next].needs) open.push_back(index_.at(need));
  }
}

// With --job only the named jobs and everything they need are part of the run; of a job that calls
// a pipeline perhaps only some of the called ones.
void RunMachine::select_jobs() {
  if (created_.options.jobs.empty()) selected_.assign(jobs_.size(), true);
  for (std::size_t job = 0; job < graph_.size(); ++job) select_named(job);
}

void RunMachine::select_named(std::size_t job) {
  for (const std::string& wanted : created_.options.jobs) {
    if (wanted == graph_[job].id) {
      select_with_needs(job);
    } else if (is_called_by(wanted, graph_[job].id) && !selected_[job]) {
      select_with_needs(job);
      partial_.insert(job);
    }
  }
}

Result<void> RunMachine::schedule() {
  if (run_group_ == GroupState::Waiting) return success();
  do {
    TRY(conclude_calls());
    while (!ready_.empty()) {
      const std::size_t job = *ready_.begin();
      ready_.erase(ready_.begin());
      TRY(decide(job));
    }
    TRY(start_legs());
  } while (!ready_.empty() || !ended_calls_.empty());
  return finish_run_if_ended();
}

Result<void> RunMachine::decide(std::size_t job) {
  const std::string id = graph_[job].id;
  if (!selected_[job]) {
    pipeline::Explanation reason;
    reason.summary = "not among the jobs asked for with --job";
    tell_not_run(event_kind::kJobSkipped, job, reason);
    end_job(job, {.result = Outcome::Skipped, .outputs = {}});
    return success();
  }
  pipeline::RunFacts cancelled;
  if (in_cancelled_call(job)) {
    cancelled = facts_;
    cancelled.cancelled = true;
  }
  pipeline::JobDecision decision =
      pipeline_->decide_job(id, cancelled.cancelled ? cancelled : facts_);
  if (const auto* skip = std::get_if<pipeline::SkipJob>(&decision)) {
    tell_not_run(event_kind::kJobSkipped, job, skip->reason);
    end_job(job, {.result = Outcome::Skipped, .outputs = {}});
  } else if (const auto* fail = std::get_if<pipeline::FailJob>(&decision)) {
    tell_not_run(event_kind::kJobFailed, job, fail->reason);
    end_job(job, {.result = Outcome::Failed, .outputs = {}});
  } else if (auto* call = std::get_if<pipeline::CallJobs>(&decision)) {
    start_calls(job, std::move(*call));
  } else {
    start_job(job, std::get<pipeline::RunJob>(std::move(decision)));
  }
  return success();
}

void RunMachine::tell_not_run(std::string_view kind, std::size_t job,
                              const pipeline::Explanation& reason) {
  emit(kind, JsonObject{
                 {"job", graph_[job].id}, {"name", graph_[job].name}, {"reason", to_json(reason)}});
}

void RunMachine::start_job(std::size_t job, pipeline::RunJob decision) {
  JobState& state = jobs_[job];
  state.decision = std::move(decision);
  CHECK(!state.decision.legs.empty());
  state.phase = Phase::Running;
  state.legs = std::vector<LegState>(state.decision.legs.size());
  for (std::size_t i = 0; i < state.legs.size(); ++i) {
    state.legs[i].leg = state.decision.legs[i];
    CHECK(state.legs[i].leg.index == static_cast<int>(i));
  }
  may_start(job);
  tell_job_started(job);
}

void RunMachine::tell_job_started(std::size_t job) {
  JsonArray legs;
  for (const LegState& leg : jobs_[job].legs) {
    JsonObject told{{"index", leg.leg.index}, {"name", leg.leg.name}, {"matrix", leg.leg.matrix}};
    if (leg.phase == Phase::Ended && !jobs_[job].calls_pipeline()) told["kept"] = true;
    legs.push_back(std::move(told));
  }
  emit(event_kind::kJobStarted, JsonObject{{"job", graph_[job].id},
                                           {"legs", std::move(legs)},
                                           {"reason", to_json(jobs_[job].decision.reason)}});
}

void RunMachine::end_job(std::size_t job, JobFacts facts) {
  jobs_[job].phase = Phase::Ended;
  starting_.erase(job);
  asking_.erase(job);
  ++ended_jobs_;
  facts_.jobs.insert_or_assign(graph_[job].id, std::move(facts));
  for (const std::size_t dependent : dependents_[job])
    if (--jobs_[dependent].open_needs == 0 && jobs_[dependent].phase == Phase::Waiting)
      ready_.insert(dependent);
  if (const auto& caller = graph_[job].caller)
    if (--jobs_[caller->job].calls[caller->leg].open == 0) ended_calls_.push_back(*caller);
}

Result<void> RunMachine::conclude_job_if_ended(std::size_t job) {
  JobState& state = jobs_[job];
  if (state.ended.size() < state.legs.size()) return success();
  const std::string& id = graph_[job].id;
  std::vector<pipeline::LegResult> ended;
  for (const std::size_t leg : state.ended) ended.push_back(state.legs[leg].result);
  const bool tolerated = std::any_of(ended.begin(), ended.end(), is_forgiven);
  JobFacts facts = pipeline_->conclude_job(id, ended);
  JsonObject body{{"job", id}, {"result", pipeline::to_string(facts.result)}};
  if (tolerated) body["tolerated"] = true;
  emit(event_kind::kJobFinished, std::move(body));
  end_job(job, std::move(facts));
  return success();
}

Result<void> RunMachine::finish_run_if_ended() {
  if (ended_jobs_ < live_jobs_ || finished_) return success();
  finished_ = pipeline_->conclude_run(facts_);
  if (run_group_ == GroupState::Held) --open_claims_;
  emit(event_kind::kRunFinished, JsonObject{{"result", pipeline::to_string(*finished_)}});
  return success();
}

Result<void> RunMachine::on_cancel(const StoredEvent&, const JsonObject& body) {
  if (finished_ || facts_.cancelled) return success();
  const std::string reason = string_or(body, "reason", "cancelled");
  if (run_group_ == GroupState::Waiting) return end_waiting_run(reason);
  facts_.cancelled = true;
  for (std::size_t job = 0; job < jobs_.size(); ++job) {
    if (graph_[job].gone || jobs_[job].phase != Phase::Running) continue;
    if (pipeline_->survives_cancel(graph_[job].id, facts_)) continue;
    for (std::size_t leg = 0; leg < jobs_[job].legs.size(); ++leg)
      TRY(cancel_leg(job, leg, reason));
    TRY(conclude_job_if_ended(job));
  }
  return schedule();
}

// The second Ctrl-C: nothing is asked any more, every leg ends now.
Result<void> RunMachine::on_kill(const StoredEvent&, const JsonObject&) {
  if (finished_) return success();
  facts_.cancelled = true;
  if (run_group_ == GroupState::Waiting) return end_waiting_run("the run was killed");
  end_waiting_jobs("the run was killed");
  for (std::size_t job = 0; job < jobs_.size(); ++job) {
    JobState& state = jobs_[job];
    if (graph_[job].gone || state.phase != Phase::Running) continue;
    for (std::size_t leg = 0; leg < state.legs.size(); ++leg) {
      LegState& leg_state = state.legs[leg];
      if (leg_state.phase == Phase::Waiting) TRY(cancel_leg(job, leg, "killed"));
      if (state.calls_pipeline()) continue;  // ends with the jobs that it called
      if (leg_state.phase == Phase::Preparing || leg_state.phase == Phase::Running)
        finish_leg(job, leg, {.result = Outcome::Cancelled, .outputs = {}}, "killed", {});
    }
    TRY(conclude_job_if_ended(job));
  }
  TRY(conclude_calls());
  ready_.clear();
  return finish_run_if_ended();
}

void RunMachine::end_waiting_jobs(const std::string& reason) {
  pipeline::Explanation why;
  why.decided_by = pipeline::DecidedBy::Cancelled;
  why.summary = reason;
  for (std::size_t job = 0; job < jobs_.size(); ++job) {
    if (graph_[job].gone || jobs_[job].phase != Phase::Waiting) continue;
    tell_not_run(event_kind::kJobSkipped, job, why);
    end_job(job, {.result = Outcome::Cancelled, .outputs = {}});
  }
  ready_.clear();
}

void RunMachine::emit(std::string_view kind, Json body) {
  JsonObject& object = body.as_object();
  hide_secrets(kind, object, masks_of_event(object));
  decision_.events.push_back({std::string(kind), std::move(body)});
}

}  // namespace sluice::engine
