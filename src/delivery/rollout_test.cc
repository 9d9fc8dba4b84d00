#include <gtest/gtest.h>

#include "base/strings.h"
#include "delivery/json_match.h"
#include "delivery/testing/target_harness.h"

namespace sluice::delivery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Rollout, the_first_revision_starts_all_replicas_at_once) {
  TargetHarness t;
  EXPECT_EQ(t.traffic(), "");
  EXPECT_EQ(t.state().empty_reason, "nothing was deployed yet");
  t.deploy("a");
  EXPECT_EQ(t.host().waiting(), 2u);
  t.settle();
  EXPECT_EQ(t.summary(), "r1=1:serving r2=1:serving | live 1 | completed");
  EXPECT_EQ(t.traffic(), "r1 r2");
  EXPECT_TRUE(t.state().healthy());
}

TEST(Rollout, replaces_one_by_one_with_one_more_and_none_less) {
  TargetHarness t;
  t.deploy("a", 3);
  t.settle();
  t.least_routed = 3;
  t.host().record.clear();
  t.deploy("b", 3);
  t.settle();
  EXPECT_EQ(t.summary(), "r4=2:serving r5=2:serving r6=2:serving | live 2 | completed");
  EXPECT_EQ(t.most_running, 4);
  const std::vector<std::string> expected = {"start r4", "ready r4", "smoke r4", "retire r1",
                                             "start r5", "ready r5", "smoke r5", "retire r2",
                                             "start r6", "ready r6", "smoke r6", "retire r3"};
  EXPECT_EQ(t.host().record, expected);
}

struct Failure {
  const char* stage;
  const char* reason;
};

class RolloutFailure : public ::testing::TestWithParam<Failure> {};

TEST_P(RolloutFailure, rolls_back_and_the_old_replicas_never_lose_traffic) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  t.room.failing["b"] = GetParam().stage;
  t.least_routed = 2;
  t.deploy("b");
  t.settle();
  EXPECT_EQ(t.summary(), "r1=1:serving r2=1:serving | live 1 | rolled_back");
  EXPECT_EQ(t.state().rollouts.back().reason, GetParam().reason);
  EXPECT_EQ(t.room.running(), 2);
  EXPECT_TRUE(t.state().healthy());
}

TEST_P(RolloutFailure, of_the_first_revision_leaves_the_target_empty_with_a_reason) {
  TargetHarness t;
  t.room.failing["b"] = GetParam().stage;
  t.deploy("b");
  t.settle();
  EXPECT_EQ(t.summary(), "| live 0 | failed");
  EXPECT_EQ(t.traffic(), "");
  EXPECT_EQ(t.room.running(), 0);
  EXPECT_NE(t.state().empty_reason.find("did not become healthy: replica r1"), std::string::npos);
  t.deploy("a");
  t.settle();
  EXPECT_EQ(t.state().live, 2);
}

INSTANTIATE_TEST_SUITE_P(
    AtEachStage, RolloutFailure,
    ::testing::Values(Failure{"start", "replica r3 of revision 2: start failed as told"},
                      Failure{"ready", "replica r3 of revision 2: ready failed as told"},
                      Failure{"smoke", "replica r3 of revision 2: smoke failed as told"}),
    [](const auto& param) { return param.param.stage; });

TEST(Rollout, a_new_replica_that_dies_while_the_second_comes_up_rolls_back) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  t.deploy("b");
  t.settle(4);  // r3 serves, r1 is gone
  EXPECT_EQ(t.traffic(), "r2 r3");
  t.least_routed = 1;
  t.kill_process("r3");
  t.settle();
  EXPECT_EQ(t.state().rollouts.back().outcome, RolloutOutcome::RolledBack);
  EXPECT_EQ(t.state().live, 1);
  EXPECT_EQ(t.traffic(), "r2 r5");  // r2 all along, r5 replaces r1
}

TEST(Rollout, after_a_rollback_no_request_reaches_the_new_revision) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  t.deploy("b");
  t.settle(4);
  t.target().undo("ana").value();
  EXPECT_EQ(t.traffic(), "r2");  // in the very commit of the decision
  EXPECT_EQ(t.state().rollouts.back().reason, "undone by ana");
  t.settle();
  EXPECT_EQ(t.state().count(1, ReplicaPhase::Serving), 2);
  EXPECT_EQ(t.room.running(), 2);
}

TEST(Rollout, an_old_replica_that_dies_during_a_rollout_is_replaced_and_the_rollout_goes_on) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  t.deploy("b");
  t.settle(1);
  t.kill_process("r1");
  t.settle();
  EXPECT_EQ(t.state().live, 2);
  EXPECT_EQ(t.state().rollouts.back().outcome, RolloutOutcome::Completed);
  EXPECT_EQ(t.room.running(), 2);
}

