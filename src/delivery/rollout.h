// The life of a target as a fold over its journal: which revision serves, which replicas there
// are, and how one revision replaces another. Pure; driven by store::Driver (target.h).
//
//   deploy_requested → rollout_started, effect start
//   replica_started → effect ready → replica_ready → effect smoke → smoke_passed → it serves
//     → one old replica: effect retire → replica_gone → the next new one → … → rollout_completed
//   replica_failed of the new revision → rollout_rolled_back (or rollout_failed where nothing
//     served before): traffic goes back in the same commit, the new replicas are retired after it
//   replica_failed of the live revision → a replacement, after a growing delay
//   checkpoint: holds the state as it is (checkpoint.h); a restart may begin with it
//
// At most one replica more than wanted exists (surge 1), and none is taken away before another
// serves in its place (unavailable 0). Each replica id is started at most once, ever.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "delivery/revision.h"
#include "os/ports/processes.h"
#include "store/driver.h"

namespace sluice::delivery {

namespace event_kind {
// Inputs.
inline constexpr std::string_view kDeployRequested = "deploy_requested";
inline constexpr std::string_view kUndoRequested = "undo_requested";
inline constexpr std::string_view kStopRequested = "stop_requested";
inline constexpr std::string_view kKeeperStarted = "keeper_started";
inline constexpr std::string_view kReplicaStarted = "replica_started";
inline constexpr std::string_view kReplicaReady = "replica_ready";
inline constexpr std::string_view kSmokePassed = "smoke_passed";
inline constexpr std::string_view kReplicaFailed = "replica_failed";
inline constexpr std::string_view kReplicaGone = "replica_gone";
inline constexpr std::string_view kCheckpoint = "checkpoint";
// What follows from them, for people who read the journal.
inline constexpr std::string_view kRolloutStarted = "rollout_started";
inline constexpr std::string_view kTrafficChanged = "traffic_changed";
inline constexpr std::string_view kRolloutCompleted = "rollout_completed";
inline constexpr std::string_view kRolloutRolledBack = "rollout_rolled_back";
inline constexpr std::string_view kRolloutFailed = "rollout_failed";
inline constexpr std::string_view kReplicaReplaced = "replica_replaced";
inline constexpr std::string_view kTargetStopped = "target_stopped";
}  // namespace event_kind

namespace effect_kind {
inline constexpr std::string_view kStart = "start";
inline constexpr std::string_view kReady = "ready";
inline constexpr std::string_view kSmoke = "smoke";
inline constexpr std::string_view kRetire = "retire";
}  // namespace effect_kind

enum class ReplicaPhase { Starting, Probing, Smoking, Serving, Retiring };
enum class RolloutKind { Deploy, Undo };
enum class RolloutOutcome { Progressing, Completed, RolledBack, Failed };

std::string_view to_string(ReplicaPhase phase);
std::string_view to_string(RolloutKind kind);
std::string_view to_string(RolloutOutcome outcome);

struct ReplicaState {
  std::string id;  // "r7", never used twice
  int revision = 0;
  ReplicaPhase phase = ReplicaPhase::Starting;
  Timestamp since{};  // in this phase
  int port = 0;       // 0 until started
  std::optional<os::ProcessIdentity> process;
  int restarts = 0;    // of its predecessors, in a row
  std::string reason;  // why it is retired
};

struct RevisionState {
  int number = 0;
  Revision revision;
  Digest digest;
  std::string by;
  Timestamp created{};
};

struct RolloutState {
  int number = 0;
  RolloutKind kind = RolloutKind::Deploy;
  int from = 0;  // revision; 0: the target was empty
  int to = 0;
  int replicas = 0;
  RolloutOutcome outcome = RolloutOutcome::Progressing;
  std::string reason;
  std::string by;
  Timestamp started{};
  Timestamp ended{};
};

struct TargetState {
  std::map<int, RevisionState> revisions;
  std::vector<ReplicaState> replicas;  // oldest first
  std::vector<RolloutState> rollouts;  // oldest first
  std::vector<int> lives;              // revisions that were live, in order
  int live = 0;                        // what traffic is promised to; 0: nothing
  int wanted = 0;                      // replicas of it
  int next_replica = 1;
  int keeper_starts = 0;
  bool stopping = false;
  std::string empty_reason = "nothing was deployed yet";
  // How a replica of the live revision failed last, until another of them serves.
  std::string failure;

  const RolloutState* progressing() const;
  const ReplicaState* find_replica(std::string_view id) const;
  int count(int revision, ReplicaPhase phase) const;
  int alive(int revision) const;  // not retiring
  bool stopped() const { return stopping && replicas.empty(); }
  // The live revision has all its replicas serving and nothing else is going on.
  bool healthy() const;
};

// Replicas that get traffic now. Only what passed its checks; after a rollback only the old ones as
// long as one of them serves.
std::vector<const ReplicaState*> routed(const TargetState& state);

// The revision that undo would go back to.
Result<int> revision_to_undo_to(const TargetState& state);

// Those that may be started (again) without a new deploy: what serves or is coming up, and what
// undo leads to, now and from there.
std::set<int> revisions_in_use(const TargetState& state);

// Replicas of the last rollout that completed; 0 where none did.
int last_replicas(const TargetState& state);

// Delay before the n-th start in a row: 100 ms, 200 ms, … 30 s.
Duration restart_delay(int restarts);
// A replica that served this long starts the count again when it fails.
inline constexpr Duration kHealthyFor = std::chrono::seconds(60);

Json to_json(const os::ProcessIdentity& process);
Result<os::ProcessIdentity> process_from_json(const Json& json);

class TargetMachine final : public store::StateMachine {
 public:
  Result<store::Decision> apply(const store::StoredEvent& event) override;
  const TargetState& state() const { return state_; }

 private:
  using Handler = Result<void> (TargetMachine::*)(const store::StoredEvent&, const JsonObject&);
  static const std::map<std::string_view, Handler>& handlers();

  Result<void> on_deploy(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_undo(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_stop(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_keeper_started(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_replica_started(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_replica_ready(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_smoke_passed(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_replica_failed(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_replica_gone(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_checkpoint(const store::StoredEvent& event, const JsonObject& body);
  Result<void> on_derived(const store::StoredEvent& event, const JsonObject& body);

  Result<ReplicaState*> replica_in(const JsonObject& body, ReplicaPhase phase);
  void begin_rollout(RolloutKind kind, int to, int replicas, const std::string& by);
  void end_rollout(RolloutOutcome outcome, std::string_view event, const std::string& reason);
  void fail_rollout(const std::string& reason);
  void start_replica(int revision, int restarts);
  void retire(ReplicaState& replica, const std::string& reason, Duration drain);
  void retire_surplus(int revision, int needed, const std::string& reason);
  void reconcile();
  int live_needed() const;
  void advance_rollout();
  void keep_live();
  void stop_all();
  void enter(ReplicaState& replica, ReplicaPhase phase);
  void note_traffic();
  void emit(std::string_view kind, JsonObject body);
  void ask(std::string_view kind, const std::string& replica, JsonObject body);
  void withdraw_open_effect(const ReplicaState& replica);

  TargetState state_;
  int wanted_before_ = 0;  // what a rollback restores
  std::vector<std::string> routed_before_;
  Timestamp now_{};           // of the event being applied
  store::Decision decision_;  // likewise
};

}  // namespace sluice::delivery
