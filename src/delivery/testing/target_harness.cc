#include "delivery/testing/target_harness.h"

#include "base/check.h"
#include "base/strings.h"
#include "store/sqlite.h"

namespace sluice::delivery {

Revision make_revision(const std::string& command) {
  Revision revision;
  revision.command = {command};
  revision.smoke = SmokeCheck{};
  revision.smoke->expected = JsonArray{1.5};
  return revision;
}

TargetHarness::TargetHarness(TargetLimits limits) : limits_(limits) {
  database_ = store::open_sqlite(":memory:").value();
  store::Journal::migrate(*database_).value();
  journal_ = std::make_unique<store::Journal>(*database_);
  open();
}

TargetHarness::~TargetHarness() = default;

void TargetHarness::open() {
  host_ = std::make_unique<FakeReplicaHost>(room);
  target_ = Target::open(*journal_, clock, "t", *host_, limits_).value();
  target_->resume({}).value();
}

void TargetHarness::restart_keeper() {
  target_.reset();
  open();
}

void TargetHarness::deploy(const std::string& command, int replicas) {
  DeployRequest request;
  request.revision = make_revision(command);
  request.replicas = replicas;
  request.by = "tester";
  const DeployResult result = target_->deploy(request).value();
  CHECK(result.answer == DeployAnswer::Started);
}

void TargetHarness::feed(const ReplicaReport& report) {
  target_->handle(report).value();
  target_->tidy_journal().value();
  check_invariants();
}

bool TargetHarness::step() {
  for (const ReplicaReport& report : host_->deaths()) feed(report);
  if (host_->waiting() == 0) return false;
  feed(host_->carry_out_next());
  return true;
}

int TargetHarness::settle(int most) {
  int steps = 0;
  while (steps < most && step()) ++steps;
  return steps;
}

void TargetHarness::kill_process(const std::string& replica) {
  room.processes.at(replica).running = false;
}

void TargetHarness::check_invariants() {
  most_running = std::max(most_running, room.running());
  CHECK(static_cast<int>(routed(state()).size()) >= least_routed);
  for (const auto& [replica, count] : room.start_count) CHECK(count == 1);
}

std::string TargetHarness::summary() const {
  std::string text;
  for (const ReplicaState& replica : state().replicas)
    text += cat(replica.id, "=", replica.revision, ":", to_string(replica.phase), " ");
  text += cat("| live ", state().live);
  if (!state().rollouts.empty()) text += cat(" | ", to_string(state().rollouts.back().outcome));
  return text;
}

std::string TargetHarness::traffic() const {
  std::vector<std::string> ids;
  for (const ReplicaState* replica : routed(state())) ids.push_back(replica->id);
  return join(ids, " ");
}

std::vector<std::string> TargetHarness::event_kinds() const {
  std::vector<std::string> kinds;
  for (const auto& event : target_->history().value()) kinds.push_back(event.event.kind);
  return kinds;
}

}  // namespace sluice::delivery
