#include "delivery/checkpoint.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::delivery {
namespace {

constexpr ReplicaPhase kPhases[] = {ReplicaPhase::Starting, ReplicaPhase::Probing,
                                    ReplicaPhase::Smoking, ReplicaPhase::Serving,
                                    ReplicaPhase::Retiring};
constexpr RolloutKind kKinds[] = {RolloutKind::Deploy, RolloutKind::Undo};
constexpr RolloutOutcome kOutcomes[] = {RolloutOutcome::Completed, RolloutOutcome::RolledBack,
                                        RolloutOutcome::Failed};

template <class Word>
Result<Word> parse_word(const JsonObject& object, std::string_view key,
                        std::span<const Word> words) {
  const std::string text = TRY(get_string(object, key));
  for (const Word word : words)
    if (to_string(word) == text) return word;
  return corrupt(cat("'", key, "': unknown word '", text, "'"));
}

Result<int> number(const JsonObject& object, std::string_view key) {
  return static_cast<int>(TRY(get_int(object, key)));
}

Result<Timestamp> time(const JsonObject& object, std::string_view key) {
  return from_micros(TRY(get_int(object, key)));
}

JsonObject replica_json(const ReplicaState& replica) {
  JsonObject object{{"id", replica.id},
                    {"revision", replica.revision},
                    {"phase", to_string(replica.phase)},
                    {"since", to_micros(replica.since)},
                    {"port", replica.port},
                    {"restarts", replica.restarts},
                    {"reason", replica.reason}};
  if (replica.process) object["process"] = to_json(*replica.process);
  return object;
}

Result<ReplicaState> replica_from_json(const JsonObject& object) {
  ReplicaState replica;
  replica.id = TRY(get_string(object, "id"));
  replica.revision = TRY(number(object, "revision"));
  replica.phase = TRY(parse_word<ReplicaPhase>(object, "phase", kPhases));
  replica.since = TRY(time(object, "since"));
  replica.port = TRY(number(object, "port"));
  replica.restarts = TRY(number(object, "restarts"));
  replica.reason = TRY(get_string(object, "reason"));
  if (const Json* process = find(object, "process"))
    replica.process = TRY(process_from_json(*process));
  return replica;
}

JsonObject revision_json(const RevisionState& revision) {
  return {{"number", revision.number},
          {"revision", to_json(revision.revision)},
          {"by", revision.by},
          {"created", to_micros(revision.created)}};
}

Result<RevisionState> revision_state_from_json(const JsonObject& object) {
  RevisionState revision;
  revision.number = TRY(number(object, "number"));
  revision.revision = TRY(revision_from_json(*TRY(get_object(object, "revision"))));
  revision.digest = revision.revision.digest();
  revision.by = TRY(get_string(object, "by"));
  revision.created = TRY(time(object, "created"));
  return revision;
}

JsonObject rollout_json(const RolloutState& rollout) {
  return {{"number", rollout.number},
          {"kind", to_string(rollout.kind)},
          {"from", rollout.from},
          {"to", rollout.to},
          {"replicas", rollout.replicas},
          {"outcome", to_string(rollout.outcome)},
          {"reason", rollout.reason},
          {"by", rollout.by},
          {"started", to_micros(rollout.started)},
          {"ended", to_micros(rollout.ended)}};
}

Result<RolloutState> rollout_from_json(const JsonObject& object) {
  RolloutState rollout;
  rollout.number = TRY(number(object, "number"));
  rollout.kind = TRY(parse_word<RolloutKind>(object, "kind", kKinds));
  rollout.from = TRY(number(object, "from"));
  rollout.to = TRY(number(object, "to"));
  rollout.replicas = TRY(number(object, "replicas"));
  rollout.outcome = TRY(parse_word<RolloutOutcome>(object, "outcome", kOutcomes));
  rollout.reason = TRY(get_string(object, "reason"));
  rollout.by = TRY(get_string(object, "by"));
  rollout.started = TRY(time(object, "started"));
  rollout.ended = TRY(time(object, "ended"));
  return rollout;
}

// The last ones, and the last that completed: later deploys ask how many replicas it had.
std::vector<RolloutState> rollouts_to_keep(const TargetState& state) {
  const auto& all = state.rollouts;
  const auto completed = [](const RolloutState& rollout) {
    return rollout.outcome == RolloutOutcome::Completed;
  };
  const auto first = all.end() - static_cast<std::ptrdiff_t>(std::min(all.size(), kRolloutsKept));
  std::vector<RolloutState> kept(first, all.end());
  if (std::ranges::any_of(kept, completed)) return kept;
  for (auto it = std::make_reverse_iterator(first); it != all.rend(); ++it)
    if (completed(*it)) {
      kept.insert(kept.begin(), *it);
      break;
    }
  return kept;
}

// Undo goes between the last two that differ, whatever came before.
std::vector<int> lives_to_keep(const TargetState& state) {
  std::vector<int> kept;
  for (auto it = state.lives.rbegin(); it != state.lives.rend() && kept.size() < 2; ++it)
    if (kept.empty() || kept.front() != *it) kept.insert(kept.begin(), *it);
  return kept;
}

// Numbers go on behind the highest one, so that one stays too.
std::set<int> revisions_to_keep(const TargetState& state,
                                const std::vector<RolloutState>& rollouts) {
  std::set<int> kept = revisions_in_use(state);
  for (const int number : lives_to_keep(state)) kept.insert(number);
  for (const RolloutState& rollout : rollouts) kept.insert({rollout.from, rollout.to});
  if (!state.revisions.empty()) kept.insert(state.revisions.rbegin()->first);
  return kept;
}

template <class Item, class Parse, class Take>
Result<void> read_items(const JsonObject& body, std::string_view key, const Parse& parse,
                        const Take& take) {
  for (const Json& json : *TRY(get_array(body, key))) {
    Item item = TRY_CONTEXT(parse(*TRY(as_object(json, key))), key);
    take(std::move(item));
  }
  return success();
}

}  // namespace

