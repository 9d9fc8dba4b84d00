// Being called back at a time.
#pragma once

#include <cstdint>
#include <functional>

#include "base/time.h"

namespace sluice::os {

enum class TimerId : std::uint64_t {};

// Thread-safe. Callbacks run one after another, in order of their due times, on the timers' own
// thread (the fake runs them inside advance()); they must be short and only post work elsewhere.
class Timers {
 public:
  virtual ~Timers() = default;
  virtual TimerId start(Duration after, std::function<void()> callback) = 0;
  // After the return the callback is not running and will not run, unless called from the callback.
  virtual void cancel(TimerId timer) = 0;
};

}  // namespace sluice::os
