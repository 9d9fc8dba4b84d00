// Counting the rows of blocks on several threads. Each thread has counts of its own; they are
// merged in the end, which gives the same whatever thread counted what.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ml/data/grouped_profiler.h"

namespace sluice::ml {

class ProfileWorkers {
 public:
  // `shape` outlives the workers.
  ProfileWorkers(const ProfileShape& shape, unsigned threads);
  ~ProfileWorkers();

  // A block to be filled, used before where one is free. Waits while all are being counted.
  CsvBlock take_block();
  void count(CsvBlock block);
  // After the last block: waits for all, and adds what they found to the profile.
  Result<void> finish(DataProfile& profile);

 private:
  void work(GroupedProfiler& profiler);
  void stop();

  const ProfileShape& shape_;
  std::size_t max_blocks_;
  std::mutex mutex_;  // of the five below
  std::condition_variable changed_;
  std::deque<CsvBlock> waiting_;
  std::vector<CsvBlock> free_;
  std::size_t blocks_ = 0;  // that exist
  bool closed_ = false;
  std::vector<std::unique_ptr<GroupedProfiler>> profilers_;
  std::vector<std::thread> threads_;
};

}  // namespace sluice::ml