TEST(Rollout, a_live_replica_that_dies_is_replaced_after_a_growing_delay) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  t.host().delays.clear();
  std::string last = "r1";
  for (int i = 0; i < 3; ++i) {
    t.kill_process(last);
    t.settle();
    last = t.state().replicas.back().id;
  }
  t.clock.advance(seconds(61));
  t.kill_process(last);
  t.settle();
  const std::vector<Duration> expected = {milliseconds(100), milliseconds(200), milliseconds(400),
                                          milliseconds(100)};
  EXPECT_EQ(t.host().delays, expected);
  EXPECT_TRUE(t.state().healthy());
}

TEST(Rollout, delays_double_up_to_half_a_minute) {
  EXPECT_EQ(restart_delay(1), milliseconds(100));
  EXPECT_EQ(restart_delay(5), milliseconds(1600));
  EXPECT_EQ(restart_delay(10), seconds(30));
  EXPECT_EQ(restart_delay(1'000'000), seconds(30));
}

TEST(Rollout, undo_goes_back_to_what_was_live_before_and_undo_of_undo_forward_again) {
  TargetHarness t;
  for (const char* command : {"a", "b"}) {
    t.deploy(command);
    t.settle();
  }
  t.room.failing["c"] = "ready";
  t.deploy("c");
  t.settle();
  EXPECT_EQ(t.target().undo("x").value().revision, 1);  // 3 was never live
  t.settle();
  EXPECT_EQ(t.state().live, 1);
  EXPECT_EQ(t.state().rollouts.back().kind, RolloutKind::Undo);
  t.target().undo("x").value();
  t.settle();
  EXPECT_EQ(t.state().live, 2);
}

TEST(Rollout, undo_without_an_earlier_revision_is_refused) {
  TargetHarness t;
  EXPECT_EQ(t.target().undo("x").error().code(), ErrorCode::FailedPrecondition);
  t.deploy("a");
  t.settle();
  const auto refused = t.target().undo("x");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("revision 1 is the only one"), std::string::npos);
}

TEST(Rollout, the_same_digest_is_not_deployed_again_unless_something_is_wrong) {
  TargetHarness t;
  DeployRequest request{make_revision("a"), 2, "x"};
  EXPECT_EQ(t.target().deploy(request).value().answer, DeployAnswer::Started);
  t.settle();
  EXPECT_EQ(t.target().deploy(request).value().answer, DeployAnswer::Unchanged);
  t.kill_process("r1");
  t.step();
  EXPECT_EQ(t.target().deploy(request).value().answer, DeployAnswer::Started);
  t.settle();
  EXPECT_TRUE(t.state().healthy());
}

TEST(Rollout, a_second_deploy_while_one_goes_on_is_refused_with_the_way_out) {
  TargetHarness t;
  t.deploy("a");
  const auto refused = t.target().deploy({make_revision("b"), 2, "x"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::FailedPrecondition);
  EXPECT_NE(refused.error().message().find("rollout 1 to revision 1"), std::string::npos);
}

TEST(Rollout, the_number_of_replicas_may_change_with_a_deploy) {
  for (const auto& [before, after] : {std::pair(2, 4), std::pair(4, 2), std::pair(1, 1)}) {
    TargetHarness t;
    t.deploy("a", before);
    t.settle();
    t.least_routed = std::min(before, after);
    t.deploy("b", after);
    t.settle();
    EXPECT_EQ(t.state().count(2, ReplicaPhase::Serving), after);
    EXPECT_EQ(t.room.running(), after);
  }
}

TEST(Rollout, a_rollback_restores_the_old_number_of_replicas) {
  TargetHarness t;
  t.deploy("a", 2);
  t.settle();
  t.room.failing["b"] = "smoke";
  t.deploy("b", 4);
  t.settle();
  EXPECT_EQ(t.summary(), "r1=1:serving r2=1:serving | live 1 | rolled_back");
}

TEST(Rollout, undo_leads_only_where_it_was_expected_to) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  t.deploy("b");
  t.settle(1);
  EXPECT_FALSE(t.target().undo("ana", 2).ok());
  EXPECT_EQ(t.target().undo("ana", 1).value().revision, 1) << "back out of the one in progress";
  t.settle();
  t.deploy("c");
  t.settle();
  const auto elsewhere = t.target().undo("ana", 3);
  ASSERT_FALSE(elsewhere.ok());
  EXPECT_EQ(elsewhere.error().code(), ErrorCode::FailedPrecondition);
  EXPECT_EQ(t.state().rollouts.size(), 3u) << "nothing began";
  EXPECT_EQ(t.target().undo("ana", 1).value().revision, 1);
}

TEST(Rollout, what_undo_can_lead_to_stays_in_use) {
  TargetHarness t;
  for (const char* command : {"a", "b", "c"}) {
    t.deploy(command);
    t.settle();
  }
  EXPECT_EQ(revisions_in_use(t.state()), (std::set<int>{2, 3}));
  t.deploy("d");
  t.settle(1);
  EXPECT_EQ(revisions_in_use(t.state()), (std::set<int>{2, 3, 4}));
  t.settle();
  t.target().undo("ana").value();
  t.settle();
  EXPECT_EQ(revisions_in_use(t.state()), (std::set<int>{3, 4}));
  t.target().stop("ana").value();
  t.settle();
  EXPECT_EQ(revisions_in_use(t.state()), (std::set<int>{3, 4}));
}

