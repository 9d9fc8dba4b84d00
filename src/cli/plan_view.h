// A plan and what is forecast of it, as people read it: one line for each job, below it what does
// not simply run, with the condition that decides.
#pragma once

#include <string>
#include <vector>

#include "app/pipelines.h"
#include "cli/terminal.h"
#include "pipeline/forecast.h"

namespace sluice::cli {

struct PlanDetail {
  std::vector<std::string> jobs;  // only these, with every step and condition; empty: all
  bool every_step = false;        // also those that simply run
};

// `forecast` is null for a pipeline that has mistakes or that the event does not start.
std::string plan_text(TerminalKind kind, const app::PlannedPipeline& planned,
                      const pipeline::Forecast* forecast, const PlanDetail& detail);
std::string event_text(const pipeline::TriggerEvent& event);

}  // namespace sluice::cli
