// Jobs that call a pipeline: their legs stand for the called jobs, which join the graph when the
// leg starts and end the leg when they have ended.
#include <algorithm>

#include "base/strings.h"
#include "engine/run_machine.h"

namespace sluice::engine {

using pipeline::LegResult;
using pipeline::Outcome;

void RunMachine::start_calls(std::size_t job, pipeline::CallJobs decision) {
  pipeline::RunJob legs;
  legs.max_parallel = decision.max_parallel;
  legs.fail_fast = decision.fail_fast;
  legs.reason = std::move(decision.reason);
  std::vector<CallState> calls(decision.legs.size());
  for (std::size_t leg = 0; leg < calls.size(); ++leg) {
    calls[leg].jobs = std::move(decision.legs[leg].jobs);
    legs.legs.push_back(std::move(decision.legs[leg].leg));
  }
  jobs_[job].calls = std::move(calls);
  start_job(job, std::move(legs));
}

// It takes no slot: the called jobs do.
void RunMachine::start_call(std::size_t job, std::size_t leg) {
  if (!jobs_[job].calls[leg].members.empty()) return resume_call(job, leg);
  std::vector<pipeline::PlannedJob> planned = std::move(jobs_[job].calls[leg].jobs);
  CHECK(!planned.empty());
  std::vector<std::size_t> members;
  for (const pipeline::PlannedJob& called : planned)
    members.push_back(add_job(called, LegRef{job, leg}));
  for (const std::size_t member : members) {
    link_needs(member);
    if (graph_[member].needs.empty()) ready_.insert(member);
  }
  select_members(job, members);
  jobs_[job].legs[leg].phase = Phase::Running;
  CallState& call = jobs_[job].calls[leg];
  call.open = members.size();
  call.members = members;
  tell_call_started(job, leg, members);
}

// In another attempt, with those of its jobs that run again.
void RunMachine::resume_call(std::size_t job, std::size_t leg) {
  const std::vector<std::size_t>& again = jobs_[job].calls[leg].again;
  for (const std::size_t member : again) {
    const JobState& state = jobs_[member];
    if (state.phase == Phase::Running)
      may_start(member);
    else if (state.phase == Phase::Waiting && state.open_needs == 0)
      ready_.insert(member);
  }
  jobs_[job].legs[leg].phase = Phase::Running;
  tell_call_started(job, leg, again);
}

// `members`: those of its jobs that run in this attempt.
void RunMachine::tell_call_started(std::size_t job, std::size_t leg,
                                   const std::vector<std::size_t>& members) {
  JsonArray listed;
  for (const std::size_t member : members)
    listed.push_back(JsonObject{{"id", graph_[member].id}, {"name", graph_[member].name}});
  JsonObject body = leg_body(key_of(job, leg));
  body["name"] = jobs_[job].legs[leg].leg.name;
  body["jobs"] = std::move(listed);
  emit(event_kind::kCallStarted, std::move(body));
}

void RunMachine::select_members(std::size_t caller, const std::vector<std::size_t>& members) {
  for (const std::size_t member : members) {
    if (!partial_.contains(caller))
      selected_[member] = selected_[caller];
    else
      select_named(member);
  }
}

Result<void> RunMachine::conclude_calls() {
  while (!ended_calls_.empty()) {
    const LegRef ref = ended_calls_.front();
    ended_calls_.pop_front();
    const LegState& leg = jobs_[ref.job].legs[ref.leg];
    if (leg.phase != Phase::Running) continue;
    LegResult result = pipeline_->conclude_call(graph_[ref.job].id, leg.leg, facts_);
    TRY(end_call(ref.job, ref.leg, std::move(result), ""));
    TRY(conclude_job_if_ended(ref.job));
  }
  return success();
}

Result<void> RunMachine::end_call(std::size_t job, std::size_t leg, LegResult result,
                                  const std::string& message) {
  JobState& state = jobs_[job];
  LegState& call = state.legs[leg];
  const bool counted = call.phase == Phase::Running || call.group != GroupState::None;
  tell_call_finished(job, leg, result, message);
  call.phase = Phase::Ended;
  call.result = std::move(result);
  state.ended.push_back(leg);
  if (counted) leave_job(state, job);
  release_group(job, leg);
  return cancel_siblings(job, leg);
}

void RunMachine::tell_call_finished(std::size_t job, std::size_t leg, const LegResult& result,
                                    const std::string& message) {
  JsonObject body = leg_body(key_of(job, leg));
  body["result"] = pipeline::to_string(result.result);
  body["message"] = message;
  body["outputs"] = to_json_object(result.outputs);
  emit(event_kind::kCallFinished, std::move(body));
}

// The called jobs that run are asked one by one whether they go on; those that wait will see a
// cancelled run when they are decided.
Result<void> RunMachine::cancel_call(std::size_t job, std::size_t leg, const std::string& reason) {
  LegState& call = jobs_[job].legs[leg];
  if (call.phase == Phase::Waiting) {
    if (jobs_[job].calls[leg].members.empty())
      return end_call(job, leg, {.result = Outcome::Cancelled, .outputs = {}}, reason);
    if (call.group == GroupState::None) ++jobs_[job].running_legs;
    resume_call(job, leg);
  }
  if (call.phase != Phase::Running || std::exchange(call.cancelled, true)) return success();
  for (const std::size_t member : std::vector<std::size_t>(jobs_[job].calls[leg].members)) {
    if (jobs_[member].phase != Phase::Running) continue;
    if (pipeline_->survives_cancel(graph_[member].id, facts_)) continue;
    for (std::size_t inner = 0; inner < jobs_[member].legs.size(); ++inner)
      TRY(cancel_leg(member, inner, reason));
    TRY(conclude_job_if_ended(member));
  }
  return success();
}

bool RunMachine::in_cancelled_call(std::size_t job) const {
  for (auto at = graph_[job].caller; at; at = graph_[at->job].caller)
    if (jobs_[at->job].legs[at->leg].cancelled) return true;
  return false;
}

}  // namespace sluice::engine
