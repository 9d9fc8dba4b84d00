#include "os/run_together.h"

#include <system_error>
#include <thread>

namespace sluice::os {

std::vector<Result<CapturedRun>> run_together(Processes& processes,
                                              const std::vector<ProcessSpec>& specs,
                                              const RunLimits& limits,
                                              const CancellationToken& cancel) {
  std::vector<Result<CapturedRun>> results(specs.size(),
                                           Error(ErrorCode::Cancelled, "not started"));
  const auto run = [&](std::size_t i) { results[i] = processes.run(specs[i], limits, cancel); };
  std::vector<std::jthread> threads;
  std::size_t next = 0;
  try {
    for (; next + 1 < specs.size(); ++next) threads.emplace_back(run, next);
  } catch (const std::system_error&) {
    // No more threads to be had: the rest goes one by one.
  }
  for (; next < specs.size(); ++next) run(next);
  threads.clear();  // joins
  return results;
}

}  // namespace sluice::os
