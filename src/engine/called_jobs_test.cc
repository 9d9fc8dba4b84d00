// Jobs that call a workflow: their jobs join the run, through crashes, cancel and rerun.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "engine/run_machine.h"
#include "engine/testing/run_lab.h"

namespace sluice::engine {
namespace {

using pipeline::Outcome;
using Lines = std::vector<std::string>;

constexpr const char* kRun = "01k0000000000000000000000a";

constexpr const char* kMain = R"(
on: push
jobs:
  first: {runs-on: linux, steps: [{run: first}]}
  call:
    needs: first
    strategy: {matrix: {v: [a, b]}}
    uses: ./.github/workflows/inner.yml
    with: {v: "${{ matrix.v }}"}
  last:
    needs: call
    runs-on: linux
    steps: [{run: "last ${{ needs.call.outputs.o }}"}]
)";

constexpr const char* kInner = R"(
on: {workflow_call: {inputs: {v: {type: string}}, outputs: {o: {value: "${{ jobs.y.outputs.o }}"}}}}
jobs:
  x: {runs-on: linux, steps: [{run: "x ${{ inputs.v }}"}]}
  y:
    needs: x
    runs-on: linux
    outputs: {o: "from ${{ inputs.v }}"}
    steps: [{run: "y ${{ inputs.v }}"}]
  z: {needs: x, if: always(), runs-on: linux, steps: [{run: "z ${{ inputs.v }}"}]}
)";

CreatedRun calling_run(const RunLab& lab, const std::string& main = kMain,
                       const std::string& inner = kInner) {
  CreatedRun run = lab.describe(main);
  run.file.others[".github/workflows/inner.yml"] = inner;
  return run;
}

void run_to_end(RunLab& lab, const CreatedRun& run) {
  ASSERT_TRUE(lab.start_engine().ok());
  const auto created = lab.create(run);
  ASSERT_TRUE(created.ok()) << created.error().describe();
  const auto end = lab.run_to_end();
  ASSERT_TRUE(end.ok()) << end.error().describe();
}

pipeline::StepResult failed() {
  pipeline::StepResult result;
  result.outcome = Outcome::Failed;
  return result;
}

