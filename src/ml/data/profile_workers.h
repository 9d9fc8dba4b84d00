// Counting the rows of a source on several threads. Each thread in turn reads a block and then
// counts it, while the next thread reads: what is counted is still in the cache of the processor
// that read it. Each thread has counts of its own; they are merged in the end, which gives the same
// whatever thread counted what.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "ml/data/grouped_profiler.h"

namespace sluice::ml {

class ProfileWorkers {
 public:
  // `shape` and `rows` outlive the workers. The thread that calls run() is one of the threads.
  ProfileWorkers(const ProfileShape& shape, RowSource& rows, unsigned threads);

  // Reads to the end, and adds what was found to the profile. Once.
  Result<void> run(DataProfile& profile);

 private:
  void work(GroupedProfiler& profiler, DataProfile& profile);
  bool read(CsvBlock& block, DataProfile& profile);

  const ProfileShape& shape_;
  std::mutex reading_;  // of the three below, and of the profile's problems
  RowSource& rows_;
  bool at_end_ = false;
  std::optional<Error> error_;
  std::vector<std::unique_ptr<GroupedProfiler>> profilers_;
};

}  // namespace sluice::ml
