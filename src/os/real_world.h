// One real version of each port. Built once, in main.cc.
#pragma once

#include "os/real_clock.h"
#include "os/real_environment.h"
#include "os/real_files.h"
#include "os/real_locks.h"
#include "os/real_processes.h"
#include "os/real_random.h"
#include "os/real_timers.h"
#include "os/world.h"

namespace sluice::os {

class RealWorld {
 public:
  World world() {
    return World{clock_, timers_, files_, locks_, processes_, random_, environment_};
  }

 private:
  RealClock clock_;
  RealFiles files_;
  RealLocks locks_;
  RealProcesses processes_;
  RealRandom random_;
  RealEnvironment environment_;
  RealTimers timers_;
};

}  // namespace sluice::os
