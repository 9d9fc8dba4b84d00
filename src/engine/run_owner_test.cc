#include "engine/run_owner.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/strings.h"
#include "exec/testing/scripted_backend.h"
#include "os/testing/test_world.h"
#include "pipeline/github/language.h"
#include "store/sealer.h"
#include "store/sqlite.h"
#include "store/testing/faulty_database.h"

namespace sluice::engine {
namespace {

using pipeline::Outcome;

constexpr const char* kTwoJobs = R"(
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
      - {if: always(), run: clean}
  ship:
    needs: build
    runs-on: ubuntu-latest
    steps: [{run: ship}]
)";

class Listener final : public RunListener {
 public:
  void on_events(const std::vector<store::StoredEvent>& events) override {
    for (const auto& event : events) kinds.push_back(event.event.kind);
  }
  void on_output(const LegKey&, int) override {}
  void on_tick() override {}
  std::vector<std::string> kinds;
};

// A home on disk with everything that a run owner needs; steps are scripted.
class RunOwnerTest : public testing::Test {
 protected:
  RunOwnerTest() {
    database_ = store::open_sqlite(home() / "engine.db").value();
    store::Journal::migrate(*database_).value();
    ReadModel::migrate(*database_).value();
    journal_ = std::make_unique<store::Journal>(*database_);
    journal_->set_projection(ReadModel::project);
    read_model_ = std::make_unique<ReadModel>(*database_);
    sealer_ = store::Sealer::open(world_.files, world_.random, home()).value();
    languages_.add(std::make_unique<pipeline::github::GithubLanguage>());
    backend_ = std::make_unique<exec::ScriptedBackend>(machine_, home());
  }

  os::Path home() const { return world_.directory.path(); }
  EngineParts parts() {
    return {world_.world(), *journal_, *read_model_, *backend_, languages_, *sealer_, home()};
  }

  CreatedRun describe() {
    CreatedRun run;
    run.identity.run_id = "01k0000000000000000000000b";
    run.number = 1;
    run.event.ref = "refs/heads/main";
    run.event.sha = std::string(40, 'a');
    run.event.payload = JsonObject{};
    run.file = {".github/workflows/ci.yml", kTwoJobs};
    run.language = "github";
    run.language_version = "1";
    const auto* language = languages_.find("github");
    run.plan = to_json(language->read(run.file)->bind(run.event, run.identity, {}).value()->plan());
    return run;
  }

  // The process that drove the run is gone; what it started is not.
  void lose_backend() { backend_ = std::make_unique<exec::ScriptedBackend>(machine_, home()); }

  os::TestWorld world_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<ReadModel> read_model_;
  std::unique_ptr<store::Sealer> sealer_;
  Languages languages_;
  exec::ScriptedMachine machine_;
  std::unique_ptr<exec::ScriptedBackend> backend_;
  CancellationSource interrupt_;
  CancellationSource kill_;
};

TEST_F(RunOwnerTest, DrivesARunToItsEnd) {
  Listener listener;
  auto owner = RunOwner::create(parts(), describe(), &listener).value();
  EXPECT_EQ(owner->drive(interrupt_.token(), kill_.token()).value(), Outcome::Succeeded);
  EXPECT_EQ(machine_.starts().size(), 3u);
  EXPECT_EQ(listener.kinds.front(), "RunCreated");
  EXPECT_EQ(listener.kinds.back(), "RunFinished");
  EXPECT_EQ(read_model_->find_run("1")->result, "succeeded");
}

TEST_F(RunOwnerTest, AnInterruptIsJournaledAndLetsAlwaysStepsRun) {
  machine_.hold("make");
  auto owner = RunOwner::create(parts(), describe(), nullptr).value();
  interrupt_.cancel();
  EXPECT_EQ(owner->drive(interrupt_.token(), kill_.token()).value(), Outcome::Cancelled);
  EXPECT_EQ(machine_.count("clean"), 1);
  EXPECT_EQ(machine_.count("ship"), 0);
  EXPECT_EQ(machine_.stops().size(), 1u);
}

TEST_F(RunOwnerTest, AKillEndsStubbornStepsWithoutWaiting) {
  machine_.hold_stubbornly("make");
  auto owner = RunOwner::create(parts(), describe(), nullptr).value();
  interrupt_.cancel();
  kill_.cancel();
  EXPECT_EQ(owner->drive(interrupt_.token(), kill_.token()).value(), Outcome::Cancelled);
  EXPECT_EQ(machine_.finished().size(), 1u);
}

TEST_F(RunOwnerTest, ARequestOfAnotherProcessCancelsTheRun) {
  machine_.hold("make");
  auto owner = RunOwner::create(parts(), describe(), nullptr).value();
  ASSERT_TRUE(read_model_
                  ->add_request("01k0000000000000000000000b", "cancel",
                                JsonObject{{"reason", "by Bo"}}, world_.clock.now())
                  .ok());
  std::thread time([this] {  // the owner looks for requests when its timer fires
    while (machine_.count("clean") == 0) {
      world_.timers.advance(std::chrono::milliseconds(200));
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(owner->drive(interrupt_.token(), kill_.token()).value(), Outcome::Cancelled);
  time.join();
  EXPECT_TRUE(read_model_->requests("01k0000000000000000000000b")->empty());
}

TEST_F(RunOwnerTest, OneOwnerAtATime) {
  auto owner = RunOwner::create(parts(), describe(), nullptr).value();
  const auto second = RunOwner::take_over(parts(), "01k0000000000000000000000b", nullptr);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Busy);
  EXPECT_NE(second.error().message().find("driven by another process"), std::string::npos);
}

TEST_F(RunOwnerTest, AFullDiskStopsTheOwnerAndTheRunGoesOnLater) {
  store::FaultyDatabase faulty(*database_);
  store::Journal journal(faulty);
  journal.set_projection(ReadModel::project);
  const auto on_full_disk = [&] {
    return EngineParts{world_.world(), journal,  *read_model_, *backend_,
                       languages_,     *sealer_, home()};
  };
  std::size_t stopped = 0;
  std::unique_ptr<RunOwner> owner = RunOwner::create(on_full_disk(), describe(), nullptr).value();
  for (;;) {
    faulty.fail_write(3, ErrorCode::ResourceExhausted);
    const auto outcome = owner->drive(interrupt_.token(), kill_.token());
    if (outcome.ok()) {
      EXPECT_EQ(*outcome, Outcome::Succeeded);
      break;
    }
    EXPECT_EQ(outcome.error().code(), ErrorCode::ResourceExhausted);
    ++stopped;
    ASSERT_LT(stopped, 50u);
    owner.reset();
    lose_backend();
    owner = RunOwner::take_over(on_full_disk(), "01k0000000000000000000000b", nullptr).value();
  }
  EXPECT_GT(stopped, 3u);
  EXPECT_EQ(machine_.starts().size(), 3u);
}

}  // namespace
}  // namespace sluice::engine
