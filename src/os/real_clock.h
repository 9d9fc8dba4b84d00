// The clock of this machine.
#pragma once

#include "os/ports/clock.h"

namespace sluice::os {

class RealClock final : public Clock {
 public:
  Timestamp now() const override;
  SteadyTime steady() const override;
};

}  // namespace sluice::os
