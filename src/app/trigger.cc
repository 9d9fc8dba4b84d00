#include "app/trigger.h"

#include "base/strings.h"

namespace sluice::app {
namespace {

using pipeline::TriggerEvent;

const std::vector<std::string>& known_events() {
  static const std::vector<std::string> kEvents = {"push", "pull_request", "workflow_dispatch",
                                                   "schedule", "tag"};
  return kEvents;
}

JsonObject repository_payload(const RepositoryFacts& facts) {
  const std::size_t slash = facts.name.find('/');
  return {{"full_name", facts.name},
          {"name", facts.name.substr(slash + 1)},
          {"owner", JsonObject{{"login", facts.name.substr(0, slash)}}},
          {"default_branch", facts.default_branch}};
}

void fill_push(const RepositoryFacts& facts, const std::string& ref, TriggerEvent* event,
               JsonObject* payload) {
  event->ref = ref;
  (*payload)["ref"] = ref;
  (*payload)["before"] = event->before_sha;
  (*payload)["after"] = facts.head;
  (*payload)["head_commit"] = JsonObject{{"id", facts.head}, {"message", facts.message}};
}

void fill_pull_request(const RepositoryFacts& facts, const std::string& branch, TriggerEvent* event,
                       JsonObject* payload) {
  constexpr int kNumber = 1;
  event->ref = cat("refs/pull/", kNumber, "/merge");
  event->head_ref = branch;
  (*payload)["action"] = event->action;
  (*payload)["number"] = kNumber;
  (*payload)["pull_request"] =
      JsonObject{{"number", kNumber},
                 {"draft", false},
                 {"title", facts.message.substr(0, facts.message.find('\n'))},
                 {"head", JsonObject{{"ref", branch}, {"sha", facts.head}}},
                 {"base", JsonObject{{"ref", event->base_ref}, {"sha", event->before_sha}}}};
}

Result<void> fill_changes(const Repository& repository, const TriggerRequest& request,
                          TriggerEvent* event) {
  if (request.changed_files) {
    event->changed_files = request.changed_files;
    return success();
  }
  Result<Changes> changes = Error(ErrorCode::NotFound, "");
  if (request.diff) {
    const std::size_t dots = request.diff->find("..");
    if (dots == std::string::npos)
      return invalid_input(cat("'", *request.diff, "' is no difference; write A..B"));
    changes =
        repository.changes_between(request.diff->substr(0, dots), request.diff->substr(dots + 2));
  } else if (event->name == "pull_request") {
    changes = repository.changes_of_pull_request(event->base_ref, request.edits);
  } else if (event->name == "push" && request.event != "tag") {
    changes = repository.changes_of_push(request.edits);
  } else {
    return success();
  }
  Changes found = TRY(std::move(changes));
  event->changed_files = std::move(found.files);
  event->comparison_base = found.base;
  event->before_sha = found.base_commit.empty() ? std::string(40, '0') : found.base_commit;
  return success();
}

std::string ref_of_tag(const TriggerRequest& request) {
  return cat("refs/tags/", request.tag.empty() ? "v0.0.0-local" : request.tag);
}

}  // namespace

Result<TriggerEvent> make_trigger(const Repository& repository, const TriggerRequest& request) {
  const RepositoryFacts& facts = repository.facts();
  const auto& events = known_events();
  if (std::find(events.begin(), events.end(), request.event) == events.end())
    return invalid_input(cat("unknown event '", request.event, "'",
                             did_you_mean(request.event, events), " (known: ", join(events, ", "),
                             ")"));
  TriggerEvent event;
  event.name = request.event == "tag" ? "push" : request.event;
  event.sha = facts.head;
  event.before_sha = std::string(40, '0');
  event.inputs = request.inputs;
  const std::string branch = request.branch.empty() ? facts.branch : request.branch;
  const std::string branch_ref = cat("refs/heads/", branch.empty() ? facts.default_branch : branch);
  if (event.name == "pull_request") {
    event.action = request.action.empty() ? "synchronize" : request.action;
    event.base_ref = request.base.empty() ? facts.default_branch : request.base;
  }
  TRY(fill_changes(repository, request, &event));
  JsonObject payload{{"repository", repository_payload(facts)},
                     {"sender", JsonObject{{"login", facts.author}}}};
  if (event.name == "pull_request") {
    fill_pull_request(facts, branch, &event, &payload);
  } else if (event.name == "push") {
    fill_push(facts, request.event == "tag" ? ref_of_tag(request) : branch_ref, &event, &payload);
  } else {
    event.ref = branch_ref;
    payload["ref"] = event.ref;
    JsonObject inputs;
    for (const auto& [name, value] : event.inputs) inputs.emplace(name, value);
    payload["inputs"] = std::move(inputs);
  }
  if (const auto* given = request.payload.if_object())
    for (const auto& [name, value] : *given) payload[name] = value;
  event.payload = std::move(payload);
  return event;
}

}  // namespace sluice::app
