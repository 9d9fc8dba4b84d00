// A world for tests: fake time, randomness and environment; real files, locks and processes, with a
// temporary directory to work in.
#pragma once

#include "os/real_files.h"
#include "os/real_locks.h"
#include "os/real_processes.h"
#include "os/testing/fake_clock.h"
#include "os/testing/fake_environment.h"
#include "os/testing/fake_random.h"
#include "os/testing/temporary_directory.h"
#include "os/world.h"

namespace sluice::os {

struct TestWorld {
  TemporaryDirectory directory;
  FakeClock clock;
  FakeTimers timers{clock};
  RealFiles files;
  RealLocks locks;
  RealProcesses processes;
  FakeRandom random;
  FakeEnvironment environment{{{"PATH", "/usr/local/bin:/usr/bin:/bin"}}};

  World world() { return World{clock, timers, files, locks, processes, random, environment}; }
};

}  // namespace sluice::os
