#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "engine/run_machine.h"
#include "engine/testing/run_lab.h"

namespace sluice::engine {
namespace {

using pipeline::Outcome;

constexpr const char* kRun = "01k0000000000000000000000a";
constexpr const char* kWorkflow = R"(
on: push
jobs:
  a:
    runs-on: x
    timeout-minutes: 1
    steps:
      - {id: one, run: first}
      - {id: two, run: shaky}
      - run: after ${{ steps.two.outputs.from }}
      - {if: failure(), run: collect}
      - {if: always(), run: clean}
)";
constexpr const char* kSecond = "a/step-2/pause";
constexpr const char* kSecondAgain = "a/step-2-try-2/pause";

pipeline::StepResult failed(Outcome outcome = Outcome::Failed) {
  pipeline::StepResult result;
  result.outcome = outcome;
  result.exit_code = 1;
  result.files["GITHUB_OUTPUT"] = "from=failure\n";
  return result;
}

pipeline::StepResult passed() {
  pipeline::StepResult result;
  result.files["GITHUB_OUTPUT"] = "from=success\n";
  return result;
}

void create(RunLab& lab, const std::string& workflow, OnFailure on_failure = OnFailure::Break) {
  ASSERT_TRUE(lab.start_engine().ok());
  CreatedRun run = lab.describe(workflow);
  run.options.on_failure = on_failure;
  const auto created = lab.create(run);
  ASSERT_TRUE(created.ok()) << created.error().describe();
  const auto end = lab.run_to_end();
  ASSERT_TRUE(end.ok()) << end.error().describe();
}

std::vector<std::string> started(const RunLab& lab, const LabWorld& world) {
  std::vector<std::string> keys;
  for (const auto& [key, count] : world.starts) keys.push_back(key);
  EXPECT_EQ(lab.run_id(), kRun);
  return keys;
}

TEST(PauseTest, AFailedStepWaitsAndNothingElseBegins) {
  RunLab lab;
  lab.world().results["shaky"] = failed();
  create(lab, kWorkflow);
  EXPECT_FALSE(lab.machine().finished());
  EXPECT_EQ(started(lab, lab.world()), (std::vector<std::string>{"a/step-1", "a/step-2"}));
  const PausedStep* paused = lab.machine().paused_step({"a", 0}, "step-2");
  ASSERT_NE(paused, nullptr);
  EXPECT_EQ(paused->result.exit_code, 1);
  EXPECT_EQ(lab.read_model().steps(kRun)->at(1).status, "paused");
  EXPECT_EQ(lab.machine().leg_spec({"a", 0}).settings.timeout, Duration::zero());
}

TEST(PauseTest, WithoutTheOptionItGoesOn) {
  RunLab lab;
  lab.world().results["shaky"] = failed();
  create(lab, kWorkflow, OnFailure::GoOn);
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
}

TEST(PauseTest, OnlyTheLastResultOfAStepCounts) {
  RunLab lab;
  lab.world().results["shaky"] = failed();
  create(lab, kWorkflow);
  lab.world().answers[kSecond] = PauseAnswer::Retry;
  ASSERT_TRUE(lab.run_to_end().ok());
  ASSERT_NE(lab.machine().paused_step({"a", 0}, "step-2-try-2"), nullptr);
  lab.world().results["shaky"] = passed();
  lab.world().answers[kSecondAgain] = PauseAnswer::Retry;
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(started(lab, lab.world()),
            (std::vector<std::string>{"a/step-1", "a/step-2", "a/step-2-try-2", "a/step-2-try-3",
                                      "a/step-3", "a/step-5"}));
  const auto rows = lab.read_model().steps(kRun).value();
  EXPECT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[1].conclusion, "succeeded");
  EXPECT_TRUE(lab.world().results.contains("after success"));
}

