#include "ml/data/profile_workers.h"

#include <algorithm>

namespace sluice::ml {

ProfileWorkers::ProfileWorkers(const ProfileShape& shape, unsigned threads)
    : shape_(shape), max_blocks_(2 * threads + 1) {
  for (unsigned i = 0; i < threads; ++i)
    profilers_.push_back(std::make_unique<GroupedProfiler>(shape));
  for (const auto& profiler : profilers_)
    threads_.emplace_back([this, raw = profiler.get()] { work(*raw); });
}

ProfileWorkers::~ProfileWorkers() {
  stop();
}

CsvBlock ProfileWorkers::take_block() {
  std::unique_lock lock(mutex_);
  if (free_.empty() && blocks_ < max_blocks_) {
    ++blocks_;
    return {};
  }
  changed_.wait(lock, [this] { return !free_.empty(); });
  CsvBlock block = std::move(free_.back());
  free_.pop_back();
  return block;
}

void ProfileWorkers::count(CsvBlock block) {
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(block));
  }
  changed_.notify_all();
}

void ProfileWorkers::work(GroupedProfiler& profiler) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    CsvBlock block = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    profiler.add(block);
    lock.lock();
    free_.push_back(std::move(block));
    changed_.notify_all();
  }
}

void ProfileWorkers::stop() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

Result<void> ProfileWorkers::finish(DataProfile& profile) {
  stop();
  GroupedProfile whole;
  for (const auto& profiler : profilers_) TRY(whole.merge(profiler->finish(), shape_));
  whole.move_into(profile, shape_);
  return success();
}

}  // namespace sluice::ml
