// Another attempt of some legs of a matrix: which ones run, and what stays of the others.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "engine/testing/run_lab.h"

namespace sluice::engine {
namespace {

using pipeline::Outcome;

// Each leg names itself; who ends last among those that did so wins.
constexpr std::string_view kMatrix = R"(
on: push
jobs:
  before: {runs-on: linux, steps: [{run: before}]}
  test:
    needs: before
    runs-on: linux
    strategy: {fail-fast: false, matrix: {v: [1, 2, 3]}}
    outputs: {last: "${{ steps.x.outputs.last }}", of_2: "${{ matrix.v == 2 && 'two' || '' }}"}
    steps: [{id: x, name: 'test ${{ matrix.v }}', run: 'test ${{ matrix.v }}'}, {run: 'then ${{ matrix.v }}'}]
  after:
    needs: test
    if: always()
    runs-on: linux
    steps:
      - name: after ${{ needs.test.result }} ${{ needs.test.outputs.last }} ${{ needs.test.outputs.of_2 }}
        run: after
)";

pipeline::StepResult says(int leg, Outcome outcome) {
  pipeline::StepResult result;
  result.outcome = outcome;
  result.exit_code = outcome == Outcome::Succeeded ? 0 : 1;
  result.files["GITHUB_OUTPUT"] = cat("last=", leg, "\n");
  return result;
}

void run(RunLab& lab, const std::string& workflow) {
  ASSERT_TRUE(lab.start_engine().ok());
  const auto created = lab.create(lab.describe(workflow));
  ASSERT_TRUE(created.ok()) << created.error().describe();
  ASSERT_TRUE(lab.run_to_end().ok());
  ASSERT_TRUE(lab.machine().finished());
}

void run_again(RunLab& lab, const Rerun& rerun) {
  const auto posted = lab.post(event_kind::kRerunRequested, to_json(rerun));
  ASSERT_TRUE(posted.ok()) << posted.error().describe();
  const auto ended = lab.run_to_end();
  ASSERT_TRUE(ended.ok()) << ended.error().describe();
  ASSERT_TRUE(lab.machine().finished());
}

// "name result in attempt n" of each leg, in the order of the listing.
std::vector<std::string> rows(RunLab& lab) {
  std::vector<std::string> lines;
  for (const LegRow& leg : lab.read_model().legs(lab.run_id()).value())
    lines.push_back(cat(leg.name, " ", leg.result, " in ", leg.attempt));
  return lines;
}

std::vector<std::string> steps_of(RunLab& lab, std::int64_t attempt) {
  std::vector<std::string> names;
  for (const StepRow& step : lab.read_model().steps(lab.run_id()).value())
    if (step.attempt == attempt) names.push_back(cat(step.name, " ", step.status));
  return names;
}

using Lines = std::vector<std::string>;

TEST(RerunOfLegs, OnlyTheFailedOnesRunAndTheOthersCountAsBefore) {
  RunLab lab;
  for (const int leg : {1, 2, 3})
    lab.world().results[cat("test ", leg)] =
        says(leg, leg == 1 ? Outcome::Failed : Outcome::Succeeded);
  run(lab, std::string(kMatrix));
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
  EXPECT_EQ(lab.machine().unsuccessful_jobs(), (Lines{"test"}));
  const std::vector<LegKey> failed = lab.machine().unsuccessful_legs("test");
  ASSERT_EQ(failed, (std::vector<LegKey>{{"test", 0}}));
  lab.world().results["test 1"] = says(1, Outcome::Succeeded);
  Rerun again;
  again.legs = failed;
  run_again(lab, again);
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(rows(lab),
            (Lines{"before succeeded in 1", "test (1) succeeded in 2", "test (2) succeeded in 1",
                   "test (3) succeeded in 1", "after succeeded in 2"}));
  // The leg that ran again ended last: its outputs win where it has any.
  EXPECT_EQ(steps_of(lab, 2), (Lines{"after success 1 two finished", "test 1 finished",
                                     "Run then ${{ matrix.v }} finished"}));
}

TEST(RerunOfLegs, WhatIsKeptIsKeptThroughFurtherAttemptsAndCrashes) {
  RunLab lab;
  for (const int leg : {1, 2}) lab.world().results[cat("test ", leg)] = says(leg, Outcome::Failed);
  lab.world().results["test 3"] = says(3, Outcome::Succeeded);
  run(lab, std::string(kMatrix));
  lab.world().results["test 2"] = says(2, Outcome::Succeeded);
  Rerun again;
  again.legs = {{"test", 1}};
  run_again(lab, again);
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);  // the first one still counts
  EXPECT_EQ(steps_of(lab, 2).front(), "after failure 2 two finished");
  lab.lose_engine();
  const auto recovered = lab.recover();
  ASSERT_TRUE(recovered.ok()) << recovered.error().describe();
  lab.world().results["test 1"] = says(1, Outcome::Succeeded);
  again.attempt = 3;
  again.legs = lab.machine().unsuccessful_legs("test");
  ASSERT_EQ(again.legs, (std::vector<LegKey>{{"test", 0}}));
  run_again(lab, again);
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(rows(lab),
            (Lines{"before succeeded in 1", "test (1) succeeded in 3", "test (2) succeeded in 2",
                   "test (3) succeeded in 1", "after succeeded in 3"}));
  ASSERT_TRUE(lab.read_model().rebuild(lab.journal()).ok());
  EXPECT_EQ(rows(lab)[2], "test (2) succeeded in 2");
}

TEST(RerunOfLegs, AJobOfWhichMoreIsAskedForRunsAsAWhole) {
  for (const std::string job : {"test", "before"}) {
    RunLab lab;
    run(lab, std::string(kMatrix));
    Rerun again;
    again.legs = {{"test", 1}};
    again.jobs = {job};
    run_again(lab, again);
    for (const std::string& row : rows(lab)) {
      if (row.starts_with("test")) {
        EXPECT_TRUE(row.ends_with("in 2")) << row;
      }
    }
  }
}

TEST(RerunOfLegs, FromAStepOnOfOneLeg) {
  RunLab lab;
  lab.world().results["then 2"].outcome = Outcome::Failed;
  run(lab, std::string(kMatrix));
  lab.world().results["then 2"] = {};
  Rerun again;
  again.legs = {{"test", 1}};
  again.from = RerunPoint{{"test", 1}, 1};
  run_again(lab, again);
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(steps_of(lab, 2).size(), 3u);
  EXPECT_EQ(steps_of(lab, 2)[1], "test 2 replayed");
}

TEST(RerunOfLegs, ALegThatIsNotThereIsRefused) {
  RunLab lab;
  run(lab, std::string(kMatrix));
  Rerun again;
  again.legs = {{"test", 7}};
  const auto posted = lab.post(event_kind::kRerunRequested, to_json(again));
  ASSERT_FALSE(posted.ok());
  EXPECT_NE(posted.error().describe().find("job 'test' has no leg 7"), std::string::npos);
}

}  // namespace
}  // namespace sluice::engine
