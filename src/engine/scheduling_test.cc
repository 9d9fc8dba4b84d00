// Which leg runs when, what a cancel and a time limit do, and that it is the same each time.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "engine/testing/run_lab.h"

namespace sluice::engine {
namespace {

using pipeline::Outcome;
using Lines = std::vector<std::string>;

pipeline::StepResult failed() {
  pipeline::StepResult result;
  result.outcome = Outcome::Failed;
  result.exit_code = 1;
  return result;
}

void begin(RunLab& lab, const std::string& workflow, int slots = 4) {
  ASSERT_TRUE(lab.start_engine().ok());
  CreatedRun run = lab.describe(workflow);
  run.options.slots = slots;
  const auto created = lab.create(run);
  ASSERT_TRUE(created.ok()) << created.error().describe();
  const auto end = lab.run_to_end();
  ASSERT_TRUE(end.ok()) << end.error().describe();
}

void cancel(RunLab& lab) {
  ASSERT_TRUE(lab.post(event_kind::kCancelRequested, JsonObject{{"reason", "enough"}}).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
}

// "job.leg" of each event of this kind, in order.
Lines legs_of(RunLab& lab, std::string_view kind) {
  Lines lines;
  for (const auto& stored : lab.journal().load(stream_of(lab.run_id())).value()) {
    if (stored.event.kind != kind) continue;
    const LegKey key = claimant(stored.event.body.as_object());
    lines.push_back(cat(key.job, ".", key.leg));
  }
  return lines;
}

// "name=result" of each leg, with why it ended so.
Lines results(RunLab& lab) {
  Lines lines;
  for (const LegRow& leg : lab.read_model().legs(lab.run_id()).value())
    lines.push_back(cat(leg.name, "=", leg.result.empty() ? leg.status : leg.result,
                        leg.message.empty() ? "" : cat(": ", leg.message)));
  return lines;
}

std::string jobs(std::initializer_list<std::pair<std::string_view, std::string_view>> list) {
  std::string text = "on: push\njobs:\n";
  for (const auto& [id, keys] : list)
    text += cat("  ", id, ": {runs-on: linux, steps: [{run: work-", id, "}]",
                keys.empty() ? "" : ", ", keys, "}\n");
  return text;
}

TEST(SchedulingTest, ALongLegHoldsBackNobodyWhoDoesNotNeedIt) {
  RunLab lab;
  lab.hold("work-long");
  begin(lab, jobs({{"long", ""},
                   {"short", ""},
                   {"after_short", "needs: short"},
                   {"at_last", "needs: after_short"},
                   {"after_long", "needs: [long, short]"}}));
  EXPECT_EQ(legs_of(lab, event_kind::kLegCleaned),
            (Lines{"short.0", "after_short.0", "at_last.0"}));
  EXPECT_EQ(results(lab)[0], "long=running");
  lab.release("work-long");
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
}

TEST(SchedulingTest, NoMoreLegsRunThanSlotsAndMaxParallelAllow) {
  const auto running = [](int slots, std::string_view strategy) {
    RunLab lab;
    lab.hold("work-a");
    begin(lab, jobs({{"a", cat("strategy: {matrix: {v: [1, 2, 3, 4, 5]}", strategy, "}")}}), slots);
    return legs_of(lab, event_kind::kLegStarted).size();
  };
  EXPECT_EQ(running(3, ""), 3u);
  EXPECT_EQ(running(9, ""), 5u);
  EXPECT_EQ(running(9, ", max-parallel: 2"), 2u);
  EXPECT_EQ(running(1, ", max-parallel: 2"), 1u);
}

TEST(SchedulingTest, LegsBeyondMaxParallelStartWhenOthersEnd) {
  RunLab lab;
  begin(lab, jobs({{"a", "strategy: {max-parallel: 1, matrix: {v: [1, 2, 3]}}"}, {"b", ""}}));
  EXPECT_EQ(legs_of(lab, event_kind::kLegCleaned), (Lines{"a.0", "b.0", "a.1", "a.2"}));
  EXPECT_EQ(lab.machine().result(), Outcome::Succeeded);
}

constexpr std::string_view kMatrix = R"(
on: push
jobs:
  a:
    runs-on: linux
    continue-on-error: ${{ matrix.lenient == true }}
    strategy: {FAIL, matrix: {v: [1, 2, 3], include: [{v: 1, lenient: LENIENT}]}}
    steps: [{run: 'work ${{ matrix.v }}'}]
)";

std::string matrix(const std::string& fail_fast, const std::string& lenient) {
  return replace_all(replace_all(std::string(kMatrix), "FAIL", fail_fast), "LENIENT", lenient);
}

TEST(SchedulingTest, TheFirstFailureTakesItsSiblingsUnlessToldOtherwise) {
  struct Case {
    std::string workflow;
    Lines expected;
  };
  const std::string why = ": fail-fast: 'a (1)' failed";
  const Case cases[] = {
      {matrix("fail-fast: true", "false"),
       {"a (1)=failed: step 'work 1' failed", cat("a (2)=cancelled"), cat("a (3)=cancelled", why)}},
      {matrix("fail-fast: false", "false"),
       {"a (1)=failed: step 'work 1' failed", "a (2)=succeeded", "a (3)=succeeded"}},
      {matrix("fail-fast: true", "true"),
       {"a (1)=failed: step 'work 1' failed", "a (2)=succeeded", "a (3)=succeeded"}},
  };
  for (const Case& c : cases) {
    RunLab lab;
    lab.world().results["work 1"] = failed();
    lab.hold("work 2");
    begin(lab, c.workflow, 2);
    lab.release("work 2");
    ASSERT_TRUE(lab.run_to_end().ok());
    Lines found = results(lab);
    for (std::string& line : found)  // names of steps hold the expression
      line = replace_all(line, "Run work ${{ matrix.v }}", "work 1");
    EXPECT_EQ(found.size(), 3u);
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_EQ(found[i].substr(0, found[i].find(':')),
                c.expected[i].substr(0, c.expected[i].find(':')))
          << c.workflow;
  }
}

constexpr const char* kTidy = R"(
on: push
jobs:
  a:
    runs-on: linux
    cancel-timeout-minutes: 2
    steps:
      - run: work
      - {if: always(), run: tidy}
      - run: never
  b: {needs: a, runs-on: linux, steps: [{run: b}]}
  c: {needs: a, if: always(), runs-on: linux, steps: [{run: c}]}
  d: {needs: a, if: cancelled(), runs-on: linux, steps: [{run: d}]}
  e: {needs: a, if: failure(), runs-on: linux, steps: [{run: e}]}
)";

TEST(SchedulingTest, ACancelAsksEveryConditionAgain) {
  RunLab lab;
  lab.hold("work");
  begin(lab, kTidy);
  cancel(lab);
  EXPECT_EQ(results(lab),
            (Lines{"a=cancelled", "b=skipped", "c=succeeded", "d=succeeded", "e=skipped"}));
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
  EXPECT_EQ(lab.world().starts.count("a/step-2"), 1u);
  EXPECT_EQ(lab.world().starts.count("a/step-3"), 0u);
}

TEST(SchedulingTest, AJobThatAlwaysRunsCannotBeCancelled) {
  RunLab lab;
  lab.hold("work-a");
  begin(lab, jobs({{"a", "if: always()"}, {"b", "needs: a"}}));
  cancel(lab);
  EXPECT_TRUE(lab.world().stopped.empty());
  lab.release("work-a");
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(results(lab), (Lines{"a=succeeded", "b=skipped"}));
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
}

TEST(SchedulingTest, WhatStillRunsAfterTheCancelTimeoutIsStoppedByForce) {
  RunLab lab;
  lab.hold("work");
  lab.hold("tidy");
  begin(lab, kTidy);
  cancel(lab);
  EXPECT_EQ(results(lab)[0], "a=running");
  lab.lose_engine();  // the time goes on counting without an owner
  ASSERT_TRUE(lab.recover().ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  const auto fired = lab.fire_timer("a/overdue-cancel");
  ASSERT_TRUE(fired.ok()) << fired.error().describe();
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(results(lab)[0],
            "a=cancelled: stopped by force: it still ran 2 min 0 s after the cancel");
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
}

TEST(SchedulingTest, AJobIsCancelledWhenItsTimeIsOver) {
  RunLab lab;
  lab.hold("work");
  begin(lab, replace_all(kTidy, "cancel-timeout-minutes: 2", "timeout-minutes: 10"));
  ASSERT_TRUE(lab.fire_timer("a/overdue-timeout").ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(results(lab), (Lines{"a=cancelled: the job ran longer than its timeout of 10 min 0 s",
                                 "b=skipped", "c=succeeded", "d=skipped", "e=skipped"}));
  EXPECT_EQ(lab.world().starts.count("a/step-2"), 1u) << "always() runs";
  EXPECT_EQ(lab.world().starts.count("a/step-3"), 0u);
  EXPECT_EQ(lab.machine().result(), Outcome::Cancelled);
}

TEST(SchedulingTest, WhatStillRunsLongAfterTheTimeoutOfItsJobIsStoppedByForce) {
  RunLab lab;
  lab.hold("work");
  lab.hold("tidy");
  begin(lab, replace_all(kTidy, "cancel-timeout-minutes: 2", "timeout-minutes: 10"));
  ASSERT_TRUE(lab.fire_timer("a/overdue-timeout").ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(results(lab)[0], "a=running");
  ASSERT_TRUE(lab.fire_timer("a/overdue-cancel").ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  EXPECT_EQ(results(lab)[0],
            "a=cancelled: stopped by force: it still ran 5 min 0 s after the cancel");
}

TEST(SchedulingTest, ATimerOfALegThatEndedMeansNothing) {
  RunLab lab;
  lab.hold("work-b");
  begin(lab, jobs({{"a", ""}, {"b", ""}}));
  const auto before = lab.history().size();
  ASSERT_TRUE(lab.fire_timer("a/overdue-timeout").ok());
  EXPECT_EQ(lab.history().size(), before + 1);
  EXPECT_EQ(results(lab)[1], "b=running");
}

TEST(SchedulingTest, ResultsTravelThroughTheGraph) {
  RunLab lab;
  lab.world().results["work-bad"] = failed();
  lab.world().results["work-lenient"] = failed();
  begin(lab, jobs({{"bad", ""},
                   {"lenient", "continue-on-error: true"},
                   {"below_lenient", "needs: lenient"},
                   {"skipped", "needs: bad"},
                   {"grandchild", "needs: skipped"},
                   {"on_failure", "needs: skipped, if: failure()"},
                   {"anyway", "needs: skipped, if: '!cancelled()'"},
                   {"below_anyway", "needs: anyway"}}));
  EXPECT_EQ(results(lab),
            (Lines{"bad=failed: step 'Run work-bad' failed",
                   "lenient=failed: step 'Run work-lenient' failed", "skipped=skipped",
                   "grandchild=skipped", "on_failure=succeeded", "anyway=succeeded",
                   "below_lenient=succeeded", "below_anyway=skipped"}));
  EXPECT_EQ(lab.machine().result(), Outcome::Failed);
}

constexpr const char* kWide = R"(
on: push
jobs:
  z: {runs-on: linux, concurrency: one, strategy: {matrix: {v: [1, 2]}}, steps: [{run: z}]}
  a: {runs-on: linux, outputs: {o: '${{ steps.s.outputs.o }}'}, steps: [{id: s, run: a}]}
  m: {needs: [z, a], runs-on: linux, env: {Q: '${{ needs.a.outputs.o }}'}, steps: [{run: m}]}
)";

std::vector<std::string> bytes(RunLab& lab) {
  std::vector<std::string> lines;
  for (const auto& stored : lab.journal().load(stream_of(lab.run_id())).value())
    lines.push_back(cat(stored.seq, " ", to_micros(stored.time), " ", stored.event.kind, " ",
                        to_canonical_text(stored.event.body)));
  return lines;
}

TEST(SchedulingTest, TheSameInputsGiveTheSameBytes) {
  const auto once = [] {
    RunLab lab;
    pipeline::StepResult output;
    output.files["GITHUB_OUTPUT"] = "o=1\n";
    lab.world().results["a"] = output;
    lab.hold("a");
    begin(lab, kWide);
    lab.release("a");
    EXPECT_TRUE(lab.run_to_end().ok());
    return bytes(lab);
  };
  const auto first = once();
  EXPECT_GT(first.size(), 20u);
  EXPECT_EQ(once(), first);
}

// Takes the recorded inputs of one run and posts them to a new one: everything derived must come
// out as it stands in the first journal.
TEST(SchedulingTest, ARecordedJournalReplaysToTheSameBytes) {
  RunLab recorded;
  begin(recorded, kWide);
  RunLab again;
  ASSERT_TRUE(again.start_engine().ok());
  std::size_t followed = 0;
  for (const auto& stored : recorded.journal().load(stream_of(recorded.run_id())).value()) {
    if (stored.seq <= static_cast<std::int64_t>(followed)) continue;
    ASSERT_TRUE(again.post(stored.event.kind, stored.event.body).ok());
    followed = bytes(again).size();
  }
  EXPECT_EQ(bytes(again), bytes(recorded));
}

}  // namespace
}  // namespace sluice::engine
