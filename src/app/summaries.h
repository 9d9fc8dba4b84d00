// What steps wrote into GITHUB_STEP_SUMMARY, read back from the journal of their run.
#pragma once

#include <string>
#include <vector>

#include "app/workbench.h"

namespace sluice::app {

enum class SummaryState { Shown, Withheld };  // Withheld: stored sealed, since a mask touches it

struct StepSummary {
  engine::LegKey leg;
  std::string step;  // name
  SummaryState state = SummaryState::Shown;
  std::string markdown;  // empty when withheld
};

// In the order in which the steps ended; steps without a summary are left out.
Result<std::vector<StepSummary>> step_summaries(Workbench& workbench, const std::string& run_id);

}  // namespace sluice::app
