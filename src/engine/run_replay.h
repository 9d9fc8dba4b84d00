// A run as its journal tells it, for whoever only looks: no lock, no effects, nothing written.
#pragma once

#include <memory>
#include <string>

#include "engine/run_owner.h"

namespace sluice::engine {

// FailedPrecondition when this program cannot follow the journal.
Result<std::unique_ptr<RunMachine>> replay_run(const EngineParts& parts, const std::string& run_id);

}  // namespace sluice::engine
