// A host whose processes are table rows. Orders wait until the test lets them happen, so that a
// keeper can be thrown away before, between and after them; the rows outlive the keeper.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "delivery/ports/replica_host.h"

namespace sluice::delivery {

// What the outside world holds: survives a killed keeper.
struct FakeMachineRoom {
  struct Row {
    std::string command;
    int port = 0;
    pid_t pid = 0;
    bool running = true;
  };
  std::map<std::string, Row> processes;        // by replica
  std::map<std::string, int> start_count;      // processes ever started, by replica
  std::map<std::string, std::string> failing;  // command → stage that fails: start, ready, smoke
  pid_t next_pid = 1000;

  int running() const;
  os::ProcessIdentity identity(const std::string& replica) const;
};

class FakeReplicaHost final : public ReplicaHost {
 public:
  explicit FakeReplicaHost(FakeMachineRoom& room) : room_(room) {}

  void start(const std::string& id, const Revision& revision, Duration delay,
             OrderIs order) override;
  void await_ready(const ReplicaPlace& place, const Revision& revision) override;
  void smoke(const ReplicaPlace& place, const Revision& revision) override;
  void watch(const ReplicaPlace& place, const Revision& revision) override;
  void retire(const std::string& id, const std::optional<ReplicaPlace>& place, Duration drain,
              Duration grace) override;

  // The next order takes effect in the room; its report. Call while orders are waiting.
  ReplicaReport carry_out_next();
  std::size_t waiting() const { return orders_.size(); }
  // Processes that were watched and have ended.
  std::vector<ReplicaReport> deaths();

  std::vector<std::string> record;  // "start r1", in the order of the orders
  std::vector<Duration> delays;     // of the starts

 private:
  struct Order {
    std::string what;
    std::string replica;
    std::string command;
    OrderIs order = OrderIs::New;
  };
  void add(std::string what, std::string replica, std::string command, OrderIs order);
  ReplicaReport start_process(const Order& order);

  FakeMachineRoom& room_;
  std::deque<Order> orders_;
  std::set<std::string> watched_;
};

}  // namespace sluice::delivery
