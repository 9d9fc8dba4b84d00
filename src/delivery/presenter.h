// What the control API says about a target, as JSON. Pure. docs/formats/target.md has the keys.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "delivery/proxy.h"
#include "delivery/rollout.h"
#include "delivery/target_folder.h"

namespace sluice::delivery {

struct KeeperFacts {
  TargetSettings settings;
  std::int64_t seq = 0;
  pid_t pid = 0;
};

// Counts of a replica; null when it never was in the routing.
using FindTraffic = std::function<const ReplicaTraffic*(const std::string& replica)>;

JsonObject status_json(const TargetState& state, const KeeperFacts& facts,
                       const FindTraffic& traffic);

// {"rollouts": […], "events": […]}: every decision with its reason and time, oldest first.
JsonObject history_json(const TargetState& state, const std::vector<store::StoredEvent>& events);

Json error_json(const Error& error);
int http_status(ErrorCode code);
// The error that a keeper's answer holds.
Error error_from_json(int status, const std::string& body);

}  // namespace sluice::delivery
