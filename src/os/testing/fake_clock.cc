#include "os/testing/fake_clock.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::os {

Timestamp FakeClock::now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

SteadyTime FakeClock::steady() const {
  std::lock_guard lock(mutex_);
  return steady_;
}

void FakeClock::advance(Duration by) {
  CHECK(by >= Duration(0));
  std::lock_guard lock(mutex_);
  now_ += by;
  steady_ += by;
}

TimerId FakeTimers::start(Duration after, std::function<void()> callback) {
  std::lock_guard lock(mutex_);
  const std::uint64_t id = next_id_++;
  const SteadyTime due = clock_.steady() + std::max(after, Duration(0));
  waiting_.emplace(Due{due, id}, std::move(callback));
  return TimerId{id};
}

void FakeTimers::cancel(TimerId timer) {
  std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const auto& entry) {
    return entry.first.second == static_cast<std::uint64_t>(timer);
  });
}

void FakeTimers::advance(Duration by) {
  const SteadyTime end = clock_.steady() + by;
  while (true) {
    std::function<void()> callback;
    {
      std::lock_guard lock(mutex_);
      if (waiting_.empty() || waiting_.begin()->first.first > end) break;
      auto node = waiting_.extract(waiting_.begin());
      clock_.advance(std::max(node.key().first - clock_.steady(), Duration(0)));
      callback = std::move(node.mapped());
    }
    callback();
  }
  clock_.advance(std::max(end - clock_.steady(), Duration(0)));
}

std::size_t FakeTimers::waiting() const {
  std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace sluice::os
