// Steps inside of steps and beside each other, through the journal: crashes, cancelling, rerun.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "engine/testing/run_lab.h"

namespace sluice::engine {
namespace {

using pipeline::Outcome;
using Lines = std::vector<std::string>;

constexpr const char* kRun = "01k0000000000000000000000a";
constexpr const char* kWorkflow = R"(
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - {id: serve, name: serve, run: serve, background: true}
      - {name: act, uses: ./a}
      - {name: join, wait: serve}
      - {name: last, run: last}
)";
constexpr const char* kAction = R"(
runs:
  using: composite
  steps:
    - {name: one, run: one, shell: sh}
    - {name: js, uses: ./js}
    - {name: off, if: failure(), run: off, shell: sh}
)";

CreatedRun described(const RunLab& lab) {
  CreatedRun run = lab.describe(kWorkflow);
  run.file.others = {{"a/action.yml", kAction},
                     {"js/action.yml", "runs: {using: node20, main: m.js, post: p.js}\n"}};
  return run;
}

// "1.2 name status conclusion" of each row.
Lines rows_of(RunLab& lab) {
  Lines rows;
  for (const auto& row : lab.read_model().steps(kRun).value())
    rows.push_back(cat(row.step + 1, row.part.empty() ? "" : ".", row.part, " ", row.name, " ",
                       row.status, " ", row.conclusion));
  return rows;
}

const Lines kAllRows = {"1 serve finished succeeded",    "2 act finished succeeded",
                        "2.1 one finished succeeded",    "2.2 js finished succeeded",
                        "2.3 off skipped skipped",       "3 join finished succeeded",
                        "4 last finished succeeded",     "5 Post act finished succeeded",
                        "5.2 Post js finished succeeded"};

void start(RunLab& lab) {
  ASSERT_TRUE(lab.start_engine().ok());
  const auto created = lab.create(described(lab));
  ASSERT_TRUE(created.ok()) << created.error().describe();
}

TEST(RunMachineSteps, RowsTellOfStepsInsideOfSteps) {
  RunLab lab;
  start(lab);
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(rows_of(lab), kAllRows);
}

TEST(RunMachineSteps, TwoThatRunAtOnceAreBothTakenUpAfterACrash) {
  RunLab lab;
  lab.hold("serve");
  lab.hold("one");
  start(lab);
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.world().starts.size(), 2u);
  lab.lose_engine();
  const auto recovered = lab.recover();
  ASSERT_TRUE(recovered.ok()) << recovered.error().describe();
  EXPECT_NE(lab.machine().run_step({"build", 0}, "step-1"), nullptr);
  EXPECT_NE(lab.machine().run_step({"build", 0}, "step-2.1"), nullptr);
  lab.release("one");
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_FALSE(lab.machine().finished());
  lab.release("serve");
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(rows_of(lab), kAllRows);
  for (const auto& [key, count] : lab.world().starts) EXPECT_EQ(count, 1) << key;
}

TEST(RunMachineSteps, ACrashAnywhereChangesNothing) {
  RunLab unbroken;
  start(unbroken);
  ASSERT_TRUE(unbroken.run_to_end().ok());
  const Lines expected = unbroken.history();
  for (std::size_t at = 0; at < unbroken.effects_done(); ++at) {
    RunLab lab;
    start(lab);
    while (lab.effects_done() < at) ASSERT_TRUE(lab.do_one_effect().value());
    ASSERT_TRUE(lab.change_world());
    lab.lose_engine();
    ASSERT_TRUE(lab.recover().ok());
    ASSERT_TRUE(lab.run_to_end().ok());
    EXPECT_EQ(lab.history(), expected) << "crash at effect " << at;
    for (const auto& [key, count] : lab.world().starts) EXPECT_EQ(count, 1) << key;
  }
}

TEST(RunMachineSteps, CancellingStopsBothThatRun) {
  RunLab lab;
  lab.hold("serve");
  lab.hold("one");
  start(lab);
  ASSERT_TRUE(lab.run_to_end().ok());
  ASSERT_TRUE(lab.post(event_kind::kCancelRequested, JsonObject{{"reason", "enough"}}).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
  EXPECT_EQ(lab.world().stopped.size(), 2u);
  EXPECT_EQ(rows_of(lab)[0], "1 serve finished cancelled");
  EXPECT_EQ(rows_of(lab)[2], "2.1 one finished cancelled");
}

TEST(RunMachineSteps, ARerunFromAStepTakesWhatRanInTheBackgroundAsItWas) {
  RunLab lab;
  pipeline::StepResult failed;
  failed.outcome = Outcome::Failed;
  lab.world().results["last"] = failed;
  start(lab);
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
  lab.world().results["last"] = {};
  const std::size_t before = lab.world().starts.size();
  ASSERT_TRUE(lab.post(event_kind::kRerunRequested,
                       to_json(Rerun{2, {"build"}, RerunPoint{{"build", 0}, 3}}))
                  .ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(lab.world().starts.size(), before + 2);  // last, and the post step
}

}  // namespace
}  // namespace sluice::engine
