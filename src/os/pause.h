// Waiting for time to pass, or for a request to stop.
#pragma once

#include <optional>

#include "base/cancellation.h"
#include "base/time.h"

namespace sluice::os {

// Blocks the calling thread until `cancel` says so (false) or `at_most` has passed (true); without
// `at_most` until the former.
bool pause(const CancellationToken& cancel, std::optional<Duration> at_most = std::nullopt);

}  // namespace sluice::os
