#include "delivery/testing/fake_replica_host.h"

#include "base/check.h"
#include "base/strings.h"

namespace sluice::delivery {

int FakeMachineRoom::running() const {
  int count = 0;
  for (const auto& [id, row] : processes) count += row.running;
  return count;
}

os::ProcessIdentity FakeMachineRoom::identity(const std::string& replica) const {
  return {"boot", processes.at(replica).pid, 1};
}

void FakeReplicaHost::add(std::string what, std::string replica, std::string command,
                          OrderIs order) {
  record.push_back(cat(what, " ", replica));
  orders_.push_back({std::move(what), std::move(replica), std::move(command), order});
}

void FakeReplicaHost::start(const std::string& id, const Revision& revision, Duration delay,
                            OrderIs order) {
  delays.push_back(delay);
  add("start", id, revision.command[0], order);
}

void FakeReplicaHost::await_ready(const ReplicaPlace& place, const Revision& revision) {
  add("ready", place.id, revision.command[0], OrderIs::New);
}

void FakeReplicaHost::smoke(const ReplicaPlace& place, const Revision& revision) {
  add("smoke", place.id, revision.command[0], OrderIs::New);
}

void FakeReplicaHost::watch(const ReplicaPlace& place, const Revision&) {
  watched_.insert(place.id);
}

void FakeReplicaHost::retire(const std::string& id, const std::optional<ReplicaPlace>&, Duration,
                             Duration) {
  std::erase_if(orders_, [&](const Order& order) { return order.replica == id; });
  watched_.erase(id);
  add("retire", id, "", OrderIs::New);
}

ReplicaReport FakeReplicaHost::carry_out_next() {
  CHECK(!orders_.empty());
  const Order order = orders_.front();
  orders_.pop_front();
  if (order.what == "retire") {
    if (room_.processes.contains(order.replica)) room_.processes[order.replica].running = false;
    return {ReplicaReportKind::Gone, order.replica, {}, ""};
  }
  const auto failing = room_.failing.find(order.command);
  if (failing != room_.failing.end() && failing->second == order.what)
    return {ReplicaReportKind::Failed, order.replica, {}, cat(order.what, " failed as told")};
  if (order.what == "start") return start_process(order);
  if (!room_.processes.at(order.replica).running)
    return {ReplicaReportKind::Failed, order.replica, {}, "its process ended"};
  return {order.what == "ready" ? ReplicaReportKind::Ready : ReplicaReportKind::SmokePassed,
          order.replica,
          {},
          ""};
}

ReplicaReport FakeReplicaHost::start_process(const Order& order) {
  if (!room_.processes.contains(order.replica)) {
    ++room_.start_count[order.replica];
    const pid_t pid = room_.next_pid++;
    room_.processes[order.replica] = {order.command, 20'000 + pid, pid, true};
  } else {
    CHECK(order.order == OrderIs::Repeated);
  }
  const auto& row = room_.processes.at(order.replica);
  if (!row.running) return {ReplicaReportKind::Failed, order.replica, {}, "its process ended"};
  return {ReplicaReportKind::Started,
          order.replica,
          {order.replica, row.port, room_.identity(order.replica)},
          ""};
}

std::vector<ReplicaReport> FakeReplicaHost::deaths() {
  std::vector<ReplicaReport> reports;
  for (const std::string& id : watched_)
    if (!room_.processes.at(id).running)
      reports.push_back({ReplicaReportKind::Failed, id, {}, "its process ended"});
  for (const ReplicaReport& report : reports) watched_.erase(report.replica);
  return reports;
}

}  // namespace sluice::delivery
