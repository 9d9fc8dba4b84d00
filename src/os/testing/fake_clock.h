// Time that stands still until a test moves it. Thread-safe.
#pragma once

#include <map>
#include <mutex>

#include "os/ports/clock.h"
#include "os/ports/timers.h"

namespace sluice::os {

class FakeClock final : public Clock {
 public:
  // 2026-01-01T00:00:00Z
  static constexpr Timestamp kStart{std::chrono::seconds(1'767'225'600)};

  explicit FakeClock(Timestamp start = kStart) : now_(start) {}

  Timestamp now() const override;
  SteadyTime steady() const override;
  // Moves both times; fires no timer: that is FakeTimers::advance().
  void advance(Duration by);

 private:
  mutable std::mutex mutex_;
  Timestamp now_;
  SteadyTime steady_{};
};

// Timers over a FakeClock. advance() moves the clock and runs what becomes due on the calling
// thread, in order of due time, each callback seeing the clock at its own due time; a timer that a
// callback starts fires too if it falls within the same span.
class FakeTimers final : public Timers {
 public:
  explicit FakeTimers(FakeClock& clock) : clock_(clock) {}

  TimerId start(Duration after, std::function<void()> callback) override;
  void cancel(TimerId timer) override;

  void advance(Duration by);
  std::size_t waiting() const;

 private:
  using Due = std::pair<SteadyTime, std::uint64_t>;

  FakeClock& clock_;
  mutable std::mutex mutex_;
  std::map<Due, std::function<void()>> waiting_;
  std::uint64_t next_id_ = 1;
};

}  // namespace sluice::os
