// Kills the keeper at every boundary of every effect of a rollout, restarts it on the same journal
// and the same machine room, and compares the end with that of a rollout nobody disturbed.
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "base/strings.h"
#include "delivery/testing/target_harness.h"

namespace sluice::delivery {
namespace {

// Before: the effect was committed and not begun. After: it took place and its report was lost.
enum class Kill { Before, After };

struct Story {
  const char* name;
  const char* failing_stage;  // of revision b; "" when it is good
  const char* dying;          // a replica whose process dies after two steps; "" for none
  TargetLimits limits = {};
};

struct End {
  std::string summary;
  std::string reason;
  std::map<std::string, int> starts;
  int running = 0;

  bool operator==(const End&) const = default;
};

std::ostream& operator<<(std::ostream& out, const End& end) {
  out << end.summary << " (" << end.reason << "), running " << end.running << ", starts";
  for (const auto& [id, count] : end.starts) out << " " << id << "=" << count;
  return out;
}

// Deploys b over a running a; the keeper dies at step `at` (-1: never).
End play(const Story& story, int at, Kill kill, int& steps) {
  TargetHarness t(story.limits);
  t.deploy("a");
  t.settle();
  if (*story.failing_stage != '\0') t.room.failing["b"] = story.failing_stage;
  t.least_routed = *story.dying == '\0' ? 2 : 1;
  t.deploy("b");
  for (steps = 0;; ++steps) {
    if (steps == 2 && *story.dying != '\0') t.kill_process(story.dying);
    if (steps == at) {
      // The report of what happens now goes down with the keeper.
      if (kill == Kill::After && t.host().waiting() > 0) t.host().carry_out_next();
      t.restart_keeper();
    }
    if (!t.step()) break;
  }
  return {t.summary(), t.state().rollouts.back().reason, t.room.start_count, t.room.running()};
}

class RolloutCrash : public ::testing::TestWithParam<Story> {};

TEST_P(RolloutCrash, ends_the_same_wherever_the_keeper_is_killed) {
  int steps = 0;
  const End undisturbed = play(GetParam(), -1, Kill::Before, steps);
  int kills = 0;
  for (const Kill kill : {Kill::Before, Kill::After}) {
    for (int at = 0; at <= steps; ++at) {
      int ignored = 0;
      const End end = play(GetParam(), at, kill, ignored);
      EXPECT_EQ(end, undisturbed) << "killed at step " << at
                                  << (kill == Kill::Before ? " before" : " after");
      ++kills;
    }
  }
  std::cout << GetParam().name << ": " << kills << " kills at " << steps
            << " effects; each ended as the undisturbed one: " << undisturbed << "\n";
}

constexpr TargetLimits kAlways{.events_between_checkpoints = 1};

INSTANTIATE_TEST_SUITE_P(
    Stories, RolloutCrash,
    ::testing::Values(Story{"good", "", ""}, Story{"never_starts", "start", ""},
                      Story{"never_ready", "ready", ""}, Story{"wrong_smoke", "smoke", ""},
                      Story{"old_one_dies", "", "r1"}, Story{"new_one_dies", "", "r3"},
                      Story{"good_with_checkpoints", "", "", kAlways},
                      Story{"wrong_smoke_with_checkpoints", "smoke", "", kAlways},
                      Story{"old_one_dies_with_checkpoints", "", "r1", kAlways},
                      Story{"new_one_dies_with_checkpoints", "", "r3", kAlways}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace sluice::delivery