TEST(PauseTest, GoingOnIsGoingOnAsFailed) {
  RunLab lab;
  lab.world().results["shaky"] = failed(Outcome::TimedOut);
  lab.world().answers[kSecond] = PauseAnswer::Continue;
  create(lab, kWorkflow);
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
  EXPECT_EQ(started(lab, lab.world()),
            (std::vector<std::string>{"a/step-1", "a/step-2", "a/step-4", "a/step-5"}));
}

TEST(PauseTest, CancelLetsOnlyRunWhatMust) {
  RunLab lab;
  lab.world().results["shaky"] = failed();
  lab.world().answers[kSecond] = PauseAnswer::Cancel;
  create(lab, kWorkflow);
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
  EXPECT_EQ(started(lab, lab.world()),
            (std::vector<std::string>{"a/step-1", "a/step-2", "a/step-5"}));
}

TEST(PauseTest, ACancelFromElsewhereEndsTheWait) {
  for (const auto kind : {event_kind::kCancelRequested, event_kind::kKillRequested}) {
    RunLab lab;
    lab.world().results["shaky"] = failed();
    create(lab, kWorkflow);
    ASSERT_TRUE(lab.post(kind, JsonObject{{"reason", "enough"}}).ok());
    EXPECT_EQ(lab.machine().paused_step({"a", 0}, "step-2"), nullptr);
    ASSERT_TRUE(lab.run_to_end().ok());
    EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
    // An answer that comes too late changes nothing.
    JsonObject late = leg_body({"a", 0});
    late["id"] = "step-2";
    late["answer"] = "retry";
    EXPECT_TRUE(lab.post(event_kind::kPauseAnswered, late, kSecond).ok());
    EXPECT_FALSE(lab.world().starts.contains("a/step-2-try-2"));
  }
}

// The engine dies before each effect and after it, also while the step waits: the end is the same.
TEST(PauseTest, EveryCrashEndsLikeNoCrash) {
  const auto prepare = [](RunLab& lab) {
    lab.world().results["shaky"] = failed();
    lab.world().answers[kSecond] = PauseAnswer::Retry;
    lab.world().answers[kSecondAgain] = PauseAnswer::Continue;
  };
  RunLab unkilled;
  prepare(unkilled);
  create(unkilled, kWorkflow);
  ASSERT_TRUE(unkilled.machine().finished());
  for (std::size_t at = 0; at < unkilled.effects_done(); ++at) {
    RunLab lab;
    prepare(lab);
    ASSERT_TRUE(lab.start_engine().ok());
    CreatedRun run = lab.describe(kWorkflow);
    run.options.on_failure = OnFailure::Break;
    ASSERT_TRUE(lab.create(run).ok());
    while (lab.effects_done() < at) ASSERT_TRUE(lab.do_one_effect().value());
    if (at % 2 == 0) {
      ASSERT_TRUE(lab.change_world());
    }
    lab.lose_engine();
    const auto recovered = lab.recover();
    ASSERT_TRUE(recovered.ok()) << recovered.error().describe();
    ASSERT_TRUE(lab.run_to_end().ok());
    EXPECT_EQ(lab.history(), unkilled.history()) << "crash at effect " << at;
    for (const auto& [key, count] : lab.world().starts) EXPECT_EQ(count, 1) << key;
  }
}

TEST(PauseTest, ARerunTakesTheLastResultOfAStepThatWasTriedAgain) {
  RunLab lab;
  lab.world().results["shaky"] = failed();
  create(lab, kWorkflow);
  lab.world().results["shaky"] = passed();
  lab.world().results["after success"] = failed();
  lab.world().answers[kSecond] = PauseAnswer::Retry;
  lab.world().answers["a/step-3/pause"] = PauseAnswer::Continue;
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
  lab.world().results["after success"] = passed();
  const Rerun again{2, {"a"}, RerunPoint{{"a", 0}, 2}};
  ASSERT_TRUE(lab.post(event_kind::kRerunRequested, to_json(again)).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_FALSE(lab.world().starts.contains("a.a2/step-2"));
  EXPECT_TRUE(lab.world().starts.contains("a.a2/step-3"));
}

}  // namespace
}  // namespace sluice::engine
