#include "delivery/rollout.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::delivery {

std::string_view to_string(ReplicaPhase phase) {
  switch (phase) {
    case ReplicaPhase::Starting:
      return "starting";
    case ReplicaPhase::Probing:
      return "probing";
    case ReplicaPhase::Smoking:
      return "smoking";
    case ReplicaPhase::Serving:
      return "serving";
    case ReplicaPhase::Retiring:
      return "retiring";
  }
  UNREACHABLE();
}

std::string_view to_string(RolloutKind kind) {
  return kind == RolloutKind::Deploy ? "deploy" : "undo";
}

std::string_view to_string(RolloutOutcome outcome) {
  switch (outcome) {
    case RolloutOutcome::Progressing:
      return "progressing";
    case RolloutOutcome::Completed:
      return "completed";
    case RolloutOutcome::RolledBack:
      return "rolled_back";
    case RolloutOutcome::Failed:
      return "failed";
  }
  UNREACHABLE();
}

const RolloutState* TargetState::progressing() const {
  if (rollouts.empty() || rollouts.back().outcome != RolloutOutcome::Progressing) return nullptr;
  return &rollouts.back();
}

const ReplicaState* TargetState::find_replica(std::string_view id) const {
  const auto found = std::ranges::find(replicas, id, &ReplicaState::id);
  return found == replicas.end() ? nullptr : &*found;
}

int TargetState::count(int revision, ReplicaPhase phase) const {
  return static_cast<int>(std::ranges::count_if(replicas, [&](const ReplicaState& replica) {
    return replica.revision == revision && replica.phase == phase;
  }));
}

int TargetState::alive(int revision) const {
  return static_cast<int>(std::ranges::count_if(replicas, [&](const ReplicaState& replica) {
    return replica.revision == revision && replica.phase != ReplicaPhase::Retiring;
  }));
}

bool TargetState::healthy() const {
  return live != 0 && !stopping && progressing() == nullptr &&
         count(live, ReplicaPhase::Serving) == wanted &&
         replicas.size() == static_cast<std::size_t>(wanted);
}

std::vector<const ReplicaState*> routed(const TargetState& state) {
  std::vector<const ReplicaState*> all, live;
  if (state.stopping) return {};
  const RolloutState* rollout = state.progressing();
  if (rollout == nullptr && state.live == 0) return {};
  for (const ReplicaState& replica : state.replicas) {
    if (replica.phase != ReplicaPhase::Serving) continue;
    all.push_back(&replica);
    if (replica.revision == state.live) live.push_back(&replica);
  }
  return rollout != nullptr || live.empty() ? all : live;
}

Result<int> revision_to_undo_to(const TargetState& state) {
  const std::vector<int>& lives = state.lives;
  for (auto it = lives.rbegin(); it != lives.rend(); ++it)
    if (*it != state.live) return *it;
  return failed_precondition(
      state.live == 0 ? "no revision was ever live here"
                      : cat("revision ", state.live, " is the only one that was ever live here"));
}

std::set<int> revisions_in_use(const TargetState& state) {
  constexpr std::size_t kUndoGoesBetween = 2;
  std::set<int> used;
  for (auto it = state.lives.rbegin(); it != state.lives.rend() && used.size() < kUndoGoesBetween;
       ++it)
    used.insert(*it);
  if (state.live != 0) used.insert(state.live);
  for (const ReplicaState& replica : state.replicas) used.insert(replica.revision);
  if (const RolloutState* rollout = state.progressing()) used.insert(rollout->to);
  return used;
}

int last_replicas(const TargetState& state) {
  for (auto it = state.rollouts.rbegin(); it != state.rollouts.rend(); ++it)
    if (it->outcome == RolloutOutcome::Completed) return it->replicas;
  return 0;
}

Duration restart_delay(int restarts) {
  constexpr Duration kFirst = std::chrono::milliseconds(100);
  constexpr Duration kLongest = std::chrono::seconds(30);
  return std::min<Duration>(kLongest, kFirst * (1LL << std::clamp(restarts - 1, 0, 20)));
}

Json to_json(const os::ProcessIdentity& process) {
  return JsonObject{
      {"boot_id", process.boot_id}, {"pid", process.pid}, {"start_ticks", process.start_ticks}};
}

Result<os::ProcessIdentity> process_from_json(const Json& json) {
  const JsonObject& object = *TRY(as_object(json, "process"));
  os::ProcessIdentity process;
  process.boot_id = TRY(get_string(object, "boot_id"));
  process.pid = static_cast<pid_t>(TRY(get_int(object, "pid")));
  process.start_ticks = static_cast<std::uint64_t>(TRY(get_int(object, "start_ticks")));
  return process;
}

}  // namespace sluice::delivery
