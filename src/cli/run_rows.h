// Rows of the run tables as JSON and words: what `runs` and `explain` have in common.
#pragma once

#include <string>
#include <vector>

#include "app/workbench.h"
#include "engine/read_model.h"

namespace sluice::cli {

Json row_json(const engine::RunRow& run);
// The result of a finished run, else its status.
std::string state_of(const engine::RunRow& run);
// The leg with those of `steps` that are its own.
Json leg_json(const engine::LegRow& leg, const std::vector<engine::StepRow>& steps);
// What an unfinished run waits for: one object for each concurrency group, with whether somebody
// drives the holder at this moment.
Result<std::vector<JsonObject>> waits_of(app::Workbench& workbench, const engine::RunRow& run);
// The same, a line for each.
Result<std::string> waits_text(app::Workbench& workbench, const engine::RunRow& run);

}  // namespace sluice::cli
