// Concurrency groups of the run and its legs, and the times after which a leg is stopped by force.
#include "base/strings.h"
#include "engine/concurrency.h"
#include "engine/run_machine.h"

namespace sluice::engine {

using pipeline::Outcome;
using store::StoredEvent;

namespace {

constexpr std::string_view kAfterCancel = "overdue-cancel";
constexpr std::string_view kAfterTimeout = "overdue-timeout";

}  // namespace

std::string RunMachine::claim_effect(const LegKey& who) const {
  if (!who.job.empty()) return effect_key(who, "claim");
  return cat("claim.a", created_.identity.attempt);
}

bool RunMachine::waits_for_group(const LegKey& who) const {
  if (who.job.empty()) return run_group_ == GroupState::Waiting;
  const LegState* leg = find_leg(who);
  return leg != nullptr && leg->group == GroupState::Waiting;
}

bool RunMachine::leg_cancelled(const LegKey& key) const {
  const LegState* leg = find_leg(key);
  return leg == nullptr || leg->cancelled || leg->phase == Phase::Finishing ||
         leg->phase == Phase::Ended;
}

void RunMachine::request_group(const LegKey& who, const pipeline::ConcurrencyGroup& group) {
  JsonObject body = group_body(who, group.name);
  JsonObject effect = body;
  const Json wanted = to_json(group);
  for (const auto& [key, value] : wanted.get_object()) body[key] = value;
  if (const LegState* leg = find_leg(who)) body["leg_name"] = leg->leg.name;
  emit(event_kind::kGroupRequested, std::move(body));
  decision_.effects.push_back(
      {claim_effect(who), std::string(effect_kind::kClaim), std::move(effect)});
  ++open_claims_;
}

// What the run holds as a whole, or the call to which the leg belongs, it need not wait for.
const pipeline::ConcurrencyGroup* RunMachine::wanted_group(std::size_t job,
                                                           const LegState& leg) const {
  if (!leg.leg.concurrency || leg.group != GroupState::None) return nullptr;
  const auto same = [&leg](const std::optional<pipeline::ConcurrencyGroup>& held) {
    return held && equal_ignoring_case(held->name, leg.leg.concurrency->name);
  };
  if (same(plan().concurrency)) return nullptr;
  for (auto at = graph_[job].caller; at; at = graph_[at->job].caller)
    if (same(jobs_[at->job].legs[at->leg].leg.concurrency)) return nullptr;
  return &*leg.leg.concurrency;
}

void RunMachine::release_group(std::size_t job, std::size_t leg) {
  LegState& state = jobs_[job].legs[leg];
  if (state.group == GroupState::None) return;
  if (state.group == GroupState::Waiting)
    decision_.withdrawn.push_back(claim_effect(key_of(job, leg)));
  state.group = GroupState::None;
  --open_claims_;
  emit(event_kind::kGroupReleased, group_body(key_of(job, leg), state.leg.concurrency->name));
}

void RunMachine::request_run_group() {
  run_group_ = GroupState::None;
  if (!plan().concurrency) return;
  run_group_ = GroupState::Waiting;
  request_group({}, *plan().concurrency);
}

Result<void> RunMachine::on_group_claimed(const StoredEvent&, const JsonObject& body) {
  if (!waits_for_group(claimant(body))) return success();
  if (claimant(body).job.empty()) {
    run_group_ = GroupState::Held;
    return schedule();
  }
  const LegRef ref = TRY(find_leg(body));
  jobs_[ref.job].legs[ref.leg].group = GroupState::Held;
  admitted_.push_back(ref);
  return schedule();
}

// Somebody else waits in this one's place.
Result<void> RunMachine::on_group_lost(const StoredEvent&, const JsonObject& body) {
  if (!waits_for_group(claimant(body))) return success();
  const std::string reason = string_or(body, "reason", "");
  if (claimant(body).job.empty()) return end_waiting_run(reason);
  const LegRef ref = TRY(find_leg(body));
  TRY(cancel_leg(ref.job, ref.leg, reason));
  TRY(conclude_job_if_ended(ref.job));
  return schedule();
}

// A run that waited for its group never began: none of its jobs is asked whether it goes on.
Result<void> RunMachine::end_waiting_run(const std::string& reason) {
  facts_.cancelled = true;
  if (run_group_ == GroupState::Waiting) {
    decision_.withdrawn.push_back(claim_effect({}));
    --open_claims_;
  }
  run_group_ = GroupState::None;
  end_waiting_jobs(reason);
  return finish_run_if_ended();
}

Result<void> RunMachine::on_leg_cancel(const StoredEvent&, const JsonObject& body) {
  const LegRef ref = TRY(find_leg(body));
  if (jobs_[ref.job].phase != Phase::Running) return success();
  if (pipeline_->survives_cancel(graph_[ref.job].id, facts_)) return success();
  TRY(cancel_leg(ref.job, ref.leg, string_or(body, "reason", "cancelled")));
  TRY(conclude_job_if_ended(ref.job));
  return schedule();
}

// ---- times

void RunMachine::watch_time(const LegKey& key, LegState& leg, std::string_view id, Timestamp due) {
  leg.deadlines.emplace(id);
  JsonObject body = leg_body(key);
  body["id"] = id;
  body["due"] = to_micros(due);
  decision_.effects.push_back(
      {effect_key(key, id), std::string(effect_kind::kTimer), std::move(body)});
}

// A job whose time is over is cancelled, as on GitHub.
void RunMachine::watch_timeout(const LegKey& key, LegState& leg, Timestamp now) {
  watch_time(key, leg, kAfterTimeout, now + leg.settings.timeout);
}

void RunMachine::watch_cancel(const LegKey& key, LegState& leg, Timestamp now) {
  watch_time(key, leg, kAfterCancel, now + leg.settings.cancel_timeout);
}

bool RunMachine::knows_deadline(const LegKey& key, const std::string& id) const {
  const LegState* leg = find_leg(key);
  return leg != nullptr && leg->deadlines.contains(id);
}

Result<void> RunMachine::on_leg_overdue(const StoredEvent&, const JsonObject& body) {
  const LegRef ref = TRY(find_leg(body));
  LegState& leg = jobs_[ref.job].legs[ref.leg];
  const std::string id = TRY(get_string(body, "id"));
  if (leg.deadlines.erase(id) == 0) return success();
  if (id == kAfterTimeout) {
    leg.overdue = cat("the job ran longer than its timeout of ", to_human(leg.settings.timeout));
    TRY(cancel_leg(ref.job, ref.leg, leg.overdue));
    return schedule();
  }
  finish_leg(ref.job, ref.leg, {.result = Outcome::Cancelled, .outputs = {}},
             cat("stopped by force: it still ran ", to_human(leg.settings.cancel_timeout),
                 " after the cancel"),
             {});
  return success();
}

}  // namespace sluice::engine
