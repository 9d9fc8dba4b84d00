// What the commands about targets share: the keeper to talk to, and how a rollout is told.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/json.h"
#include "cli/command.h"
#include "delivery/keeper_client.h"

namespace sluice::cli {

// Inside a job one that leaves a wish, else one that starts a keeper. `context` outlives it.
std::unique_ptr<delivery::KeeperLauncher> keeper_launcher(const Context& context,
                                                          const os::Path& home);

// A client of the target's keeper, which is started where it is dead.
Result<delivery::KeeperClient> reach_keeper(const Context& context, const std::string& target);

// Follows rollout `number`, with lines or a progress line; 0 when it completed, 1 otherwise. When
// interrupted it says that the rollout goes on, and how to look at it and end it: 3.
Result<int> tell_rollout(Context& context, delivery::KeeperClient& client,
                         const std::string& target, int number);

// Of a revision in the status; empty where there is no such one.
std::map<std::string, std::string> revision_labels(const JsonObject& status, std::int64_t number);

// One line for each target that serves this version, or would go back to it, or cannot be asked.
Result<std::string> uses_by_targets(const Context& context, const std::string& model,
                                    std::int64_t version);

// "revision 3 (demand 4)" with the status's own list of revisions.
std::string revision_label(const JsonObject& status, std::int64_t number);
// The status as people read it.
std::string status_text(const JsonObject& status);

}  // namespace sluice::cli