// "call.0/x succeeded" of each leg's last attempt.
Lines results(RunLab& lab) {
  Lines lines;
  for (const LegRow& row : lab.read_model().legs(kRun).value())
    lines.push_back(cat(row.job, "-", row.leg, " ", row.result));
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::size_t count_of(RunLab& lab, std::string_view kind) {
  std::size_t count = 0;
  for (const std::string& line : lab.history()) count += line.starts_with(cat(kind, " ")) ? 1u : 0u;
  return count;
}

TEST(CalledJobsTest, RunInTheirCallersPlace) {
  RunLab lab;
  run_to_end(lab, calling_run(lab));
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(results(lab), (Lines{"call-0 succeeded", "call-1 succeeded", "call.0/x-0 succeeded",
                                 "call.0/y-0 succeeded", "call.0/z-0 succeeded",
                                 "call.1/x-0 succeeded", "call.1/y-0 succeeded",
                                 "call.1/z-0 succeeded", "first-0 succeeded", "last-0 succeeded"}));
  EXPECT_EQ(count_of(lab, "CallStarted"), 2u);
  EXPECT_EQ(count_of(lab, "CallFinished"), 2u);
  const auto steps = lab.read_model().steps(kRun).value();
  EXPECT_TRUE(std::any_of(steps.begin(), steps.end(),
                          [](const StepRow& row) { return row.name == "Run last from b"; }) ||
              lab.world().starts.size() == 8u);
  EXPECT_EQ(lab.world().starts.size(), 8u);
}

TEST(CalledJobsTest, AFailedCallStopsTheOtherLegsAndItsDependents) {
  RunLab lab;
  lab.world().results["x a"] = failed();
  lab.hold("x b");
  run_to_end(lab, calling_run(lab));
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
  EXPECT_EQ(results(lab),
            (Lines{"call-0 failed", "call-1 cancelled", "call.0/x-0 failed", "call.0/y-0 skipped",
                   "call.0/z-0 succeeded", "call.1/x-0 cancelled", "call.1/y-0 skipped",
                   "call.1/z-0 succeeded", "first-0 succeeded", "last-0 skipped"}));
}

TEST(CalledJobsTest, ACancelReachesThem) {
  RunLab lab;
  lab.hold("x a");
  lab.hold("x b");
  run_to_end(lab, calling_run(lab));
  ASSERT_FALSE(lab.machine().finished());
  ASSERT_TRUE(lab.post(event_kind::kCancelRequested, JsonObject{{"reason", "enough"}}).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
  const Lines lines = results(lab);
  EXPECT_NE(std::find(lines.begin(), lines.end(), "call.0/x-0 cancelled"), lines.end());
  EXPECT_NE(std::find(lines.begin(), lines.end(), "call.0/z-0 succeeded"), lines.end());
}

TEST(CalledJobsTest, AKillEndsThem) {
  RunLab lab;
  lab.hold("x a");
  run_to_end(lab, calling_run(lab));
  ASSERT_TRUE(lab.post(event_kind::kKillRequested, JsonObject{}).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
}

TEST(CalledJobsTest, ARerunTakesUpTheFailedOnesOnly) {
  RunLab lab;
  lab.world().results["y a"] = failed();
  run_to_end(lab, calling_run(lab));
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
  const Lines again = lab.machine().unsuccessful_jobs();
  ASSERT_TRUE(std::find(again.begin(), again.end(), "call.0/y") != again.end());
  EXPECT_EQ(std::find(again.begin(), again.end(), "call"), again.end());
  const std::size_t before = lab.world().starts.size();
  lab.world().results["y a"] = {};
  ASSERT_TRUE(
      lab.post(event_kind::kRerunRequested, to_json(Rerun{2, {"call.0/y"}, std::nullopt})).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(lab.world().starts.size(), before + 2);  // y a, last
  const Lines lines = results(lab);
  for (const std::string_view line : {"call-0 succeeded", "call-1 succeeded", "last-0 succeeded"})
    EXPECT_NE(std::find(lines.begin(), lines.end(), line), lines.end()) << line;
}

// main: a call of inner.yml, whose job 'x' calls deep.yml.
CreatedRun nested_run(const RunLab& lab) {
  CreatedRun run = calling_run(
      lab, "on: push\njobs:\n  call: {concurrency: one, uses: ./.github/workflows/inner.yml}\n",
      "on: workflow_call\njobs:\n  x: {uses: ./.github/workflows/deep.yml}\n"
      "  y: {runs-on: linux, steps: [{run: y}]}\n");
  run.file.others[".github/workflows/deep.yml"] =
      "on: workflow_call\njobs:\n  p: {runs-on: linux, steps: [{run: p}]}\n"
      "  q: {needs: p, runs-on: linux, steps: [{run: q}]}\n";
  return run;
}

TEST(CalledJobsTest, ARerunGoesDownToTheDeepestAndAsksForTheGroupAgain) {
  RunLab lab;
  lab.world().results["q"] = failed();
  run_to_end(lab, nested_run(lab));
  EXPECT_EQ(lab.machine().unsuccessful_jobs(), (Lines{"call/x/q"}));
  const std::size_t before = lab.world().starts.size();
  lab.world().results["q"] = {};
  ASSERT_TRUE(
      lab.post(event_kind::kRerunRequested, to_json(Rerun{2, {"call/x/q"}, std::nullopt})).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(lab.world().starts.size(), before + 1);
  EXPECT_EQ(count_of(lab, "GroupClaimed"), 2u);
  EXPECT_EQ(count_of(lab, "GroupReleased"), 2u);
}

// At once, while the call waits for its group, or when its job runs.
TEST(CalledJobsTest, ARerunThatIsCancelledOrKilledEnds) {
  for (const std::string_view stop : {event_kind::kCancelRequested, event_kind::kKillRequested})
    for (const bool at_once : {true, false}) {
      RunLab lab;
      lab.world().results["q"] = failed();
      run_to_end(lab, nested_run(lab));
      lab.world().results["q"] = {};
      lab.hold("q");
      const Json rerun = to_json(Rerun{2, {"call/x/q"}, std::nullopt});
      ASSERT_TRUE(lab.post(event_kind::kRerunRequested, rerun).ok());
      ASSERT_TRUE(at_once || lab.run_to_end().ok());
      ASSERT_FALSE(lab.machine().finished());
      ASSERT_TRUE(lab.post(std::string(stop), JsonObject{{"reason", "enough"}}).ok());
      ASSERT_TRUE(lab.run_to_end().ok());
      EXPECT_TRUE(lab.machine().finished()) << stop << at_once;
      EXPECT_NE(lab.machine().result(), Outcome::Succeeded) << stop << at_once;
    }
}

TEST(CalledJobsTest, ARerunOfOneLegOfTheCallerCallsItsJobsAgain) {
  RunLab lab;
  run_to_end(lab, calling_run(lab));
  const std::size_t before = lab.world().starts.size();
  Rerun again;
  again.legs = {{"call", 1}};
  ASSERT_TRUE(lab.post(event_kind::kRerunRequested, to_json(again)).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(lab.world().starts.size(), before + 4);  // three called jobs, last
}

TEST(CalledJobsTest, ARerunOfTheCallerCallsAnew) {
  RunLab lab;
  run_to_end(lab, calling_run(lab));
  const std::size_t before = lab.world().starts.size();
  ASSERT_TRUE(
      lab.post(event_kind::kRerunRequested, to_json(Rerun{2, {"call"}, std::nullopt})).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(lab.world().starts.size(), before + 7);  // six called jobs, last
}

TEST(CalledJobsTest, OneOfThemCanBeChosen) {
  RunLab lab;
  CreatedRun run = calling_run(lab);
  run.options.jobs = {"call.1/y"};
  run_to_end(lab, run);
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
  EXPECT_EQ(lab.world().starts.size(), 3u);  // first, x b, y b
}

TEST(CalledJobsTest, MaxParallelCountsCalls) {
  RunLab lab;
  lab.hold("x a");
  const std::string main =
      replace_all(std::string(kMain), "strategy: {", "strategy: {max-parallel: 1, ");
  run_to_end(lab, calling_run(lab, main));
  EXPECT_EQ(count_of(lab, "CallStarted"), 1u);
  lab.release("x a");
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(count_of(lab, "CallStarted"), 2u);
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
}

TEST(CalledJobsTest, DoNotWaitForTheGroupThatTheirCallerHolds) {
  RunLab lab;
  const std::string main = replace_all(std::string(kMain), "    needs: first\n",
                                       "    needs: first\n    concurrency: one\n");
  const std::string inner = replace_all(std::string(kInner), "  x: {", "  x: {concurrency: one, ");
  run_to_end(lab, calling_run(lab, main, inner));
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
}

// At every effect, before and after the world changed.
TEST(CalledJobsTest, EveryCrashEndsLikeNoCrash) {
  const auto play = [](RunLab& lab, std::size_t crash_at, bool after_change) {
    lab.world().results["y b"] = failed();
    EXPECT_TRUE(lab.start_engine().ok());
    EXPECT_TRUE(lab.create(calling_run(lab)).ok());
    std::size_t done = 0;
    while (true) {
      if (done++ == crash_at) {
        if (after_change) lab.change_world();
        lab.lose_engine();
        EXPECT_TRUE(lab.recover().ok());
      }
      const auto more = lab.do_one_effect();
      EXPECT_TRUE(more.ok()) << more.error().describe();
      if (!more.ok() || !*more) break;
    }
    return results(lab);
  };
  RunLab unkilled;
  const Lines expected = play(unkilled, 1000, false);
  const std::size_t effects = unkilled.effects_done();
  EXPECT_EQ(unkilled.machine().result(), Outcome::Failed);
  for (std::size_t at = 0; at < effects; ++at)
    for (const bool after : {false, true}) {
      RunLab lab;
      EXPECT_EQ(play(lab, at, after), expected) << at;
      for (const auto& [key, count] : lab.world().starts) EXPECT_EQ(count, 1) << key;
    }
}

}  // namespace
}  // namespace sluice::engine
