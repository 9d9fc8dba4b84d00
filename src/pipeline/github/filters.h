// Whether an event starts a workflow: event name, activity type, filters of branches, tags and
// paths, the message of the commit, and whether it is the default branch where only that counts.
// Every answer says what decided it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "pipeline/event.h"
#include "pipeline/explanation.h"
#include "pipeline/github/workflow.h"

namespace sluice::pipeline::github {

struct TriggerDecision {
  bool triggered = false;
  Explanation reason;
};

TriggerDecision decide_trigger(const Workflow& workflow, const TriggerEvent& event,
                               std::string_view default_branch);

// The words of a commit's message that keep push and pull_request from starting anything
// ("[skip ci]", "skip-checks: true"); empty when it has none.
std::string skip_words(std::string_view message);

}  // namespace sluice::pipeline::github
