// A target over an in-memory database and a FakeMachineRoom, with a keeper that can be killed.
#pragma once

#include <memory>
#include <string>

#include "delivery/target.h"
#include "delivery/testing/fake_replica_host.h"
#include "os/testing/fake_clock.h"
#include "store/ports/database.h"

namespace sluice::delivery {

// `command` tells revisions apart in the machine room; with a smoke check.
Revision make_revision(const std::string& command);

class TargetHarness {
 public:
  explicit TargetHarness(TargetLimits limits = {});
  ~TargetHarness();

  Target& target() { return *target_; }
  FakeReplicaHost& host() { return *host_; }
  const TargetState& state() const { return target_->state(); }

  void deploy(const std::string& command, int replicas = 2);
  // Carries out orders and feeds their reports until none waits; at most `most` steps. Returns how
  // many there were.
  int settle(int most = 1000);
  // One order; false when none waits.
  bool step();
  // Throws the keeper's memory away and starts another on the same journal and machine room.
  void restart_keeper();
  void kill_process(const std::string& replica);
  // "r1=1:serving r2=2:probing | live 1 | completed", without times.
  std::string summary() const;
  std::string traffic() const;  // "r1 r2"
  std::vector<std::string> event_kinds() const;
  std::int64_t first_event() const { return target_->history().value().front().seq; }

  os::FakeClock clock;
  FakeMachineRoom room;
  // Checked after every step when set: at least this many replicas get traffic.
  int least_routed = 0;
  int most_running = 0;  // seen so far

 private:
  void open();
  void feed(const ReplicaReport& report);
  void check_invariants();

  const TargetLimits limits_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<FakeReplicaHost> host_;
  std::unique_ptr<Target> target_;
};

}  // namespace sluice::delivery
