// The journal cannot be written at every single point of a rollout: nothing was decided then, what
// runs goes on, and the rollout ends as an undisturbed one once there is room again.
#include <gtest/gtest.h>

#include <iostream>

#include "delivery/target.h"
#include "delivery/testing/fake_replica_host.h"
#include "delivery/testing/target_harness.h"
#include "os/testing/fake_clock.h"
#include "store/sqlite.h"
#include "store/testing/faulty_database.h"

namespace sluice::delivery {
namespace {

struct End {
  int live = 0;
  int running = 0;
  RolloutOutcome outcome = RolloutOutcome::Progressing;
  std::map<std::string, int> starts;
  int refused = 0;  // deploys that came back with the error
  bool operator==(const End&) const = default;
};

// Deploys a, then b; the `fail_at`-th commit from then on fails (0: none).
End play(int fail_at) {
  const auto real = store::open_sqlite(":memory:").value();
  store::FaultyDatabase database(*real);
  store::Journal::migrate(database).value();
  store::Journal journal(database);
  os::FakeClock clock;
  FakeMachineRoom room;
  End end;
  auto host = std::make_unique<FakeReplicaHost>(room);
  auto target = Target::open(journal, clock, "t", *host).value();
  const auto reopen = [&] {
    EXPECT_TRUE(target->broken());
    target.reset();
    host = std::make_unique<FakeReplicaHost>(room);
    target = Target::open(journal, clock, "t", *host).value();
    target->resume({}).value();
  };
  const auto settle = [&] {
    while (host->waiting() > 0) {
      const auto handled = target->handle(host->carry_out_next());
      if (handled.ok()) continue;
      EXPECT_EQ(handled.error().code(), ErrorCode::ResourceExhausted);
      reopen();
    }
  };
  target->deploy({make_revision("a"), 2, "x"}).value();
  settle();
  if (fail_at > 0) database.fail_write(fail_at, ErrorCode::ResourceExhausted);
  while (!target->deploy({make_revision("b"), 2, "x"}).ok()) {
    ++end.refused;
    reopen();
  }
  settle();
  end.live = target->state().live;
  end.running = room.running();
  end.outcome = target->state().rollouts.back().outcome;
  end.starts = room.start_count;
  return end;
}

TEST(FullDisk, at_any_commit_of_a_rollout_changes_nothing_in_the_end) {
  const End undisturbed = play(0);
  EXPECT_EQ(undisturbed.outcome, RolloutOutcome::Completed);
  constexpr int kCommits = 9;  // one for the request and one for each of eight reports
  for (int at = 1; at <= kCommits; ++at) {
    End end = play(at);
    EXPECT_EQ(end.refused, at == 1 ? 1 : 0);
    end.refused = 0;
    EXPECT_EQ(end, undisturbed) << "commit " << at;
  }
  std::cout << kCommits << " commits failed in turn\n";
}

}  // namespace
}  // namespace sluice::delivery
