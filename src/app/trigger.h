// From "the user wants to see a push" to the event that pipelines are matched against.
//
// Every event of GitHub can be asked for. Its document (github.event) is made from what git knows,
// with the members that GitHub sends where something local stands for them; those of `payload` win.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/repository.h"
#include "base/time.h"
#include "pipeline/event.h"

namespace sluice::app {

// Of event workflow_run: the run that ended.
struct EndedRun {
  std::string id;
  std::int64_t number = 1;
  std::int64_t attempt = 1;
  std::string workflow;  // its name
  std::string file;
  std::string title;
  std::string event = "push";
  std::string branch;      // empty: as for any event, that of TriggerRequest or the current one
  std::string sha;         // empty: the head
  std::string conclusion;  // success, failure, cancelled; empty: it has not ended
  Timestamp created{};
};

enum class SkipWords { Count, Ignored };

struct TriggerRequest {
  std::string event = "push";  // as in `on`, or tag (a push of one)
  std::string action;          // activity, of repository_dispatch its type; empty: the usual one
  std::string branch;  // default: the current one, or the default branch where only that counts
  std::string tag;     // tag, release, create
  std::string base;    // pull_request, merge_group: target; default the default branch
  Edits edits = Edits::Include;
  std::map<std::string, std::string> inputs;  // workflow_dispatch; client_payload of
                                              // repository_dispatch
  std::string cron;                           // schedule
  std::optional<EndedRun> ended_run;          // workflow_run
  std::vector<std::string> labels;            // pull_request
  bool draft = false;                         // pull_request
  std::string fork;                           // pull_request: OWNER/NAME that it comes from
  SkipWords skip_words = SkipWords::Count;    // "[skip ci]" in the message of the head commit
  std::optional<std::string> diff;            // "A..B" instead of what git says
  std::optional<std::vector<std::string>> changed_files;  // given by hand
  Json payload;  // of --event-file: its members win over the computed ones; null: none
};

// The names that TriggerRequest::event may have.
std::vector<std::string> known_events();

// InvalidInput for an unknown event name (with the nearest one) and for what the event does not
// take or lacks; NotFound for branches that are not there.
Result<pipeline::TriggerEvent> make_trigger(const Repository& repository,
                                            const TriggerRequest& request);

// A pull request from a fork sees no secrets but GITHUB_TOKEN (pull_request_target does). Returns
// the names of those that were taken away.
std::vector<std::string> withhold_secrets(const pipeline::TriggerEvent& event,
                                          pipeline::RunValues& values);

}  // namespace sluice::app
