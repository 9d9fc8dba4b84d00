#include "delivery/target.h"

#include <utility>

#include "base/strings.h"
#include "delivery/checkpoint.h"

namespace sluice::delivery {
namespace {

std::string stream_of(const std::string& name) {
  return cat("target/", name);
}

// Behind which event a fold begins.
std::int64_t before(std::int64_t checkpoint) {
  return checkpoint == 0 ? 0 : checkpoint - 1;
}

ReplicaPlace place_of(const ReplicaState& replica) {
  return {replica.id, replica.port, *replica.process};
}

// The effect that a report is the result of; none for a failure while serving.
std::string completed_effect(const ReplicaReport& report) {
  switch (report.kind) {
    case ReplicaReportKind::Started:
      return cat(effect_kind::kStart, "/", report.replica);
    case ReplicaReportKind::Ready:
      return cat(effect_kind::kReady, "/", report.replica);
    case ReplicaReportKind::SmokePassed:
      return cat(effect_kind::kSmoke, "/", report.replica);
    case ReplicaReportKind::Gone:
      return cat(effect_kind::kRetire, "/", report.replica);
    case ReplicaReportKind::Failed:
      return {};  // the machine withdraws what was open
  }
  UNREACHABLE();
}

// A report that comes too late (the replica was retired meanwhile) is not worth an event.
bool fits(const ReplicaState* replica, ReplicaReportKind kind) {
  if (replica == nullptr) return false;
  switch (kind) {
    case ReplicaReportKind::Started:
      return replica->phase == ReplicaPhase::Starting;
    case ReplicaReportKind::Ready:
      return replica->phase == ReplicaPhase::Probing;
    case ReplicaReportKind::SmokePassed:
      return replica->phase == ReplicaPhase::Smoking;
    case ReplicaReportKind::Gone:
      return replica->phase == ReplicaPhase::Retiring;
    case ReplicaReportKind::Failed:
      return replica->phase != ReplicaPhase::Retiring;
  }
  UNREACHABLE();
}

std::string_view event_of(ReplicaReportKind kind) {
  switch (kind) {
    case ReplicaReportKind::Started:
      return event_kind::kReplicaStarted;
    case ReplicaReportKind::Ready:
      return event_kind::kReplicaReady;
    case ReplicaReportKind::SmokePassed:
      return event_kind::kSmokePassed;
    case ReplicaReportKind::Failed:
      return event_kind::kReplicaFailed;
    case ReplicaReportKind::Gone:
      return event_kind::kReplicaGone;
  }
  UNREACHABLE();
}

}  // namespace

Target::Target(store::Journal& journal, const os::Clock& clock, std::string name, ReplicaHost& host,
               TargetLimits limits)
    : journal_(journal),
      stream_(stream_of(name)),
      host_(host),
      driver_(journal, clock, stream_, machine_, *this),
      limits_(limits) {}

Result<std::unique_ptr<Target>> Target::open(store::Journal& journal, const os::Clock& clock,
                                             std::string name, ReplicaHost& host,
                                             TargetLimits limits) {
  std::unique_ptr<Target> target(new Target(journal, clock, std::move(name), host, limits));
  target->checkpoint_ = TRY(journal.last_seq_of(target->stream_, event_kind::kCheckpoint));
  TRY(target->driver_.recover(before(target->checkpoint_)));
  return target;
}

void Target::set_observer(std::function<void(const store::JournalBatch&)> observer) {
  driver_.set_observer(std::move(observer));
}

Result<void> Target::resume(JsonObject note) {
  TRY(post(event_kind::kKeeperStarted, std::move(note)));
  for (const ReplicaState& replica : state().replicas)
    if (replica.process && replica.phase != ReplicaPhase::Retiring)
      host_.watch(place_of(replica), state().revisions.at(replica.revision).revision);
  TRY(driver_.resume_effects());
  return carry_out_waiting();
}

Result<DeployResult> Target::deploy(const DeployRequest& request) {
  const TargetState& now = state();
  if (const RolloutState* rollout = now.progressing())
    return failed_precondition(
        cat("rollout ", rollout->number, " to revision ", rollout->to,
            " is in progress: wait for it (rollout status) or end it (rollout undo)"));
  if (now.healthy() && now.wanted == request.replicas &&
      now.revisions.at(now.live).digest == request.revision.digest())
    return DeployResult{DeployAnswer::Unchanged, now.rollouts.back().number, now.live};
  TRY(post(event_kind::kDeployRequested, {{"revision", to_json(request.revision)},
                                          {"replicas", request.replicas},
                                          {"by", request.by}}));
  const RolloutState& rollout = state().rollouts.back();
  return DeployResult{DeployAnswer::Started, rollout.number, rollout.to};
}

Result<DeployResult> Target::undo(const std::string& by, std::optional<int> expected) {
  const RolloutState* open = state().progressing();
  const int to = open != nullptr ? open->from : TRY(revision_to_undo_to(state()));
  if (expected && *expected != to)
    return failed_precondition(cat("undo would lead to revision ", to, " now, not to revision ",
                                   *expected, ": look at `rollout status` and try again"));
  TRY(post(event_kind::kUndoRequested, {{"by", by}}));
  const RolloutState& rollout = state().rollouts.back();
  return DeployResult{DeployAnswer::Started, rollout.number,
                      rollout.outcome == RolloutOutcome::Progressing ? rollout.to : rollout.from};
}

Result<void> Target::stop(const std::string& by) {
  return post(event_kind::kStopRequested, {{"by", by}});
}

Result<void> Target::handle(const ReplicaReport& report) {
  if (!fits(state().find_replica(report.replica), report.kind)) return success();
  JsonObject body{{"replica", report.replica}};
  if (report.kind == ReplicaReportKind::Started) {
    body["port"] = report.place.port;
    body["process"] = to_json(report.place.process);
  }
  if (report.kind == ReplicaReportKind::Failed) body["reason"] = report.reason;
  TRY(post(event_of(report.kind), std::move(body), completed_effect(report)));
  const ReplicaState* replica = state().find_replica(report.replica);
  if (report.kind == ReplicaReportKind::Started && replica != nullptr && replica->process)
    host_.watch(place_of(*replica), state().revisions.at(replica->revision).revision);
  return success();
}

Result<void> Target::tidy_journal() {
  const bool due = last_seq() - checkpoint_ >= limits_.events_between_checkpoints;
  if (!due || state().progressing() != nullptr) return success();
  const std::int64_t previous = checkpoint_;
  TRY(post(event_kind::kCheckpoint, checkpoint_body(state())));
  checkpoint_ = last_seq();
  return journal_.remove_before(stream_, previous);
}

Result<std::vector<store::StoredEvent>> Target::history() const {
  const std::int64_t first = TRY(journal_.first_seq(stream_));
  return journal_.load(stream_, before(first));
}

Result<TargetState> load_target_state(const store::Journal& journal, const std::string& name) {
  const std::string stream = stream_of(name);
  const std::int64_t checkpoint = TRY(journal.last_seq_of(stream, event_kind::kCheckpoint));
  TargetMachine machine;
  for (const store::StoredEvent& event : TRY(journal.load(stream, before(checkpoint))))
    TRY(machine.apply(event));
  return machine.state();
}

Result<void> Target::post(std::string_view kind, JsonObject body, std::string_view completes) {
  TRY(driver_.post({std::string(kind), std::move(body)}, completes));
  return carry_out_waiting();
}

void Target::start(const store::Effect& effect, store::EffectStart how) {
  waiting_.push_back({effect, how == store::EffectStart::First ? OrderIs::New : OrderIs::Repeated});
}

Result<void> Target::carry_out_waiting() {
  for (const Waiting& next : std::exchange(waiting_, {})) carry_out(next.effect, next.order);
  return success();
}

void Target::carry_out(const store::Effect& effect, OrderIs order) {
  const JsonObject& body = effect.body.get_object();
  const ReplicaState* replica = state().find_replica(string_or(body, "replica", ""));
  if (replica == nullptr) return;  // withdrawn in the same breath
  const Revision& revision = state().revisions.at(replica->revision).revision;
  const auto millis = [&](std::string_view key) {
    return Duration(std::chrono::milliseconds(get_int(body, key).value_or(0)));
  };
  if (effect.kind == effect_kind::kStart) {
    host_.start(replica->id, revision, millis("delay_ms"), order);
  } else if (effect.kind == effect_kind::kReady) {
    host_.await_ready(place_of(*replica), revision);
  } else if (effect.kind == effect_kind::kSmoke) {
    host_.smoke(place_of(*replica), revision);
  } else {
    CHECK(effect.kind == effect_kind::kRetire);
    const auto place = replica->process ? std::optional(place_of(*replica)) : std::nullopt;
    host_.retire(replica->id, place, millis("drain_ms"), revision.stop_grace);
  }
}

}  // namespace sluice::delivery
