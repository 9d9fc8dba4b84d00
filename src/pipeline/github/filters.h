// Whether an event starts a workflow: event name, activity type, and filters of branches, tags and
// paths. Every answer says what decided it. Pure.
#pragma once

#include "pipeline/event.h"
#include "pipeline/explanation.h"
#include "pipeline/github/workflow.h"

namespace sluice::pipeline::github {

struct TriggerDecision {
  bool triggered = false;
  Explanation reason;
};

TriggerDecision decide_trigger(const Workflow& workflow, const TriggerEvent& event);

}  // namespace sluice::pipeline::github
