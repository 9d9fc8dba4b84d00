// The documents that GitHub sends with its events (github.event), made from what git knows. What
// only GitHub knows (ids, reviewers, the token's rights) is left out rather than made up.
#pragma once

#include <string>
#include <vector>

#include "app/repository.h"
#include "app/trigger.h"
#include "base/json.h"
#include "pipeline/event.h"

namespace sluice::app {

struct PayloadSource {
  const RepositoryFacts& facts;
  const TriggerRequest& request;
  const pipeline::TriggerEvent& event;  // all but its payload
  std::vector<Commit> commits;          // of a push, oldest first
};

JsonObject make_payload(const PayloadSource& source);

// Members of `over` win; of objects that both have, member by member.
void merge_into(JsonObject& base, const JsonObject& over);

// The text at a path of a document; empty when there is none.
std::string text_at(const Json& document, const std::vector<std::string_view>& path);

bool is_pull_request_event(std::string_view event);

}  // namespace sluice::app
