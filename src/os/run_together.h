// Several short children at once, where each would only wait for itself.
#pragma once

#include <vector>

#include "os/ports/processes.h"

namespace sluice::os {

// As Processes::run() for each of a handful of children, which all run at the same time: each on a
// thread that ends before this returns, the last one on the caller's. Results in the order of
// `specs`.
std::vector<Result<CapturedRun>> run_together(Processes& processes,
                                              const std::vector<ProcessSpec>& specs,
                                              const RunLimits& limits = {},
                                              const CancellationToken& cancel = {});

}  // namespace sluice::os
