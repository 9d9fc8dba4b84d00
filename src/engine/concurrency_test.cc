#include "engine/concurrency.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "engine/testing/run_lab.h"

namespace sluice::engine {
namespace {

using pipeline::Outcome;

std::string of_run(std::string_view group) {
  return cat("on: push\nconcurrency: ", group,
             "\njobs: {a: {runs-on: linux, steps: [{run: work}, {run: more}]}}\n");
}

std::string of_job(std::string_view group, std::string_view more = "") {
  return cat("on: push\njobs:\n  a: {runs-on: linux, concurrency: ", group, more,
             ", steps: [{run: work}]}\n  b: {runs-on: linux, steps: [{run: free}]}\n");
}

void begin(RunLab& lab, const std::string& workflow) {
  ASSERT_TRUE(lab.start_engine().ok());
  const auto created = lab.create(lab.describe(workflow));
  ASSERT_TRUE(created.ok()) << created.error().describe();
  const auto run = lab.run_to_end();
  ASSERT_TRUE(run.ok()) << run.error().describe();
}

std::string state(RunLab& lab) {
  if (!lab.machine().finished()) return lab.read_model().find_run(lab.run_id())->status;
  return std::string(pipeline::to_string(*lab.machine().result()));
}

// Everybody looks and works until nothing moves any more.
void settle(std::initializer_list<RunLab*> labs) {
  for (int round = 0; round < 4; ++round)
    for (RunLab* lab : labs) {
      ASSERT_TRUE(lab->look_at_groups().ok());
      ASSERT_TRUE(lab->run_to_end().ok());
    }
}

std::string said(RunLab& lab, std::string_view kind) {
  std::string last;
  for (const auto& stored : lab.journal().load(stream_of(lab.run_id())).value())
    if (stored.event.kind == kind) last = to_text(stored.event.body);
  return last;
}

TEST(ConcurrencyTest, ARunWaitsForTheOneBeforeItAndThenGoesOn) {
  RunLab first;
  first.hold("work");
  begin(first, of_run("Deploy"));
  RunLab second(first, 'b');
  begin(second, of_run("deploy"));
  EXPECT_EQ(state(first), "running");
  EXPECT_EQ(state(second), "waiting");
  EXPECT_TRUE(second.world().starts.empty());
  ASSERT_TRUE(second.look_at_groups().ok());
  const Json waiting = parse_json(said(second, event_kind::kGroupWaiting)).value();
  EXPECT_EQ(describe_waiting(waiting.as_object()),
            "waiting for concurrency group 'deploy' held by run 1");
  first.release("work");
  settle({&first, &second});
  EXPECT_EQ(state(first), "succeeded");
  EXPECT_EQ(state(second), "succeeded");
  EXPECT_TRUE(first.read_model().groups().claims_of(first.run_id())->empty());
  EXPECT_TRUE(first.read_model().groups().claims_of(second.run_id())->empty());
}

TEST(ConcurrencyTest, OneWaitsAndTheNextTakesItsPlace) {
  RunLab first;
  first.hold("work");
  begin(first, of_run("x"));
  RunLab second(first, 'b');
  begin(second, of_run("x"));
  RunLab third(first, 'c');
  begin(third, of_run("x"));
  settle({&first, &second, &third});
  EXPECT_EQ(state(first), "running");
  EXPECT_EQ(state(second), "cancelled");
  EXPECT_EQ(state(third), "waiting");
  EXPECT_NE(said(second, event_kind::kGroupLost).find("run 3 waits in its place"),
            std::string::npos);
  first.release("work");
  settle({&first, &third});
  EXPECT_EQ(state(third), "succeeded");
}

TEST(ConcurrencyTest, LegsOfOneGroupTakeEachOthersPlaceHoweverManySlotsThereAre) {
  for (const int slots : {1, 2, 9}) {
    RunLab lab;
    CreatedRun run = lab.describe(
        "on: push\njobs:\n  a: {runs-on: linux, concurrency: x, strategy: {fail-fast: false, "
        "matrix: "
        "{v: [1, 2, 3, 4]}}, steps: [{run: work}]}\n  b: {runs-on: linux, steps: [{run: free}]}\n");
    run.options.slots = slots;
    ASSERT_TRUE(lab.start_engine().ok());
    ASSERT_TRUE(lab.create(run).ok());
    settle({&lab});
    std::string results;
    std::string message;
    for (const LegRow& leg : lab.read_model().legs(lab.run_id()).value()) {
      results += cat(leg.name, " ", leg.result, "; ");
      if (leg.name == "a (2)") message = leg.message;
    }
    EXPECT_EQ(results,
              "a (1) succeeded; a (2) cancelled; a (3) cancelled; a (4) succeeded; b succeeded; ")
        << slots;
    EXPECT_EQ(message, "job 'a (3)' waits in its place for concurrency group 'x'");
  }
}

TEST(ConcurrencyTest, CancelInProgressEndsTheHolderAndWhoeverWaits) {
  RunLab first;
  first.hold("work");
  begin(first, of_run("x"));
  RunLab second(first, 'b');
  begin(second, of_run("x"));
  RunLab third(first, 'c');
  begin(third, of_run("{group: x, cancel-in-progress: true}"));
  settle({&first, &second, &third});
  EXPECT_EQ(state(first), "cancelled");
  EXPECT_EQ(state(second), "cancelled");
  EXPECT_EQ(state(third), "succeeded");
  EXPECT_NE(said(first, event_kind::kCancelRequested).find("run 3 of concurrency group 'x'"),
            std::string::npos);
}

TEST(ConcurrencyTest, AQueueServesInTheOrderOfArrivalUpToItsLimit) {
  RunLab first;
  first.hold("work");
  begin(first, of_run("{group: x, queue: max}"));
  std::vector<std::unique_ptr<RunLab>> waiting;
  for (char letter = 'b'; letter <= 'd'; ++letter) {
    waiting.push_back(std::make_unique<RunLab>(first, letter));
    begin(*waiting.back(), of_run("{group: x, queue: max}"));
  }
  for (const auto& lab : waiting) EXPECT_EQ(state(*lab), "waiting");
  first.release("work");
  settle({&first});
  for (const auto& lab : waiting) {
    EXPECT_EQ(state(*lab), "waiting");
    settle({waiting.back().get()});  // looking too early changes nothing
    settle({lab.get()});
    EXPECT_EQ(state(*lab), "succeeded");
  }
}

TEST(ConcurrencyTest, AFullQueueRefusesTheNewcomer) {
  const std::string legs = "{v: [" + [] {
    std::string numbers = "0";
    for (int i = 1; i < 103; ++i) numbers += cat(", ", i);
    return numbers;
  }() + "]}";
  RunLab lab;
  lab.hold("work");
  ASSERT_TRUE(lab.start_engine().ok());
  CreatedRun run = lab.describe(
      of_job("{group: x, queue: max}", cat(", strategy: {fail-fast: false, matrix: ", legs, "}")));
  run.options.slots = 200;
  ASSERT_TRUE(lab.create(run).ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  std::size_t waiting = 0;
  std::size_t refused = 0;
  for (const LegRow& leg : lab.read_model().legs(lab.run_id()).value()) {
    waiting += leg.status == "waiting" ? 1u : 0u;
    refused += leg.message == "the queue of concurrency group 'x' is full" ? 1u : 0u;
  }
  EXPECT_EQ(waiting, 100u);
  EXPECT_EQ(refused, 2u);
}

TEST(ConcurrencyTest, ALegWaitsAloneAndTakesNoSlot) {
  RunLab first;
  first.hold("work");
  begin(first, of_job("x"));
  RunLab second(first, 'b');
  second.hold("work");
  ASSERT_TRUE(second.start_engine().ok());
  CreatedRun run = second.describe(of_job("X"));
  run.options.slots = 1;
  ASSERT_TRUE(second.create(run).ok());
  ASSERT_TRUE(second.run_to_end().ok());
  ASSERT_TRUE(second.look_at_groups().ok());
  const auto legs = second.read_model().legs(second.run_id()).value();
  EXPECT_EQ(legs[0].status, "waiting");
  EXPECT_EQ(legs[0].message, "waiting for concurrency group 'X' held by run 1 (job 'a')");
  EXPECT_EQ(legs[1].result, "succeeded");
  first.release("work");
  settle({&first, &second});
  EXPECT_EQ(second.read_model().legs(second.run_id()).value()[0].status, "running");
}

TEST(ConcurrencyTest, ANewerLegCancelsTheRunningOneOfAnotherRun) {
  RunLab first;
  first.hold("work");
  begin(first, of_job("x"));
  RunLab second(first, 'b');
  begin(second, of_job("{group: x, cancel-in-progress: true}"));
  settle({&first, &second});
  EXPECT_EQ(state(first), "cancelled");
  EXPECT_EQ(first.read_model().legs(first.run_id()).value()[1].result, "succeeded");
  EXPECT_EQ(state(second), "succeeded");
}

TEST(ConcurrencyTest, ARunDoesNotWaitForItself) {
  RunLab lab;
  begin(lab,
        "on: push\nconcurrency: X\njobs:\n  a: {runs-on: linux, concurrency: x, steps: "
        "[{run: work}]}\n");
  EXPECT_EQ(state(lab), "succeeded");
}

TEST(ConcurrencyTest, WhatWaitsCanBeCancelledAndKilled) {
  for (const std::string_view how : {event_kind::kCancelRequested, event_kind::kKillRequested}) {
    for (const std::string& workflow : {of_run("x"), of_job("x")}) {
      RunLab first;
      first.hold("work");
      begin(first, workflow);
      RunLab second(first, 'b');
      begin(second, workflow);
      ASSERT_TRUE(second.post(how, JsonObject{}).ok());
      ASSERT_TRUE(second.run_to_end().ok());
      EXPECT_EQ(state(second), "cancelled");
      EXPECT_EQ(second.world().starts.count("a/step-1"), 0u);
      EXPECT_TRUE(first.read_model().groups().claims_of(second.run_id())->empty());
      EXPECT_FALSE(first.read_model().groups().claims_of(first.run_id())->empty());
    }
  }
}

TEST(ConcurrencyTest, ARunThatIsRemovedHoldsNothing) {
  RunLab first;
  first.hold("work");
  begin(first, of_run("x"));
  RunLab second(first, 'b');
  begin(second, of_run("x"));
  ASSERT_TRUE(first.read_model().remove_run(first.run_id()).ok());
  settle({&second});
  EXPECT_EQ(state(second), "succeeded");
}

TEST(ConcurrencyTest, ARerunAsksAgain) {
  RunLab first;
  pipeline::StepResult failed;
  failed.outcome = Outcome::Failed;
  first.world().results["work"] = failed;
  begin(first, of_run("x"));
  EXPECT_EQ(state(first), "failed");
  RunLab second(first, 'b');
  second.hold("work");
  begin(second, of_run("x"));
  first.world().results["work"] = {};
  ASSERT_TRUE(first.post(event_kind::kRerunRequested, to_json(Rerun{2, {"a"}, std::nullopt})).ok());
  settle({&first, &second});
  EXPECT_EQ(state(first), "waiting");
  second.release("work");
  settle({&first, &second});
  EXPECT_EQ(state(first), "succeeded");
}

// The owner of the waiting run, or of the one that holds the group, dies at each effect boundary.
TEST(ConcurrencyTest, ClaimsOutliveEveryCrash) {
  const std::string workflows[] = {of_run("x"), of_job("x")};
  for (const std::string& workflow : workflows) {
    for (std::size_t at = 0; at < 8; ++at) {
      RunLab first;
      RunLab second(first, 'b');
      for (RunLab* lab : {&first, &second}) {
        ASSERT_TRUE(lab->start_engine().ok());
        ASSERT_TRUE(lab->create(lab->describe(workflow)).ok());
      }
      for (RunLab* lab : {&first, &second}) {
        for (std::size_t done = 0; done < at; ++done)
          if (!lab->do_one_effect().value()) break;
        lab->change_world();
        lab->lose_engine();
        const auto recovered = lab->recover();
        ASSERT_TRUE(recovered.ok()) << recovered.error().describe();
        EXPECT_LE(first.read_model().groups().claims_of(first.run_id())->size(), 1u);
      }
      settle({&first, &second});
      EXPECT_EQ(state(first), "succeeded") << at;
      EXPECT_EQ(state(second), "succeeded") << at;
      for (RunLab* lab : {&first, &second})
        for (const auto& [key, count] : lab->world().starts) EXPECT_EQ(count, 1) << key;
    }
  }
}

}  // namespace
}  // namespace sluice::engine
