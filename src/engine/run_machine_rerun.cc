// Another attempt: which jobs run anew, and what of the attempt before stays.
#include "base/strings.h"
#include "engine/run_machine.h"

namespace sluice::engine {

using pipeline::Outcome;
using store::StoredEvent;

// A job runs again with all that depends on it. A called job reopens its caller, whose other called
// jobs stay as they are; a caller that runs again itself calls anew.
Result<RunMachine::RerunScope> RunMachine::rerun_scope(const Rerun& rerun) const {
  RerunScope scope{std::vector<bool>(jobs_.size(), false), std::vector<bool>(jobs_.size(), false)};
  std::vector<std::size_t> open;
  for (const std::string& id : rerun.jobs) {
    const auto found = index_.find(id);
    if (found == index_.end()) return invalid_input(cat("no job '", id, "'"));
    open.push_back(found->second);
  }
  while (!open.empty()) {
    const std::size_t job = open.back();
    open.pop_back();
    if (scope.again[job]) continue;
    scope.again[job] = true;
    open.insert(open.end(), dependents_[job].begin(), dependents_[job].end());
    for (auto at = graph_[job].caller; at; at = graph_[at->job].caller) {
      if (scope.reopened[at->job]) break;
      scope.reopened[at->job] = true;
      open.insert(open.end(), dependents_[at->job].begin(), dependents_[at->job].end());
    }
  }
  return scope;
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

void RunMachine::reopen_caller(std::size_t job, const RerunScope& scope) {
  JobState& state = jobs_[job];
  state.phase = Phase::Running;
  state.ended.clear();
  state.failed_fast = false;
  state.running_legs = 0;
  state.next_leg = 0;
  --ended_jobs_;
  facts_.jobs.erase(graph_[job].id);
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
    } else {
      state.ended.push_back(call.result);
      tell_call_finished(job, leg, call.result, "");
    }
  }
  if (!graph_[job].caller) starting_.insert(job);
}

void RunMachine::count_needs(const RerunScope& scope) {
  for (std::size_t job = 0; job < scope.again.size(); ++job) {
    if (!scope.again[job] || graph_[job].gone) continue;
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
    if (scope.again[job])
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

}  // namespace sluice::engine