TEST(Rollout, why_the_live_revision_does_not_come_up_is_kept_until_it_does) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  t.room.failing["a"] = "start";
  t.kill_process("r1");
  t.settle(1);
  EXPECT_NE(t.state().failure.find("replica r1: "), std::string::npos) << t.state().failure;
  t.settle(3);
  EXPECT_NE(t.state().failure.find("start failed as told"), std::string::npos) << t.state().failure;
  t.room.failing.clear();
  t.settle();
  EXPECT_TRUE(t.state().healthy());
  EXPECT_EQ(t.state().failure, "");
}

TEST(Rollout, the_replicas_of_the_last_completed_rollout_are_remembered) {
  TargetHarness t;
  EXPECT_EQ(last_replicas(t.state()), 0);
  t.deploy("a", 3);
  t.settle();
  t.room.failing["b"] = "smoke";
  t.deploy("b", 5);
  t.settle();
  EXPECT_EQ(last_replicas(t.state()), 3);
}

TEST(Rollout, stop_takes_everything_down_and_a_later_deploy_starts_again) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  t.target().stop("ana").value();
  EXPECT_EQ(t.traffic(), "");
  t.settle();
  EXPECT_TRUE(t.state().stopped());
  EXPECT_EQ(t.room.running(), 0);
  EXPECT_EQ(t.state().empty_reason, "stopped by ana");
  t.deploy("a");
  t.settle();
  EXPECT_TRUE(t.state().healthy());
  EXPECT_FALSE(t.state().stopped());
}

TEST(Rollout, late_reports_about_retired_replicas_change_nothing) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  const auto before = t.event_kinds().size();
  for (const ReplicaReportKind kind : {ReplicaReportKind::Started, ReplicaReportKind::Ready,
                                       ReplicaReportKind::SmokePassed, ReplicaReportKind::Gone})
    t.target().handle({kind, "r1", {}, ""}).value();
  t.target().handle({ReplicaReportKind::Failed, "r99", {}, ""}).value();
  EXPECT_EQ(t.event_kinds().size(), before);
}

TEST(Revision, reads_back_what_it_writes_and_names_what_is_wrong) {
  Revision revision = make_revision("serve");
  revision.labels = {{"model", "demand"}, {"version", "3"}};
  revision.environment = {{"A", "b"}};
  const Json json = to_json(revision);
  EXPECT_EQ(revision_from_json(json).value().digest(), revision.digest());
  EXPECT_EQ(describe(revision), "demand 3");
  struct Row {
    const char* key;
    Json value;
    const char* message;
  };
  const Row table[] = {
      {"command", JsonArray{}, "'command' is empty"},
      {"command", JsonArray{1}, "'command' must be a list of strings"},
      {"command", nullptr, "command"},
      {"ready_path", "x", "'ready_path' is 'x'"},
      {"drain_deadline_ms", -1, "'drain_deadline_ms' is -1"},
      {"labels", JsonObject{{"a", 1}}, "'labels.a' must be a string"},
      {"smoke", JsonObject{{"body", ""}}, "'smoke.expected' is missing"},
  };
  for (const Row& row : table) {
    Json broken = json;
    broken.as_object()[row.key] = row.value;
    const auto read = revision_from_json(broken);
    ASSERT_FALSE(read.ok()) << row.key;
    EXPECT_NE(read.error().message().find(row.message), std::string::npos)
        << read.error().message();
  }
}

TEST(JsonMatch, finds_the_first_difference_and_its_place) {
  struct Row {
    const char* expected;
    const char* actual;
    double tolerance;
    const char* difference;  // "" for equal
  };
  const Row table[] = {
      {"{\"a\":[1,2.5],\"b\":null}", "{\"b\":null,\"a\":[1,2.5]}", 0, ""},
      {"[1]", "[1.0]", 0, ""},
      {"[9007199254740993]", "[9007199254740992]", 0,
       "$[0]: expected 9007199254740993, got 9007199254740992"},
      {"[0.1]", "[0.10000000000000002]", 0, "$[0]: expected"},
      {"[0.1]", "[0.10000000000000002]", 1e-9, ""},
      {"{\"a\":1}", "{}", 0, "$.a: missing"},
      {"{}", "{\"a\":1}", 0, "$.a: not expected"},
      {"[1,2]", "[1]", 0, "$: expected 2 elements, got 1"},
      {"\"1\"", "1", 5, "$: expected \"1\", got 1"},
      {"true", "false", 5, "$: expected true, got false"},
  };
  for (const Row& row : table) {
    const auto difference = first_difference(parse_json(row.expected).value(),
                                             parse_json(row.actual).value(), row.tolerance);
    if (*row.difference == '\0')
      EXPECT_EQ(difference, std::nullopt) << row.expected << " " << row.actual;
    else
      EXPECT_NE(difference.value_or("equal").find(row.difference), std::string::npos)
          << difference.value_or("equal");
  }
}

}  // namespace
}  // namespace sluice::delivery
