#include "delivery/presenter.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::delivery {
namespace {

JsonObject rollout_json(const RolloutState& rollout) {
  JsonObject object{{"number", rollout.number},
                    {"kind", to_string(rollout.kind)},
                    {"from", rollout.from},
                    {"to", rollout.to},
                    {"replicas", rollout.replicas},
                    {"outcome", to_string(rollout.outcome)},
                    {"reason", rollout.reason},
                    {"by", rollout.by},
                    {"started", to_rfc3339(rollout.started)}};
  if (rollout.outcome != RolloutOutcome::Progressing) object["ended"] = to_rfc3339(rollout.ended);
  return object;
}

JsonObject revision_json(const RevisionState& revision) {
  JsonObject labels;
  for (const auto& [key, value] : revision.revision.labels) labels[key] = value;
  return {{"number", revision.number},   {"name", describe(revision.revision)},
          {"labels", std::move(labels)}, {"digest", revision.digest.to_string()},
          {"by", revision.by},           {"created", to_rfc3339(revision.created)}};
}

JsonObject traffic_json(const ReplicaTraffic* traffic) {
  if (traffic == nullptr) return {};
  JsonObject codes;
  for (std::size_t code = 0; code < traffic->codes.size(); ++code)
    if (const std::uint64_t count = traffic->codes[code]; count > 0)
      codes[std::to_string(code)] = count;
  return {{"requests", traffic->requests.load()},
          {"in_flight", traffic->in_flight.load()},
          {"connect_failures", traffic->connect_failures.load()},
          {"broken", traffic->broken.load()},
          {"codes", std::move(codes)}};
}

constexpr ErrorCode kCodes[] = {ErrorCode::InvalidInput,
                                ErrorCode::NotFound,
                                ErrorCode::AlreadyExists,
                                ErrorCode::FailedPrecondition,
                                ErrorCode::PermissionDenied,
                                ErrorCode::Busy,
                                ErrorCode::ResourceExhausted,
                                ErrorCode::Unavailable,
                                ErrorCode::Timeout,
                                ErrorCode::Cancelled,
                                ErrorCode::Corrupt,
                                ErrorCode::Unsupported,
                                ErrorCode::Io};

}  // namespace

JsonObject status_json(const TargetState& state, const KeeperFacts& facts,
                       const FindTraffic& traffic) {
  JsonObject status{
      {"name", facts.settings.name},
      {"url",
       cat("http://", http::to_string(http::TcpAddress{facts.settings.host, facts.settings.port}))},
      {"seq", facts.seq},
      {"keeper", JsonObject{{"pid", facts.pid}, {"starts", state.keeper_starts}}},
      {"live", state.live},
      {"wanted", state.wanted},
      {"healthy", state.healthy()},
      {"stopping", state.stopping}};
  status["undo_to"] = revision_to_undo_to(state).value_or(0);
  if (state.live == 0) status["reason"] = state.empty_reason;
  if (!state.failure.empty()) status["failure"] = state.failure;
  status["rollout"] =
      state.rollouts.empty() ? Json(nullptr) : Json(rollout_json(state.rollouts.back()));
  JsonArray replicas;
  const auto serving = routed(state);
  for (const ReplicaState& replica : state.replicas) {
    JsonObject object{{"id", replica.id},
                      {"revision", replica.revision},
                      {"phase", to_string(replica.phase)},
                      {"since", to_rfc3339(replica.since)},
                      {"port", replica.port},
                      {"pid", replica.process ? replica.process->pid : 0},
                      {"restarts", replica.restarts},
                      {"reason", replica.reason}};
    object["routed"] = std::ranges::find(serving, &replica) != serving.end();
    object["traffic"] = traffic_json(traffic(replica.id));
    replicas.push_back(std::move(object));
  }
  status["replicas"] = std::move(replicas);
  JsonArray revisions;
  for (const auto& [number, revision] : state.revisions)
    revisions.push_back(revision_json(revision));
  status["revisions"] = std::move(revisions);
  return status;
}

JsonObject history_json(const TargetState& state, const std::vector<store::StoredEvent>& events) {
  JsonArray rollouts;
  for (const RolloutState& rollout : state.rollouts) {
    JsonObject object = rollout_json(rollout);
    object["revision"] = revision_json(state.revisions.at(rollout.to));
    rollouts.push_back(std::move(object));
  }
  JsonArray list;
  for (const store::StoredEvent& event : events)
    list.push_back(JsonObject{{"seq", event.seq},
                              {"time", to_rfc3339(event.time)},
                              {"kind", event.event.kind},
                              {"body", event.event.body}});
  return {{"rollouts", std::move(rollouts)}, {"events", std::move(list)}};
}

Json error_json(const Error& error) {
  return JsonObject{{"code", to_string(error.code())}, {"message", error.describe()}};
}

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidInput:
      return 400;
    case ErrorCode::NotFound:
      return 404;
    case ErrorCode::AlreadyExists:
    case ErrorCode::FailedPrecondition:
    case ErrorCode::Busy:
      return 409;
    case ErrorCode::PermissionDenied:
      return 403;
    case ErrorCode::Unavailable:
      return 503;
    case ErrorCode::Timeout:
      return 504;
    case ErrorCode::Unsupported:
      return 501;
    case ErrorCode::ResourceExhausted:
    case ErrorCode::Cancelled:
    case ErrorCode::Corrupt:
    case ErrorCode::Io:
      return 500;
  }
  UNREACHABLE();
}

Error error_from_json(int status, const std::string& body) {
  const auto json = parse_json(body);
  if (json.ok() && json->is_object()) {
    const JsonObject& object = json->get_object();
    const std::string name = string_or(object, "code", "");
    for (const ErrorCode code : kCodes)
      if (to_string(code) == name) return Error(code, string_or(object, "message", body));
  }
  return Error(ErrorCode::Unavailable, cat("the keeper answered ", status, " ", body));
}

}  // namespace sluice::delivery
