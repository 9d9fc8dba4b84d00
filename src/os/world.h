// The outside world as one bundle of ports, built in main.cc and by tests. Borrowed references; the
// bundle is copied freely and owns nothing.
#pragma once

#include "os/ports/clock.h"
#include "os/ports/environment.h"
#include "os/ports/files.h"
#include "os/ports/processes.h"
#include "os/ports/random.h"
#include "os/ports/timers.h"

namespace sluice::os {

struct World {
  Clock& clock;
  Timers& timers;
  Files& files;
  FileLocks& locks;
  Processes& processes;
  Random& random;
  const Environment& environment;
};

}  // namespace sluice::os
