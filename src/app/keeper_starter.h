// Starts the keepers that jobs of a run wish for, outside of the jobs, so that the end of a job
// does not take a deployment down.
#pragma once

#include "base/log.h"
#include "delivery/keeper_client.h"
#include "engine/run_owner.h"

namespace sluice::app {

// A listener that looks for wishes at each tick and hands everything on to another listener, which
// outlives it. One thread, as run listeners are used.
class KeeperStarter final : public engine::RunListener {
 public:
  KeeperStarter(const os::World& world, const os::Path& home, const os::Path& executable, Log& log,
                engine::RunListener& next)
      : world_(world), home_(home), launcher_(world, executable, home), log_(log), next_(next) {}

  void on_events(const std::vector<store::StoredEvent>& events) override;
  void on_output(const engine::LegKey& leg, int step) override { next_.on_output(leg, step); }
  void on_tick() override;

 private:
  os::World world_;
  os::Path home_;
  delivery::ProcessKeeperLauncher launcher_;
  Log& log_;
  engine::RunListener& next_;
};

}  // namespace sluice::app
