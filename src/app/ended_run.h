// Runs that ended, as the event `workflow_run` tells of them, and the pipelines that wait for it.
#pragma once

#include <string>
#include <vector>

#include "app/pipelines.h"
#include "app/trigger.h"
#include "app/workbench.h"

namespace sluice::app {

// A recorded run by number, id or "latest"; its conclusion is empty when it has not ended.
Result<EndedRun> find_recorded_run(Workbench& workbench, const std::string& reference);

// Paths of the repository's pipelines that GitHub would start because of it.
Result<std::vector<std::string>> waiting_for(Workbench& workbench, const Repository& repository,
                                             const EndedRun& run, Edits edits);

}  // namespace sluice::app
