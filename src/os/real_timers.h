// Timers on one thread of their own, which starts with the first timer.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "os/ports/timers.h"

namespace sluice::os {

// The destructor drops what is not due yet and waits for the callback that is running.
class RealTimers final : public Timers {
 public:
  RealTimers() = default;
  ~RealTimers() override;
  RealTimers(const RealTimers&) = delete;
  RealTimers& operator=(const RealTimers&) = delete;

  TimerId start(Duration after, std::function<void()> callback) override;
  void cancel(TimerId timer) override;

 private:
  // Equal due times fire in the order in which they were started.
  using Due = std::pair<SteadyTime, std::uint64_t>;

  void loop();
  void fire_first(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable changed_;   // a timer was added, or stop
  std::condition_variable finished_;  // a callback returned
  std::map<Due, std::function<void()>> waiting_;
  std::map<std::uint64_t, SteadyTime> due_of_;
  std::uint64_t next_id_ = 1;
  std::uint64_t running_ = 0;  // id of the callback that runs now; 0: none
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::os
