// What happened in the repository, and what is known about the run made for it. Values only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace sluice::pipeline {

// The event that pipelines are matched against.
struct TriggerEvent {
  std::string name = "push";  // push, pull_request, workflow_dispatch, schedule …
  std::string action;         // activity type of pull_request and others: opened, synchronize …
  std::string ref;            // "refs/heads/main", "refs/tags/v1", "refs/pull/7/merge"
  std::string sha;            // 40 hex digits
  std::string before_sha;     // push: the tip before; empty when unknown
  std::string base_ref;       // pull_request: target branch, short name
  std::string head_ref;       // pull_request: source branch, short name
  // Paths changed by the event; nullopt when they could not be determined, which makes path filters
  // match (and the explanation say so).
  std::optional<std::vector<std::string>> changed_files;
  // What changed_files was computed against, for the explanation; empty: they were given.
  std::string comparison_base;
  std::map<std::string, std::string> inputs;  // workflow_dispatch
  // Of the head commit of a push or pull_request: it may ask for no runs ("[skip ci]"). Empty: not
  // known, or it shall not count.
  std::string commit_message;
  Json payload;  // the event document (github.event); object
};

Json to_json(const TriggerEvent& event);
Result<TriggerEvent> trigger_event_from_json(const Json& value);

// Facts of the run that do not change while it goes.
struct RunIdentity {
  std::string run_id;           // sortable id
  std::int64_t run_number = 1;  // per pipeline, from 1
  std::int64_t attempt = 1;
  std::string repository = "local/repository";  // OWNER/NAME
  std::string default_branch = "main";
  std::string actor = "local";
  std::string server_url = "https://github.com";
  Timestamp created{};
};

Json to_json(const RunIdentity& run);
Result<RunIdentity> run_identity_from_json(const Json& value);

// Values that the owner of the run supplies. Secrets never appear in any to_json.
struct RunValues {
  std::map<std::string, std::string> secrets;
  std::map<std::string, std::string> variables;  // `vars` context
};

}  // namespace sluice::pipeline
