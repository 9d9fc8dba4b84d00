// Counting the rows of a source on several threads. Each thread in turn reads a block and then
// counts it, while the next thread reads: what is counted is still in the cache of the processor
// that read it. Each thread has counts of its own; they are merged in the end, which gives the same
// whatever thread counted what. What depends on the order of the blocks (ordered_column.h) is put
// in order by each thread after it counted a block.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
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
  // The number of the block; nothing at the end, which an error is too.
  std::optional<std::uint64_t> read(CsvBlock& block, DataProfile& profile);
  void wait_until_in_order(std::uint64_t blocks);
  void set_in_order(std::uint64_t block);

  const ProfileShape& shape_;
  OrderedGroups ordered_;
  std::mutex reading_;  // of the four below, and of the profile's problems
  RowSource& rows_;
  std::uint64_t blocks_ = 0;
  bool at_end_ = false;
  std::optional<Error> error_;
  std::mutex ordering_;  // of the two below the next
  std::condition_variable ordered_more_;
  std::uint64_t blocks_in_order_ = 0;  // so many first ones
  std::set<std::uint64_t> done_;       // of those behind them
  std::vector<std::unique_ptr<GroupedProfiler>> profilers_;
};

}  // namespace sluice::ml
