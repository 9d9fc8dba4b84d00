// Reading time. The only source of time for everything above os/.
#pragma once

#include "base/time.h"

namespace sluice::os {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;      // wall clock, for records and people
  virtual SteadyTime steady() const = 0;  // monotonic, for durations and deadlines
};

}  // namespace sluice::os
