// What steps wrote into GITHUB_STEP_SUMMARY, as it was kept: masked.
#pragma once

#include <string>
#include <vector>

#include "app/workbench.h"

namespace sluice::app {

struct StepSummary {
  engine::LegKey leg;
  std::string step;  // name
  std::string markdown;
};

// In the order in which the steps ended; steps without a summary are left out.
Result<std::vector<StepSummary>> step_summaries(Workbench& workbench, const std::string& run_id);

}  // namespace sluice::app
