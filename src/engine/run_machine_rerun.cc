// Another attempt: which jobs run anew, and what of the attempt before stays.
#include "base/strings.h"
#include "engine/run_machine.h"

namespace sluice::engine {

using pipeline::Outcome;
using store::StoredEvent;

// A job runs again, or some of its legs, with all that depends on it. A called job reopens its
// caller, whose other called jobs stay as they are; a caller that runs again itself calls anew.
Result<RunMachine::RerunScope> RunMachine::rerun_scope(const Rerun& rerun) const {
  RerunScope scope{
      std::vector<bool>(jobs_.size(), false), std::vector<bool>(jobs_.size(), false), {}};
  std::vector<std::size_t> open;  // they run again as a whole
  for (const std::string& id : rerun.jobs) {
    const auto found = index_.find(id);
    if (found == index_.end()) return invalid_input(cat("no job '", id, "'"));
    open.push_back(found->second);
  }
  for (const LegKey& key : rerun.legs) TRY(take_leg(key, scope, open));
  while (!open.empty()) {
    const std::size_t job = open.back();
    open.pop_back();
    const bool in_part = scope.legs.erase(job) > 0;
    if (scope.again[job] && !in_part) continue;
    scope.again[job] = true;
    follow(job, scope, open);
  }
  return scope;
}

// Of a job that calls a pipeline, a leg stands for the jobs that it called.
Result<void> RunMachine::take_leg(const LegKey& key, RerunScope& scope,
                                  std::vector<std::size_t>& open) const {
  if (find_leg(key) == nullptr)
    return invalid_input(cat("job '", key.job, "' has no leg ", key.leg));
  const std::size_t job = index_.find(key.job)->second;
  const auto leg = static_cast<std::size_t>(key.leg);
  if (!jobs_[job].calls_pipeline()) {
    scope.again[job] = true;
    scope.legs[job].insert(leg);
    follow(job, scope, open);
    return success();
  }
  const std::vector<std::size_t>& members = jobs_[job].calls[leg].members;
  if (members.empty()) open.push_back(job);  // it never began
  open.insert(open.end(), members.begin(), members.end());
  return success();
}

void RunMachine::follow(std::size_t job, RerunScope& scope, std::vector<std::size_t>& open) const {
  open.insert(open.end(), dependents_[job].begin(), dependents_[job].end());
  for (auto at = graph_[job].caller; at; at = graph_[at->job].caller) {
    if (scope.reopened[at->job]) break;
    scope.reopened[at->job] = true;
    open.insert(open.end(), dependents_[at->job].begin(), dependents_[at->job].end());
  }
}

void RunMachine::forget_members(std::size_t job) {
  for (const CallState& call : jobs_[job].calls)
    for (const std::size_t member : call.members) {
      forget_members(member);
      graph_[member].gone = true;
      if (const auto at = index_.find(graph_[member].id); at != index_.end()) index_.erase(at);
      facts_.jobs.erase(graph_[member].id);
      --live_jobs_;
      --ended_jobs_;
    }
}

void RunMachine::reset_job(std::size_t job) {
  forget_members(job);
  jobs_[job] = JobState{};
  --ended_jobs_;
  facts_.jobs.erase(graph_[job].id);
}

void RunMachine::open_again(std::size_t job) {
  JobState& state = jobs_[job];
  state.phase = Phase::Running;
  state.failed_fast = false;
  state.running_legs = 0;
  state.next_leg = 0;
  --ended_jobs_;
  facts_.jobs.erase(graph_[job].id);
}

void RunMachine::reopen_legs(std::size_t job, const std::set<std::size_t>& again) {
  JobState& state = jobs_[job];
  open_again(job);
  for (const std::size_t leg : again) {
    LegState fresh;
    fresh.leg = std::move(state.legs[leg].leg);
    state.legs[leg] = std::move(fresh);
  }
  std::erase_if(state.ended, [&again](std::size_t leg) { return again.contains(leg); });
  tell_job_started(job);
  if (!graph_[job].caller) may_start(job);  // else its call does that
}

void RunMachine::reopen_caller(std::size_t job, const RerunScope& scope) {
  JobState& state = jobs_[job];
  open_again(job);
  tell_job_started(job);
  for (std::size_t leg = 0; leg < state.legs.size(); ++leg) {
    LegState& call = state.legs[leg];
    CallState& called = state.calls[leg];
    called.again.clear();
    for (const std::size_t member : called.members)
      if (scope.again[member] || scope.reopened[member]) called.again.push_back(member);
    called.open = called.again.size();
    const bool begins = !called.again.empty() || called.members.empty();
    if (begins) {
      call.phase = Phase::Waiting;
      call.cancelled = false;
      std::erase(state.ended, leg);
    } else {
      tell_call_finished(job, leg, call.result, "");
    }
  }
  if (!graph_[job].caller) may_start(job);
}

void RunMachine::count_needs(const RerunScope& scope) {
  for (std::size_t job = 0; job < scope.again.size(); ++job) {
    if (!scope.again[job] || graph_[job].gone || scope.legs.contains(job)) continue;
    for (const std::string& need : graph_[job].needs) {
      const std::size_t at = index_.at(need);
      jobs_[job].open_needs += scope.again[at] || scope.reopened[at] ? 1u : 0u;
    }
    // A called one comes when its call begins.
    if (jobs_[job].open_needs == 0 && !graph_[job].caller) ready_.insert(job);
  }
}

Result<void> RunMachine::on_rerun(const StoredEvent& event, const JsonObject&) {
  if (!finished_) return failed_precondition("the run has not ended");
  const Rerun rerun = TRY(rerun_from_json(event.event.body));
  const RerunScope scope = TRY(rerun_scope(rerun));
  created_.identity.attempt = rerun.attempt;
  TRY(bind());
  rerun_from_ = rerun.from;
  on_failure_ = rerun.on_failure;
  rerun_results_.clear();
  if (rerun.from)
    if (const LegState* leg = find_leg(rerun.from->leg))
      for (const auto& [step, result] : leg->history)
        rerun_results_[rerun.from->leg].insert_or_assign(step.id, result);
  finished_.reset();
  facts_.cancelled = false;
  known_processes_.clear();
  // Callers come before what they called: who is gone with its caller is not looked at again.
  for (std::size_t job = 0; job < scope.again.size(); ++job) {
    if (graph_[job].gone) continue;
    if (const auto legs = scope.legs.find(job); legs != scope.legs.end())
      reopen_legs(job, legs->second);
    else if (scope.again[job])
      reset_job(job);
    else if (scope.reopened[job])
      reopen_caller(job, scope);
  }
  count_needs(scope);
  request_run_group();
  return schedule();
}

// Of a caller whose called jobs failed only those: the others need not run again.
std::vector<std::string> RunMachine::unsuccessful_jobs() const {
  const auto failed = [this](std::size_t job) {
    const auto facts = facts_.jobs.find(graph_[job].id);
    if (graph_[job].gone || facts == facts_.jobs.end()) return false;
    const Outcome result = facts->second.result;
    return result != Outcome::Succeeded && result != Outcome::Skipped;
  };
  std::vector<bool> called_failed(graph_.size(), false);
  for (std::size_t job = graph_.size(); job-- > 0;)
    if (failed(job) && graph_[job].caller) called_failed[graph_[job].caller->job] = true;
  std::vector<std::string> ids;
  for (std::size_t job = 0; job < graph_.size(); ++job)
    if (failed(job) && !called_failed[job]) ids.push_back(graph_[job].id);
  return ids;
}

std::vector<LegKey> RunMachine::unsuccessful_legs(const std::string& job) const {
  const auto found = index_.find(job);
  if (found == index_.end() || jobs_[found->second].calls_pipeline()) return {};
  std::vector<LegKey> legs;
  const JobState& state = jobs_[found->second];
  for (const LegState& leg : state.legs)
    if (leg.result.result != Outcome::Succeeded) legs.push_back({job, leg.leg.index});
  if (legs.size() == state.legs.size()) legs.clear();
  return legs;
}

bool RunMachine::leg_ran(const LegKey& key) const {
  const LegState* leg = find_leg(key);
  return leg != nullptr && leg->program != nullptr;
}

}  // namespace sluice::engine
