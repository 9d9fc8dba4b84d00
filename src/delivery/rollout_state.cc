#include <algorithm>

#include "base/strings.h"
#include "delivery/checkpoint.h"
#include "delivery/rollout.h"

namespace sluice::delivery {

using store::StoredEvent;

const std::map<std::string_view, TargetMachine::Handler>& TargetMachine::handlers() {
  static const std::map<std::string_view, Handler> kHandlers = {
      {event_kind::kDeployRequested, &TargetMachine::on_deploy},
      {event_kind::kUndoRequested, &TargetMachine::on_undo},
      {event_kind::kStopRequested, &TargetMachine::on_stop},
      {event_kind::kKeeperStarted, &TargetMachine::on_keeper_started},
      {event_kind::kReplicaStarted, &TargetMachine::on_replica_started},
      {event_kind::kReplicaReady, &TargetMachine::on_replica_ready},
      {event_kind::kSmokePassed, &TargetMachine::on_smoke_passed},
      {event_kind::kReplicaFailed, &TargetMachine::on_replica_failed},
      {event_kind::kReplicaGone, &TargetMachine::on_replica_gone},
      {event_kind::kCheckpoint, &TargetMachine::on_checkpoint},
      {event_kind::kRolloutStarted, &TargetMachine::on_derived},
      {event_kind::kTrafficChanged, &TargetMachine::on_derived},
      {event_kind::kRolloutCompleted, &TargetMachine::on_derived},
      {event_kind::kRolloutRolledBack, &TargetMachine::on_derived},
      {event_kind::kRolloutFailed, &TargetMachine::on_derived},
      {event_kind::kReplicaReplaced, &TargetMachine::on_derived},
      {event_kind::kTargetStopped, &TargetMachine::on_derived},
  };
  return kHandlers;
}

Result<store::Decision> TargetMachine::apply(const StoredEvent& event) {
  const auto handler = handlers().find(event.event.kind);
  if (handler == handlers().end())
    return corrupt(cat("event ", event.seq, ": unknown kind '", event.event.kind, "'"));
  const JsonObject& body = *TRY(as_object(event.event.body, event.event.kind));
  decision_ = {};
  now_ = event.time;
  TRY_CONTEXT((this->*handler->second)(event, body),
              cat("event ", event.seq, " (", event.event.kind, ")"));
  if (handler->second == &TargetMachine::on_derived) return std::move(decision_);
  if (handler->second != &TargetMachine::on_checkpoint) {
    reconcile();
    note_traffic();
  }
  return std::move(decision_);
}

void TargetMachine::note_traffic() {
  std::vector<std::string> routed_now;
  for (const ReplicaState* replica : routed(state_)) routed_now.push_back(replica->id);
  if (routed_now == routed_before_) return;
  JsonArray replicas(routed_now.begin(), routed_now.end());
  emit(event_kind::kTrafficChanged, {{"replicas", std::move(replicas)}});
  routed_before_ = std::move(routed_now);
}

// Derived events report what the event before them already did to the state.
Result<void> TargetMachine::on_derived(const StoredEvent&, const JsonObject&) {
  return success();
}

// ---- requests ----

Result<void> TargetMachine::on_deploy(const StoredEvent&, const JsonObject& body) {
  if (state_.progressing() != nullptr) return failed_precondition("a rollout is progressing");
  RevisionState revision;
  revision.number = state_.revisions.empty() ? 1 : state_.revisions.rbegin()->first + 1;
  revision.revision = TRY(revision_from_json(*TRY(get_object(body, "revision"))));
  revision.digest = revision.revision.digest();
  revision.by = string_or(body, "by", "");
  revision.created = now_;
  const auto replicas = static_cast<int>(TRY(get_int(body, "replicas")));
  if (replicas < 1) return invalid_input("'replicas' must be 1 or more");
  const int number = revision.number;
  const std::string by = revision.by;
  state_.revisions.emplace(number, std::move(revision));
  begin_rollout(RolloutKind::Deploy, number, replicas, by);
  return success();
}

Result<void> TargetMachine::on_undo(const StoredEvent&, const JsonObject& body) {
  const std::string by = string_or(body, "by", "");
  if (state_.progressing() != nullptr) {
    fail_rollout(cat("undone by ", by));
    return success();
  }
  const int to = TRY(revision_to_undo_to(state_));
  const int replicas = state_.wanted > 0 ? state_.wanted : state_.rollouts.back().replicas;
  begin_rollout(RolloutKind::Undo, to, replicas, by);
  return success();
}

Result<void> TargetMachine::on_stop(const StoredEvent&, const JsonObject& body) {
  const std::string reason = cat("stopped by ", string_or(body, "by", "somebody"));
  if (state_.progressing() != nullptr)
    end_rollout(RolloutOutcome::Failed, event_kind::kRolloutFailed, reason);
  state_.stopping = true;
  state_.live = 0;
  state_.wanted = 0;
  state_.failure.clear();
  state_.empty_reason = reason;
  if (state_.replicas.empty()) emit(event_kind::kTargetStopped, {});
  return success();
}

Result<void> TargetMachine::on_keeper_started(const StoredEvent&, const JsonObject&) {
  ++state_.keeper_starts;
  return success();
}

// For whoever begins here; for the others it only forgets what is too old.
Result<void> TargetMachine::on_checkpoint(const StoredEvent&, const JsonObject& body) {
  state_ = TRY(state_from_checkpoint(body));
  routed_before_.clear();
  for (const ReplicaState* replica : routed(state_)) routed_before_.push_back(replica->id);
  return success();
}

// ---- reports about replicas; those that no longer matter change nothing ----

Result<ReplicaState*> TargetMachine::replica_in(const JsonObject& body, ReplicaPhase phase) {
  const std::string id = TRY(get_string(body, "replica"));
  for (ReplicaState& replica : state_.replicas)
    if (replica.id == id && replica.phase == phase) return &replica;
  return static_cast<ReplicaState*>(nullptr);
}

Result<void> TargetMachine::on_replica_started(const StoredEvent&, const JsonObject& body) {
  ReplicaState* replica = TRY(replica_in(body, ReplicaPhase::Starting));
  if (replica == nullptr) return success();
  replica->port = static_cast<int>(TRY(get_int(body, "port")));
  replica->process = TRY(process_from_json(*TRY(get_object(body, "process"))));
  enter(*replica, ReplicaPhase::Probing);
  ask(effect_kind::kReady, replica->id, {});
  return success();
}

Result<void> TargetMachine::on_replica_ready(const StoredEvent&, const JsonObject& body) {
  ReplicaState* replica = TRY(replica_in(body, ReplicaPhase::Probing));
  if (replica == nullptr) return success();
  if (!state_.revisions.at(replica->revision).revision.smoke) {
    enter(*replica, ReplicaPhase::Serving);
    return success();
  }
  enter(*replica, ReplicaPhase::Smoking);
  ask(effect_kind::kSmoke, replica->id, {});
  return success();
}

Result<void> TargetMachine::on_smoke_passed(const StoredEvent&, const JsonObject& body) {
  ReplicaState* replica = TRY(replica_in(body, ReplicaPhase::Smoking));
  if (replica != nullptr) enter(*replica, ReplicaPhase::Serving);
  return success();
}

Result<void> TargetMachine::on_replica_failed(const StoredEvent&, const JsonObject& body) {
  const std::string id = TRY(get_string(body, "replica"));
  const std::string reason = TRY(get_string(body, "reason"));
  const auto found = std::ranges::find(state_.replicas, id, &ReplicaState::id);
  if (found == state_.replicas.end() || found->phase == ReplicaPhase::Retiring) return success();
  const bool served_long =
      found->phase == ReplicaPhase::Serving && now_ - found->since >= kHealthyFor;
  const int restarts = served_long ? 1 : found->restarts + 1;
  const int revision = found->revision;
  if (revision == state_.live) state_.failure = cat("replica ", id, ": ", reason);
  retire(*found, reason, Duration(0));
  const RolloutState* rollout = state_.progressing();
  if (rollout != nullptr && rollout->to == revision) {
    fail_rollout(cat("replica ", id, " of revision ", revision, ": ", reason));
    return success();
  }
  const bool one_more = revision == state_.live && state_.alive(revision) < live_needed();
  if (!one_more) return success();
  start_replica(revision, restarts);
  emit(event_kind::kReplicaReplaced,
       {{"replica", id},
        {"by", state_.replicas.back().id},
        {"reason", reason},
        {"delay_ms", restart_delay(restarts) / std::chrono::milliseconds(1)}});
  return success();
}

Result<void> TargetMachine::on_replica_gone(const StoredEvent&, const JsonObject& body) {
  const ReplicaState* replica = TRY(replica_in(body, ReplicaPhase::Retiring));
  if (replica == nullptr) return success();
  const std::string id = replica->id;
  std::erase_if(state_.replicas, [&](const ReplicaState& r) { return r.id == id; });
  if (state_.stopped()) emit(event_kind::kTargetStopped, {});
  return success();
}

// ---- rollouts ----

void TargetMachine::begin_rollout(RolloutKind kind, int to, int replicas, const std::string& by) {
  RolloutState rollout;
  rollout.number = state_.rollouts.empty() ? 1 : state_.rollouts.back().number + 1;
  rollout.kind = kind;
  rollout.from = state_.live;
  rollout.to = to;
  rollout.replicas = replicas;
  rollout.by = by;
  rollout.started = now_;
  wanted_before_ = state_.wanted;
  state_.wanted = replicas;
  state_.stopping = false;
  emit(event_kind::kRolloutStarted, {{"rollout", rollout.number},
                                     {"kind", to_string(kind)},
                                     {"from", rollout.from},
                                     {"to", to},
                                     {"replicas", replicas}});
  state_.rollouts.push_back(std::move(rollout));
}

void TargetMachine::end_rollout(RolloutOutcome outcome, std::string_view event,
                                const std::string& reason) {
  RolloutState& rollout = state_.rollouts.back();
  rollout.outcome = outcome;
  rollout.reason = reason;
  rollout.ended = now_;
  emit(event, {{"rollout", rollout.number}, {"to", rollout.to}, {"reason", reason}});
}

// Back to what served before. The traffic moves by itself: routed() looks at `live`.
void TargetMachine::fail_rollout(const std::string& reason) {
  const RolloutState& rollout = state_.rollouts.back();
  state_.wanted = wanted_before_;
  if (rollout.from != 0)
    return end_rollout(RolloutOutcome::RolledBack, event_kind::kRolloutRolledBack, reason);
  state_.empty_reason =
      cat("revision ", rollout.to, " (", describe(state_.revisions.at(rollout.to).revision),
          ") did not become healthy: ", reason);
  state_.wanted = 0;
  end_rollout(RolloutOutcome::Failed, event_kind::kRolloutFailed, reason);
}

void TargetMachine::reconcile() {
  if (state_.stopping) return stop_all();
  if (state_.progressing() != nullptr) advance_rollout();
  if (state_.progressing() == nullptr) keep_live();
}

// Replicas of the live revision that must be there while the next one is coming up.
int TargetMachine::live_needed() const {
  const RolloutState* rollout = state_.progressing();
  if (rollout == nullptr) return state_.wanted;
  const int replaced = state_.count(rollout->to, ReplicaPhase::Serving);
  return std::clamp(state_.wanted - replaced, 0, wanted_before_);
}

void TargetMachine::advance_rollout() {
  const RolloutState& rollout = *state_.progressing();
  const int serving = state_.count(rollout.to, ReplicaPhase::Serving);
  if (serving >= state_.wanted) {
    state_.live = rollout.to;
    state_.lives.push_back(rollout.to);
    state_.failure.clear();
    return end_rollout(RolloutOutcome::Completed, event_kind::kRolloutCompleted, "");
  }
  if (rollout.from != 0)
    retire_surplus(rollout.from, std::max(0, state_.wanted - serving),
                   cat("replaced by revision ", rollout.to));
  const int room = state_.wanted + 1 - static_cast<int>(state_.replicas.size());
  const int missing = state_.wanted - state_.alive(rollout.to);
  for (int i = 0; i < std::min(room, missing); ++i) start_replica(rollout.to, 0);
}

void TargetMachine::keep_live() {
  const bool serves = state_.live == 0 || state_.count(state_.live, ReplicaPhase::Serving) > 0;
  for (ReplicaState& replica : state_.replicas) {
    if (replica.revision == state_.live || replica.phase == ReplicaPhase::Retiring) continue;
    if (!serves && replica.phase == ReplicaPhase::Serving) continue;  // better than nothing
    retire(replica,
           state_.live == 0 ? state_.empty_reason : cat("revision ", state_.live, " serves"),
           state_.revisions.at(replica.revision).revision.drain_deadline);
  }
  if (state_.live == 0) return;
  retire_surplus(state_.live, state_.wanted, "fewer replicas are wanted");
  for (int missing = state_.wanted - state_.alive(state_.live); missing > 0; --missing)
    start_replica(state_.live, 0);
}

void TargetMachine::stop_all() {
  for (ReplicaState& replica : state_.replicas)
    if (replica.phase != ReplicaPhase::Retiring)
      retire(replica, state_.empty_reason,
             state_.revisions.at(replica.revision).revision.drain_deadline);
}

// ---- replicas ----

void TargetMachine::start_replica(int revision, int restarts) {
  ReplicaState replica;
  replica.id = cat("r", state_.next_replica++);
  replica.revision = revision;
  replica.restarts = restarts;
  replica.since = now_;
  const Duration delay = restarts == 0 ? Duration(0) : restart_delay(restarts);
  ask(effect_kind::kStart, replica.id,
      {{"revision", revision}, {"delay_ms", delay / std::chrono::milliseconds(1)}});
  state_.replicas.push_back(std::move(replica));
}

void TargetMachine::retire(ReplicaState& replica, const std::string& reason, Duration drain) {
  withdraw_open_effect(replica);
  replica.reason = reason;
  enter(replica, ReplicaPhase::Retiring);
  ask(effect_kind::kRetire, replica.id,
      {{"reason", reason}, {"drain_ms", drain / std::chrono::milliseconds(1)}});
}

// Keeps `needed` of a revision: first those go that do not serve yet, then the oldest.
void TargetMachine::retire_surplus(int revision, int needed, const std::string& reason) {
  const Duration drain = state_.revisions.at(revision).revision.drain_deadline;
  for (int surplus = state_.alive(revision) - needed; surplus > 0; --surplus) {
    ReplicaState* victim = nullptr;
    for (ReplicaState& replica : state_.replicas) {
      if (replica.revision != revision || replica.phase == ReplicaPhase::Retiring) continue;
      const bool spares_traffic = replica.phase != ReplicaPhase::Serving;
      if (victim == nullptr || (spares_traffic && victim->phase == ReplicaPhase::Serving))
        victim = &replica;
    }
    retire(*victim, reason, drain);
  }
}

void TargetMachine::enter(ReplicaState& replica, ReplicaPhase phase) {
  replica.phase = phase;
  replica.since = now_;
  if (phase == ReplicaPhase::Serving && replica.revision == state_.live) state_.failure.clear();
}

void TargetMachine::emit(std::string_view kind, JsonObject body) {
  decision_.events.push_back({std::string(kind), std::move(body)});
}

void TargetMachine::ask(std::string_view kind, const std::string& replica, JsonObject body) {
  body["replica"] = replica;
  decision_.effects.push_back({cat(kind, "/", replica), std::string(kind), std::move(body)});
}

void TargetMachine::withdraw_open_effect(const ReplicaState& replica) {
  switch (replica.phase) {
    case ReplicaPhase::Starting:
      return decision_.withdrawn.push_back(cat(effect_kind::kStart, "/", replica.id));
    case ReplicaPhase::Probing:
      return decision_.withdrawn.push_back(cat(effect_kind::kReady, "/", replica.id));
    case ReplicaPhase::Smoking:
      return decision_.withdrawn.push_back(cat(effect_kind::kSmoke, "/", replica.id));
    case ReplicaPhase::Serving:
    case ReplicaPhase::Retiring:
      return;
  }
}

}  // namespace sluice::delivery
