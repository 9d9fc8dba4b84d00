#include "delivery/idle_target.h"

#include <gtest/gtest.h>

#include "delivery/target.h"
#include "delivery/target_folder.h"
#include "delivery/testing/fake_replica_host.h"
#include "delivery/testing/target_harness.h"
#include "os/testing/test_world.h"
#include "store/sqlite.h"

namespace sluice::delivery {
namespace {

struct IdleTarget : ::testing::Test {
  void SetUp() override {
    ASSERT_TRUE(write_target(world.files, folder, {"shop", "127.0.0.1", 8080, 2}).ok());
  }

  // The journal of a target whose first rollout has begun.
  void deploy() {
    const auto database = store::open_sqlite(folder / "target.db").value();
    ASSERT_TRUE(store::Journal::migrate(*database).ok());
    store::Journal journal(*database);
    FakeMachineRoom room;
    FakeReplicaHost host(room);
    const auto target = Target::open(journal, world.clock, "shop", host).value();
    ASSERT_TRUE(target->deploy({make_revision("a"), 1, "ana"}).ok());
  }

  void expect_refused(const Result<void>& result) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code(), ErrorCode::FailedPrecondition);
    EXPECT_NE(result.error().message().find("sluice target stop shop"), std::string::npos);
  }

  os::TestWorld world;
  os::Path home = world.directory.path();
  os::Path folder = target_folder(home, "shop");
};

TEST_F(IdleTarget, may_get_another_port_and_be_removed) {
  ASSERT_TRUE(change_port(world.world(), home, "shop", 9090).ok());
  EXPECT_EQ(read_target(world.files, folder).value().port, 9090);
  ASSERT_TRUE(remove_target(world.world(), home, "shop").ok());
  EXPECT_FALSE(world.files.stat(folder).ok());
  EXPECT_EQ(remove_target(world.world(), home, "shop").error().code(), ErrorCode::NotFound);
  EXPECT_FALSE(world.files.stat(folder).ok()) << "asking makes nothing";
}

TEST_F(IdleTarget, is_not_one_that_a_keeper_holds) {
  const auto lock = world.world().locks.try_lock(folder / "keeper.lock").value();
  expect_refused(change_port(world.world(), home, "shop", 9090));
  expect_refused(remove_target(world.world(), home, "shop"));
  EXPECT_EQ(read_target(world.files, folder).value().port, 8080);
}

TEST_F(IdleTarget, is_not_one_with_replicas_though_its_keeper_died) {
  deploy();
  EXPECT_EQ(read_target_state(world.files, folder, "shop").value().replicas.size(), 1u);
  expect_refused(change_port(world.world(), home, "shop", 9090));
  expect_refused(remove_target(world.world(), home, "shop"));
}

}  // namespace
}  // namespace sluice::delivery
