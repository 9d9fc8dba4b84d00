// Starting a run: from a repository and an event to a committed RunCreated.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/pipelines.h"
#include "app/trigger.h"
#include "app/workbench.h"
#include "engine/run_owner.h"

namespace sluice::app {

struct StartRequest {
  PlannedPipeline pipeline;
  pipeline::TriggerEvent event;
  std::vector<std::string> jobs;  // empty: all
  pipeline::RunValues values;
  Edits edits = Edits::Include;
  engine::OnFailure on_failure = engine::OnFailure::GoOn;
};

// Whether a run of these jobs (all when empty) can start: InvalidInput with all diagnostics when
// the file has errors or no such job; FailedPrecondition, with the reason, when the event does not
// trigger the pipeline; Unsupported, naming all of it, when a job that would run holds what is not
// honoured here.
Result<void> check_runnable(const PlannedPipeline& planned, const std::vector<std::string>& jobs);

// The owner of a new run, ready to be driven. Fails as check_runnable() does.
Result<std::unique_ptr<engine::RunOwner>> start_run(Workbench& workbench,
                                                    const Repository& repository,
                                                    const StartRequest& request,
                                                    engine::RunListener* listener);

}  // namespace sluice::app
