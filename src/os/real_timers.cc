#include "os/real_timers.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::os {

namespace {

SteadyTime steady_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

}  // namespace

RealTimers::~RealTimers() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  CHECK(thread_.get_id() != std::this_thread::get_id());
  if (thread_.joinable()) thread_.join();
}

TimerId RealTimers::start(Duration after, std::function<void()> callback) {
  // A timer "never" must not overflow the clock.
  constexpr Duration kLongest = std::chrono::hours(24 * 365 * 100);
  const SteadyTime due = steady_now() + std::clamp(after, Duration(0), kLongest);
  std::lock_guard lock(mutex_);
  const std::uint64_t id = next_id_++;
  waiting_.emplace(Due{due, id}, std::move(callback));
  due_of_.emplace(id, due);
  if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
  changed_.notify_all();
  return TimerId{id};
}

void RealTimers::cancel(TimerId timer) {
  const auto id = static_cast<std::uint64_t>(timer);
  std::unique_lock lock(mutex_);
  if (const auto found = due_of_.find(id); found != due_of_.end()) {
    waiting_.erase(Due{found->second, id});
    due_of_.erase(found);
    return;
  }
  if (thread_.get_id() == std::this_thread::get_id()) return;
  finished_.wait(lock, [&] { return running_ != id; });
}

void RealTimers::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      changed_.wait(lock);
    } else if (const SteadyTime due = waiting_.begin()->first.first; due > steady_now()) {
      changed_.wait_until(lock, due);
    } else {
      fire_first(lock);
    }
  }
}

void RealTimers::fire_first(std::unique_lock<std::mutex>& lock) {
  auto node = waiting_.extract(waiting_.begin());
  running_ = node.key().second;
  due_of_.erase(running_);
  lock.unlock();
  node.mapped()();
  // The callback's captures go before cancel() returns.
  node.mapped() = nullptr;
  lock.lock();
  running_ = 0;
  finished_.notify_all();
}

}  // namespace sluice::os
