// A target that nobody keeps: what its journal says, and what may be changed about it then.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "delivery/rollout.h"
#include "os/world.h"

namespace sluice::delivery {

// Folds the journal, beside a keeper that may be running. Empty where there is none yet.
Result<TargetState> read_target_state(const os::FileReader& files, const os::Path& folder,
                                      const std::string& name);

// FailedPrecondition, saying what to do first, while a keeper runs or replicas may serve.
Result<void> change_port(os::World world, const os::Path& home, const std::string& name,
                         std::uint16_t port);

// Removes everything of the target, its history included; refused as above.
Result<void> remove_target(os::World world, const os::Path& home, const std::string& name);

}  // namespace sluice::delivery
