// A few threads for work that blocks. Work runs in the order in which it was posted; what has not
// begun when the pool goes is dropped, what runs is waited for.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::exec {

class WorkerPool {
 public:
  explicit WorkerPool(int threads) : limit_(static_cast<std::size_t>(threads)) {}
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void post(std::function<void()> work);
  // Waits for what runs; later posts do nothing.
  void stop();

 private:
  void loop();

  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // started as they are needed
};

}  // namespace sluice::exec
