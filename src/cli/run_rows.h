// Rows of the run tables as JSON and words: what `runs` and `explain` have in common.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/workbench.h"
#include "engine/read_model.h"
#include "engine/run_machine.h"

namespace sluice::cli {

// With the row what the row cannot tell: whether a process drives the run.
Json row_json(const app::Workbench& workbench, const engine::RunRow& run);
// The result of a finished run; "interrupted" when nobody drives it; else its status.
std::string state_of(const app::Workbench& workbench, const engine::RunRow& run);
// What to do about an interrupted run, a line; of any other run nothing.
std::string interruption_text(const app::Workbench& workbench, const engine::RunRow& run);
// The leg with those of `steps` that are its own.
Json leg_json(const engine::LegRow& leg, const std::vector<engine::StepRow>& steps);
bool belongs(const engine::StepRow& step, const engine::LegRow& leg);
// "3"; of a step inside of that one "3.1".
std::string number_of(const engine::StepRow& step);
// The run as its journal tells it, which knows the ids of steps; null when this program cannot
// follow it any more: its steps still have names and numbers.
std::unique_ptr<engine::RunMachine> machine_for_ids(app::Workbench& workbench,
                                                    const engine::RunRow& run);
// A line, where the leg is deployed to an environment.
std::string environment_text(const engine::LegRow& leg, std::size_t indent);
// What an unfinished run waits for: one object for each concurrency group, with whether somebody
// drives the holder at this moment.
Result<std::vector<JsonObject>> waits_of(app::Workbench& workbench, const engine::RunRow& run);
// The same, a line for each.
Result<std::string> waits_text(app::Workbench& workbench, const engine::RunRow& run);

}  // namespace sluice::cli
