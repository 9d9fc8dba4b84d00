#include "engine/run_machine.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "engine/testing/run_lab.h"

namespace sluice::engine {
namespace {

using pipeline::Outcome;

pipeline::StepResult failed() {
  pipeline::StepResult result;
  result.outcome = Outcome::Failed;
  result.exit_code = 1;
  return result;
}

pipeline::StepResult output(const std::string& text) {
  pipeline::StepResult result;
  result.files["GITHUB_OUTPUT"] = text;
  return result;
}

constexpr const char* kThreeJobs = R"(
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    outputs:
      version: ${{ steps.v.outputs.version }}
    steps:
      - {id: v, run: make version}
      - run: make
  test:
    needs: build
    runs-on: ubuntu-latest
    strategy:
      matrix: {python: ['3.10', '3.11']}
    steps:
      - run: test ${{ matrix.python }} ${{ needs.build.outputs.version }}
      - {if: failure(), run: collect}
  report:
    needs: test
    if: always()
    runs-on: ubuntu-latest
    steps:
      - run: report ${{ needs.test.result }}
)";

void run_unkilled(RunLab& lab, const std::string& workflow) {
  ASSERT_TRUE(lab.start_engine().ok());
  const auto created = lab.create(lab.describe(workflow));
  ASSERT_TRUE(created.ok()) << created.error().describe();
  const auto end = lab.run_to_end();
  ASSERT_TRUE(end.ok()) << end.error().describe();
}

std::vector<std::string> scripts_started(RunLab& lab) {
  std::vector<std::string> names;
  for (const auto& row : lab.read_model().steps("01k0000000000000000000000a").value())
    if (row.status == "finished") names.push_back(cat(row.job, "-", row.leg, ":", row.step));
  return names;
}

TEST(RunMachineTest, RunsJobsInTheOrderOfTheirNeeds) {
  RunLab lab;
  lab.world().results["make version"] = output("version=1.2\n");
  run_unkilled(lab, kThreeJobs);
  ASSERT_TRUE(lab.machine().finished());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(scripts_started(lab), (std::vector<std::string>{"build-0:0", "build-0:1", "report-0:0",
                                                            "test-0:0", "test-1:0"}));
  for (const auto& [key, count] : lab.world().starts) EXPECT_EQ(count, 1) << key;
}

TEST(RunMachineTest, AFailedLegStopsItsSiblingsAndFailsTheRun) {
  RunLab lab;
  lab.world().results["make version"] = output("version=1.2\n");
  lab.world().results["test 3.10 1.2"] = failed();
  lab.hold("test 3.11 1.2");
  run_unkilled(lab, kThreeJobs);
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
  EXPECT_EQ(lab.world().stopped.size(), 1u);
  const auto legs = lab.read_model().legs("01k0000000000000000000000a").value();
  ASSERT_EQ(legs.size(), 4u);
  EXPECT_EQ(legs[1].result, "failed");
  EXPECT_EQ(legs[2].result, "cancelled");
  EXPECT_EQ(legs[3].result, "succeeded");
}

TEST(RunMachineTest, CancelStopsWhatRunsAndKeepsWhatMustRun) {
  RunLab lab;
  lab.hold("make");
  run_unkilled(lab, kThreeJobs);
  EXPECT_FALSE(lab.machine().finished());
  ASSERT_TRUE(lab.post(event_kind::kCancelRequested, JsonObject{{"reason", "enough"}}).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
  EXPECT_EQ(scripts_started(lab),
            (std::vector<std::string>{"build-0:0", "build-0:1", "report-0:0"}));
}

TEST(RunMachineTest, KillEndsEverythingWithoutAsking) {
  RunLab lab;
  lab.hold("make");
  run_unkilled(lab, kThreeJobs);
  ASSERT_TRUE(lab.post(event_kind::kKillRequested, JsonObject{}).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
  EXPECT_EQ(scripts_started(lab), (std::vector<std::string>{"build-0:0", "build-0:1"}));
  EXPECT_EQ(lab.read_model().steps("01k0000000000000000000000a").value()[1].conclusion,
            "cancelled");
}

TEST(RunMachineTest, RerunFromAStepKeepsEarlierResults) {
  RunLab lab;
  lab.world().results["make version"] = output("version=7\n");
  lab.world().results["make"] = failed();
  run_unkilled(lab, kThreeJobs);
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
  lab.world().results["make"] = {};
  ASSERT_TRUE(
      lab.post(event_kind::kRerunRequested,
               to_json(Rerun{2, lab.machine().unsuccessful_jobs(), RerunPoint{{"build", 0}, 1}}))
          .ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(lab.world().starts.size(), 7u);  // version, make, report; make, 2 tests, report again
}

TEST(RunMachineTest, OnlyTheChosenJobsAndTheirNeedsRun) {
  RunLab lab;
  ASSERT_TRUE(lab.start_engine().ok());
  CreatedRun run = lab.describe(kThreeJobs);
  run.options.jobs = {"test"};
  ASSERT_TRUE(lab.create(run).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(scripts_started(lab),
            (std::vector<std::string>{"build-0:0", "build-0:1", "test-0:0", "test-1:0"}));
}

TEST(RunMachineTest, SecretsNeverReachTheJournal) {
  RunLab lab;
  ASSERT_TRUE(lab.start_engine().ok());
  CreatedRun run = lab.describe(R"(
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    outputs: {leak: '${{ steps.s.outputs.leak }}'}
    steps:
      - {id: s, run: use, env: {TOKEN: '${{ secrets.TOKEN }}'}}
      - run: echo ${{ steps.s.outputs.leak }}
)");
  run.values.secrets["TOKEN"] = "hunter2-secret";
  pipeline::StepResult leaking = output("leak=hunter2-secret\n");
  leaking.commands.push_back({"add-mask", {}, "other-secret"});
  lab.world().results["use"] = leaking;
  ASSERT_TRUE(lab.create(run).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  for (const auto& stored : lab.journal().load(stream_of(run.identity.run_id)).value()) {
    const std::string text = to_text(stored.event.body);
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << stored.event.kind;
    EXPECT_EQ(text.find("other-secret"), std::string::npos) << stored.event.kind;
  }
}

// The engine dies at every effect boundary: before the effect touches the world, and after it did
// but before the result was journaled. The end must not differ, and nothing may start twice.
TEST(RunMachineTest, EveryCrashEndsLikeNoCrash) {
  const auto prepare = [](RunLab& lab) {
    lab.world().results["make version"] = output("version=1.2\n");
    lab.world().results["test 3.11 1.2"] = failed();
  };
  RunLab unkilled;
  prepare(unkilled);
  run_unkilled(unkilled, kThreeJobs);
  const std::vector<std::string> expected = unkilled.history();
  const std::size_t boundaries = unkilled.effects_done();
  ASSERT_GT(boundaries, 10u);
  std::size_t crashes = 0;
  for (std::size_t at = 0; at < boundaries; ++at) {
    for (const bool after_the_world_changed : {false, true}) {
      RunLab lab;
      prepare(lab);
      ASSERT_TRUE(lab.start_engine().ok());
      ASSERT_TRUE(lab.create(lab.describe(kThreeJobs)).ok());
      while (lab.effects_done() < at) {
        ASSERT_TRUE(lab.do_one_effect().value());
      }
      if (after_the_world_changed) {
        ASSERT_TRUE(lab.change_world());
      }
      lab.lose_engine();
      const auto recovered = lab.recover();
      ASSERT_TRUE(recovered.ok()) << recovered.error().describe();
      ASSERT_TRUE(lab.run_to_end().ok());
      EXPECT_EQ(lab.history(), expected) << "crash at effect " << at;
      for (const auto& [key, count] : lab.world().starts) EXPECT_EQ(count, 1) << key;
      ++crashes;
    }
  }
  std::printf("%zu crashes at %zu effect boundaries\n", crashes, boundaries);
}

TEST(RunMachineTest, AnotherPlanIsRefusedInReplay) {
  RunLab lab;
  ASSERT_TRUE(lab.start_engine().ok());
  ASSERT_TRUE(lab.create(lab.describe(kThreeJobs)).ok());
  auto events = lab.journal().load(stream_of("01k0000000000000000000000a")).value();
  lab.lose_engine();
  ASSERT_TRUE(lab.start_engine().ok());
  events[0].event.body.as_object()["plan"].as_object()["name"] = "another";
  const auto applied = lab.machine().apply(events[0]);
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code(), ErrorCode::FailedPrecondition);
}

}  // namespace
}  // namespace sluice::engine