JsonObject checkpoint_body(const TargetState& state) {
  CHECK(state.progressing() == nullptr);
  JsonArray replicas, rollouts, revisions, lives;
  for (const ReplicaState& replica : state.replicas) replicas.push_back(replica_json(replica));
  const std::vector<RolloutState> kept = rollouts_to_keep(state);
  for (const RolloutState& rollout : kept) rollouts.push_back(rollout_json(rollout));
  for (const int number : revisions_to_keep(state, kept))
    if (const auto found = state.revisions.find(number); found != state.revisions.end())
      revisions.push_back(revision_json(found->second));
  for (const int number : lives_to_keep(state)) lives.push_back(number);
  return {{"replicas", std::move(replicas)},
          {"rollouts", std::move(rollouts)},
          {"revisions", std::move(revisions)},
          {"lives", std::move(lives)},
          {"live", state.live},
          {"wanted", state.wanted},
          {"next_replica", state.next_replica},
          {"keeper_starts", state.keeper_starts},
          {"stopping", state.stopping},
          {"empty_reason", state.empty_reason},
          {"failure", state.failure}};
}

Result<TargetState> state_from_checkpoint(const JsonObject& body) {
  TargetState state;
  TRY(read_items<ReplicaState>(body, "replicas", replica_from_json, [&](ReplicaState replica) {
    state.replicas.push_back(std::move(replica));
  }));
  TRY(read_items<RolloutState>(body, "rollouts", rollout_from_json, [&](RolloutState rollout) {
    state.rollouts.push_back(std::move(rollout));
  }));
  TRY(read_items<RevisionState>(body, "revisions", revision_state_from_json,
                                [&](RevisionState revision) {
                                  const int number = revision.number;
                                  state.revisions.emplace(number, std::move(revision));
                                }));
  for (const Json& number : *TRY(get_array(body, "lives")))
    state.lives.push_back(number.is_int64() ? static_cast<int>(number.get_int64()) : 0);
  state.live = TRY(number(body, "live"));
  state.wanted = TRY(number(body, "wanted"));
  state.next_replica = TRY(number(body, "next_replica"));
  state.keeper_starts = TRY(number(body, "keeper_starts"));
  state.stopping = TRY(get_bool(body, "stopping"));
  state.empty_reason = TRY(get_string(body, "empty_reason"));
  state.failure = TRY(get_string(body, "failure"));
  for (const ReplicaState& replica : state.replicas)
    if (!state.revisions.contains(replica.revision))
      return corrupt(cat("replica ", replica.id, " has the unknown revision ", replica.revision));
  if (state.live != 0 && !state.revisions.contains(state.live))
    return corrupt(cat("the live revision ", state.live, " is unknown"));
  return state;
}

}  // namespace sluice::delivery
