// From "the user wants to see a push" to the event that pipelines are matched against.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/repository.h"
#include "pipeline/event.h"

namespace sluice::app {

struct TriggerRequest {
  std::string event =
      "push";          // push, pull_request, workflow_dispatch, schedule, tag (a push of one)
  std::string action;  // pull_request: opened, synchronize …; default synchronize
  std::string branch;  // default: the current one
  std::string tag;     // event tag: default the newest that points at HEAD
  std::string base;    // pull_request: target branch; default the default branch
  Edits edits = Edits::Include;
  std::map<std::string, std::string> inputs;              // workflow_dispatch
  std::optional<std::string> diff;                        // "A..B" instead of what git says
  std::optional<std::vector<std::string>> changed_files;  // given by hand
  Json payload;  // of --event-file: its members win over the computed ones; null: none
};

// InvalidInput for an unknown event name (with the nearest one), NotFound for branches that are not
// there.
Result<pipeline::TriggerEvent> make_trigger(const Repository& repository,
                                            const TriggerRequest& request);

}  // namespace sluice::app
