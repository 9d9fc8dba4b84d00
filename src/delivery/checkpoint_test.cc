#include "delivery/checkpoint.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "delivery/presenter.h"
#include "delivery/testing/target_harness.h"

namespace sluice::delivery {
namespace {

// All that a status shows of the state, and what decides later.
std::string told(const TargetState& state) {
  KeeperFacts facts;
  const auto traffic = [](const std::string&) -> const ReplicaTraffic* { return nullptr; };
  return cat(to_text(status_json(state, facts, traffic)), to_text(checkpoint_body(state)));
}

TEST(Checkpoint, holds_the_state_as_it_is) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  t.room.failing["b"] = "ready";
  t.deploy("b");
  t.settle();
  t.deploy("c", 3);
  t.settle();
  t.kill_process("r6");
  t.step();
  EXPECT_FALSE(t.state().failure.empty());
  const TargetState copy = state_from_checkpoint(checkpoint_body(t.state())).value();
  EXPECT_EQ(told(copy), told(t.state()));
  EXPECT_EQ(copy.revisions.size(), 3u);
  EXPECT_EQ(copy.rollouts.size(), 3u);
  EXPECT_EQ(copy.replicas.size(), t.state().replicas.size());
}

TEST(Checkpoint, a_body_that_does_not_fit_together_is_refused) {
  TargetHarness t;
  t.deploy("a");
  t.settle();
  const JsonObject good = checkpoint_body(t.state());
  const auto refused = [&](const char* key, Json value) {
    JsonObject body = good;
    body[key] = std::move(value);
    return !state_from_checkpoint(body).ok();
  };
  EXPECT_TRUE(refused("revisions", JsonArray{}));
  EXPECT_TRUE(refused("live", 7));
  EXPECT_TRUE(refused("replicas", "r1"));
  EXPECT_TRUE(refused("replicas", JsonArray{1}));
  EXPECT_TRUE(refused("stopping", nullptr));
  EXPECT_TRUE(refused("rollouts", JsonArray{JsonObject{{"number", 1}}}));
}

TEST(Checkpoint, keeps_the_journal_short_however_often_a_replica_dies) {
  TargetHarness t({.events_between_checkpoints = 50});
  t.deploy("a");
  t.settle();
  std::size_t most = 0;
  for (int i = 0; i < 100; ++i) {
    t.clock.advance(std::chrono::minutes(2));
    t.kill_process(t.state().replicas.front().id);
    t.settle();
    most = std::max(most, t.event_kinds().size());
    if (i % 12 == 0) {
      t.restart_keeper();
      EXPECT_EQ(t.state().replicas.size(), 2u);
    }
  }
  EXPECT_LT(most, 120u);
  EXPECT_GT(t.target().last_seq(), 600);
  EXPECT_GT(t.first_event(), 450);
  EXPECT_EQ(t.state().keeper_starts, 10);
  EXPECT_EQ(t.state().rollouts.size(), 1u);
  EXPECT_TRUE(t.state().healthy());
  EXPECT_EQ(t.room.running(), 2);
}

TEST(Checkpoint, is_written_while_a_replica_never_comes_up_again) {
  TargetHarness t({.events_between_checkpoints = 20});
  t.deploy("a", 1);
  t.settle();
  t.room.failing["a"] = "ready";
  t.kill_process("r1");
  for (int i = 0; i < 400; ++i) t.step();
  EXPECT_LT(t.event_kinds().size(), 60u);
  EXPECT_GT(t.first_event(), 200);
  t.restart_keeper();
  t.room.failing.clear();
  t.settle();
  EXPECT_TRUE(t.state().healthy());
  for (const auto& [replica, count] : t.room.start_count) EXPECT_EQ(count, 1) << replica;
}

TEST(Checkpoint, leaves_what_undo_and_numbers_need_after_many_rollouts) {
  TargetHarness t({.events_between_checkpoints = 50});
  for (int i = 1; i <= 105; ++i) {
    t.deploy(cat("c", i), 1);
    t.settle();
  }
  t.restart_keeper();
  EXPECT_EQ(t.state().rollouts.back().number, 105);
  EXPECT_EQ(t.state().live, 105);
  EXPECT_LT(t.state().rollouts.size(), 105u);
  EXPECT_LT(t.state().revisions.size(), 108u);
  t.target().undo("tester").value();
  t.settle();
  EXPECT_EQ(t.state().live, 104);
  EXPECT_EQ(t.state().rollouts.back().number, 106);
  t.target().undo("tester").value();
  t.settle();
  EXPECT_EQ(t.state().live, 105);
  for (int i = 0; i < 103; ++i) {  // the failed ones are not all that is remembered
    t.room.failing["bad"] = "start";
    t.deploy("bad", 3);
    t.settle();
  }
  t.restart_keeper();
  EXPECT_EQ(last_replicas(t.state()), 1);
  t.target().undo("tester").value();
  t.settle();
  EXPECT_EQ(t.state().live, 104);
  t.deploy("next");
  EXPECT_EQ(t.state().revisions.rbegin()->first, 209);
}

TEST(Checkpoint, waits_for_the_end_of_a_rollout) {
  TargetHarness t({.events_between_checkpoints = 1});
  t.deploy("a");
  t.settle();
  t.deploy("b");
  const std::int64_t before = t.target().last_seq();
  ASSERT_TRUE(t.target().tidy_journal().ok());
  EXPECT_EQ(t.target().last_seq(), before);
  t.settle();
  EXPECT_GT(t.target().last_seq(), before);
  EXPECT_EQ(t.event_kinds().back(), "checkpoint");
}

}  // namespace
}  // namespace sluice::delivery
