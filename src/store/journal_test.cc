#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "base/strings.h"
#include "os/descriptor.h"
#include "os/testing/fake_clock.h"
#include "os/testing/temporary_directory.h"
#include "store/driver.h"
#include "store/sqlite.h"
#include "store/testing/faulty_database.h"

namespace sluice::store {
namespace {

Event event(std::string kind, JsonObject body = {}) {
  return {std::move(kind), std::move(body)};
}

// A chain of steps: start(n) begins the first, each result begins the next, the last one ends it.
class Chain final : public StateMachine {
 public:
  explicit Chain(std::string version = "") : version_(std::move(version)) {}

  Result<Decision> apply(const StoredEvent& stored) override {
    const JsonObject& body = stored.event.body.as_object();
    seen.push_back(cat(stored.seq, " ", to_micros(stored.time), " ", stored.event.kind, " ",
                       to_canonical_text(stored.event.body)));
    Decision decision;
    if (stored.event.kind == "start") {
      left_ = TRY(get_int(body, "steps"));
      decision.events = {event("accepted"), event("step_started", {{"left", left_}})};
    } else if (stored.event.kind == "step_started") {
      const std::string key = cat("step-", left_);
      decision.effects = {{key, "run", JsonObject{{"left", left_}, {"with", version_}}}};
    } else if (stored.event.kind == "result") {
      --left_;
      decision.events = {left_ == 0 ? event("finished") : event("step_started", {{"left", left_}})};
    } else if (stored.event.kind == "withdraw") {
      decision.withdrawn = {TRY(get_string(body, "key"))};
    } else if (stored.event.kind == "change_mind") {
      decision.effects = {{"regretted", "run", JsonObject{}}};
      decision.withdrawn = {"regretted"};
    } else if (stored.event.kind == "summary") {
      left_ = TRY(get_int(body, "left"));
    } else if (stored.event.kind == "nonsense") {
      return failed_precondition("does not fit");
    }
    return decision;
  }

  std::vector<std::string> seen;

 private:
  std::string version_;
  std::int64_t left_ = 0;
};

class Recorder final : public EffectRunner {
 public:
  void start(const Effect& effect, EffectStart how) override {
    started.push_back(cat(effect.key, how == EffectStart::First ? " first" : " again"));
  }
  std::vector<std::string> started;
};

// A machine with its driver over a database that outlives it.
struct Life {
  explicit Life(Database& database, std::string version = "")
      : journal(database), machine(std::move(version)) {}

  os::FakeClock clock;
  Journal journal;
  Chain machine;
  Recorder runner;
  Driver driver{journal, clock, "run/1", machine, runner};
};

class DriverTest : public testing::Test {
 protected:
  DriverTest() { EXPECT_TRUE(Journal::migrate(*database_).ok()); }

  std::unique_ptr<Database> database_ = open_sqlite(":memory:").value();
};

TEST_F(DriverTest, StoresAnInputWithAllThatFollowsInOrder) {
  Life life(*database_);
  std::vector<JournalBatch> observed;
  life.driver.set_observer([&](const JournalBatch& batch) {
    EXPECT_TRUE(life.runner.started.empty());
    observed.push_back(batch);
  });
  ASSERT_TRUE(life.driver.post(event("start", {{"steps", 2}})).ok());
  EXPECT_EQ(life.driver.last_seq(), 3);
  const auto events = life.journal.load("run/1").value();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].event.kind, "start");
  EXPECT_EQ(events[1].event.kind, "accepted");
  EXPECT_EQ(events[2].event.kind, "step_started");
  for (const StoredEvent& stored : events) EXPECT_EQ(stored.time, life.clock.now());
  EXPECT_EQ(life.runner.started, std::vector<std::string>{"step-2 first"});
  ASSERT_EQ(observed.size(), 1u);
  EXPECT_EQ(observed[0].events.size(), 3u);
}

TEST_F(DriverTest, AReplaySeesExactlyWhatTheFirstLifeSaw) {
  Life first(*database_);
  ASSERT_TRUE(first.driver.post(event("start", {{"steps", std::uint64_t{2}}, {"x", 1.0}})).ok());
  first.clock.advance(std::chrono::seconds(5));
  ASSERT_TRUE(first.driver.post(event("result", {{"z", 1}, {"a", "grün"}}), "step-2").ok());
  ASSERT_TRUE(first.driver.post(event("result"), "step-1").ok());
  Life second(*database_);
  ASSERT_TRUE(second.driver.recover().ok());
  EXPECT_EQ(second.machine.seen, first.machine.seen);
  EXPECT_EQ(second.machine.seen.size(), 7u);
  EXPECT_EQ(second.driver.last_seq(), 7);
  ASSERT_TRUE(second.driver.resume_effects().ok());
  EXPECT_TRUE(second.runner.started.empty());
}

TEST_F(DriverTest, ARestartHandsOutWhatWasNeverCompleted) {
  {
    Life first(*database_);
    ASSERT_TRUE(first.driver.post(event("start", {{"steps", 3}})).ok());
    ASSERT_TRUE(first.driver.post(event("result"), "step-3").ok());
  }
  Life second(*database_);
  ASSERT_TRUE(second.driver.recover().ok());
  EXPECT_TRUE(second.runner.started.empty());
  ASSERT_TRUE(second.driver.resume_effects().ok());
  EXPECT_EQ(second.runner.started, std::vector<std::string>{"step-2 again"});
  ASSERT_TRUE(second.driver.post(event("result"), "step-2").ok());
  EXPECT_EQ(second.runner.started.back(), "step-1 first");
}

TEST_F(DriverTest, AnotherProgramThatDecidesOtherwiseIsFoundOut) {
  {
    Life first(*database_);
    ASSERT_TRUE(first.driver.post(event("start", {{"steps", 1}})).ok());
  }
  struct Case {
    std::string damage;
    std::string version;
    std::string mentions;
  };
  const Case cases[] = {
      {"", "another", "effect step-1"},
      {"UPDATE events SET kind = 'rejected' WHERE seq = 2", "", "event 2: stored is rejected"},
      {"UPDATE events SET body = '{\"left\":9}' WHERE seq = 3", "", "computes step_started"},
      {"DELETE FROM events WHERE seq = 3", "", "event 3: stored is none"},
      {"DELETE FROM effects", "", "0 effects are stored"},
      {"UPDATE events SET body = '{' WHERE seq = 1", "", "event 1"},
      {"DELETE FROM events WHERE seq = 1", "", "event 1 is missing"},
  };
  for (const Case& c : cases) {
    const os::TemporaryDirectory directory;
    const auto database = open_sqlite(directory / "copy.db").value();
    ASSERT_TRUE(Journal::migrate(*database).ok());
    Life original(*database);
    ASSERT_TRUE(original.driver.post(event("start", {{"steps", 1}})).ok());
    ASSERT_TRUE(database
                    ->write([&](Transaction& transaction) -> Result<void> {
                      TRY(transaction.execute(c.damage));
                      return success();
                    })
                    .ok());
    Life second(*database, c.version);
    const auto result = second.driver.recover();
    ASSERT_FALSE(result.ok()) << c.mentions;
    EXPECT_NE(result.error().message().find(c.mentions), std::string::npos)
        << result.error().message();
    EXPECT_TRUE(second.driver.broken());
    EXPECT_FALSE(second.driver.post(event("result")).ok());
  }
}

TEST_F(DriverTest, AFailedCommitRunsNothingAndRefusesMore) {
  FaultyDatabase faulty(*database_);
  Life first(faulty);
  ASSERT_TRUE(first.driver.post(event("start", {{"steps", 2}})).ok());
  faulty.fail_write(1, ErrorCode::ResourceExhausted);
  EXPECT_EQ(first.driver.post(event("result"), "step-2").error().code(),
            ErrorCode::ResourceExhausted);
  EXPECT_TRUE(first.driver.broken());
  EXPECT_EQ(first.runner.started, std::vector<std::string>{"step-2 first"});
  EXPECT_EQ(first.driver.post(event("result"), "step-2").error().code(),
            ErrorCode::FailedPrecondition);

  Life second(faulty);
  ASSERT_TRUE(second.driver.recover().ok());
  EXPECT_EQ(second.driver.last_seq(), 3);
  ASSERT_TRUE(second.driver.resume_effects().ok());
  EXPECT_EQ(second.runner.started, std::vector<std::string>{"step-2 again"});
  EXPECT_TRUE(second.driver.post(event("result"), "step-2").ok());
}

TEST_F(DriverTest, AnEventThatDoesNotFitStopsTheDriver) {
  Life life(*database_);
  ASSERT_TRUE(life.driver.post(event("start", {{"steps", 2}})).ok());
  EXPECT_FALSE(life.driver.post(event("nonsense")).ok());
  EXPECT_TRUE(life.driver.broken());
  EXPECT_EQ(life.journal.load("run/1").value().size(), 3u);
}

TEST_F(DriverTest, ABodyThatCannotBeStoredDoesNoHarm) {
  Life life(*database_);
  EXPECT_EQ(life.driver.post(event("start", {{"steps", "\xff"}})).error().code(),
            ErrorCode::InvalidInput);
  EXPECT_TRUE(life.machine.seen.empty());
  EXPECT_TRUE(life.driver.post(event("start", {{"steps", 1}})).ok());
}

TEST_F(DriverTest, AnEffectIsDoneOnceAndForAll) {
  Life life(*database_);
  ASSERT_TRUE(life.driver.post(event("start", {{"steps", 3}})).ok());
  ASSERT_TRUE(life.driver.post(event("note"), "step-3").ok());
  ASSERT_TRUE(life.driver.post(event("note"), "step-3").ok());
  const auto records = life.journal.effect_records("run/1").value();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].done_seq, 4);
  EXPECT_TRUE(life.journal.pending_effects("run/1").value().empty());
  EXPECT_EQ(life.driver.post(event("note"), "no-such").error().code(),
            ErrorCode::FailedPrecondition);
}

TEST_F(DriverTest, ARestartMayBeginWithASummaryOfWhatIsRemoved) {
  {
    Life first(*database_);
    ASSERT_TRUE(first.driver.post(event("start", {{"steps", 2000}})).ok());
    for (int left = 2000; left > 3; --left)
      ASSERT_TRUE(first.driver.post(event("result"), cat("step-", left)).ok());
    ASSERT_TRUE(first.driver.post(event("summary", {{"left", 3}})).ok());
  }
  Journal journal(*database_);
  const std::int64_t summary = journal.last_seq_of("run/1", "summary").value();
  EXPECT_EQ(summary, 3998);
  EXPECT_EQ(journal.last_seq_of("run/1", "nothing").value(), 0);
  EXPECT_EQ(journal.first_seq("run/1").value(), 1);
  EXPECT_EQ(journal.first_seq("run/2").value(), 0);
  for (const bool removed : {false, true}) {
    if (removed) {
      ASSERT_TRUE(journal.remove_before("run/1", summary).ok());
    }
    Life later(*database_);
    ASSERT_TRUE(later.driver.recover(summary - 1).ok());
    EXPECT_EQ(later.machine.seen.size(), 1u);
    ASSERT_TRUE(later.driver.resume_effects().ok());
    EXPECT_EQ(later.runner.started, std::vector<std::string>{"step-3 again"});
  }
  EXPECT_EQ(journal.first_seq("run/1").value(), summary);
  EXPECT_EQ(journal.effect_records("run/1").value().size(), 1u);
  Life last(*database_);
  ASSERT_TRUE(last.driver.recover(summary - 1).ok());
  ASSERT_TRUE(last.driver.post(event("result"), "step-3").ok());
  EXPECT_EQ(last.runner.started, std::vector<std::string>{"step-2 first"});
  EXPECT_EQ(journal.load("run/1", summary).value().size(), 2u);
  Life whole(*database_);
  EXPECT_FALSE(whole.driver.recover().ok()) << "its beginning is gone";
}

TEST_F(DriverTest, WithdrawnEffectsAreNeverHandedOutAgain) {
  {
    Life first(*database_);
    ASSERT_TRUE(first.driver.post(event("start", {{"steps", 3}})).ok());
    ASSERT_TRUE(first.driver.post(event("withdraw", {{"key", "step-3"}})).ok());
    // Its result was on the way already.
    ASSERT_TRUE(first.driver.post(event("result"), "step-3").ok());
    // Asked for and withdrawn in one commit.
    ASSERT_TRUE(first.driver.post(event("change_mind")).ok());
    EXPECT_EQ(first.runner.started, (std::vector<std::string>{"step-3 first", "step-2 first"}));
  }
  Life second(*database_);
  ASSERT_TRUE(second.driver.recover().ok());
  ASSERT_TRUE(second.driver.resume_effects().ok());
  EXPECT_EQ(second.runner.started, std::vector<std::string>{"step-2 again"});
}

TEST_F(DriverTest, TwoOwnersOfOneStreamAreFoundOut) {
  Life first(*database_);
  Life second(*database_);
  ASSERT_TRUE(first.driver.post(event("start", {{"steps", 1}})).ok());
  EXPECT_EQ(second.driver.post(event("start", {{"steps", 1}})).error().code(),
            ErrorCode::AlreadyExists);
}

TEST_F(DriverTest, ACallFromInsideAnEffectAborts) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  Life life(*database_);
  life.driver.set_observer([&](const JournalBatch&) { (void)life.driver.post(event("result")); });
  EXPECT_DEATH((void)life.driver.post(event("start", {{"steps", 1}})), "");
}

class JournalTest : public DriverTest {
 protected:
  Journal journal_{*database_};
};

TEST_F(JournalTest, ProjectionsShareTheCommit) {
  journal_.set_projection([](Transaction& transaction, const std::string& stream,
                             const std::vector<StoredEvent>& events) -> Result<void> {
    TRY(transaction.execute("CREATE TABLE IF NOT EXISTS seen (stream, n)"));
    TRY(transaction.execute("INSERT INTO seen VALUES (?, ?)",
                            {stream, static_cast<std::int64_t>(events.size())}));
    if (events.size() > 1) return failed_precondition("too many");
    return success();
  });
  const StoredEvent one{1, {}, event("a")};
  const StoredEvent two{2, {}, event("b")};
  ASSERT_TRUE(journal_.commit("s", {{one}, {}, {}}).ok());
  EXPECT_FALSE(journal_.commit("s", {{two, {3, {}, event("c")}}, {}, {}}).ok());
  EXPECT_EQ(journal_.load("s").value().size(), 1u);
  ASSERT_TRUE(journal_.commit("s", {{two}, {}, {}}).ok());
  EXPECT_EQ(journal_.load("s", 1).value().size(), 1u);
}

TEST_F(JournalTest, RefusesGapsAndKeysUsedBefore) {
  EXPECT_EQ(journal_.commit("s", {{{2, {}, event("a")}}, {}, {}}).error().code(),
            ErrorCode::FailedPrecondition);
  const Effect effect{"k", "run", {}};
  ASSERT_TRUE(journal_.commit("s", {{{1, {}, event("a")}}, {effect}, {}}).ok());
  ASSERT_TRUE(journal_.commit("s", {{{2, {}, event("b")}}, {}, {"k"}}).ok());
  EXPECT_EQ(journal_.commit("s", {{{3, {}, event("c")}}, {effect}, {}}).error().code(),
            ErrorCode::AlreadyExists);
  EXPECT_TRUE(journal_.commit("other", {{{1, {}, event("a")}}, {effect}, {}}).ok());
}

TEST_F(JournalTest, ListsAndRemovesStreams) {
  for (const char* stream : {"run/2", "run/1", "rollout/1", "s"}) {
    ASSERT_TRUE(journal_.commit(stream, {{{1, {}, event("a")}}, {{"k", "run", {}}}, {}}).ok());
  }
  JournalBatch many;
  for (int seq = 2; seq <= 2500; ++seq) many.events.push_back({seq, {}, event("tick")});
  ASSERT_TRUE(journal_.commit("run/1", many).ok());
  EXPECT_EQ(journal_.streams("run/").value(), (std::vector<std::string>{"run/1", "run/2"}));
  EXPECT_EQ(journal_.streams("").value().size(), 4u);
  ASSERT_TRUE(journal_.remove_stream("run/1").ok());
  EXPECT_EQ(journal_.streams("run/").value(), std::vector<std::string>{"run/2"});
  EXPECT_TRUE(journal_.pending_effects("run/1").value().empty());
  EXPECT_EQ(journal_.pending_effects("run/2").value().size(), 1u);
}

// Posts results for ever and tells the reader of `progress` after each commit.
[[noreturn]] void append_until_killed(const os::Path& path, int progress) {
  const auto database = open_sqlite(path).value();
  CHECK(Journal::migrate(*database).ok());
  Life life(*database);
  CHECK(life.driver.post(event("start", {{"steps", 1'000'000}})).ok());
  for (int left = 1'000'000;; --left) {
    CHECK(os::write_all(progress, ".", "progress").ok());
    CHECK(life.driver.post(event("result"), cat("step-", left)).ok());
  }
}

TEST(CrashTest, AfterAKillTheJournalHoldsWholeCommitsAndAllThatWereConfirmed) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(cat("seed ", seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 8; ++round) {
    const os::TemporaryDirectory directory;
    os::Pipe pipe = os::make_pipe().value();
    const pid_t child = ::fork();
    if (child == 0) append_until_killed(directory / "test.db", pipe.write_end.get());
    pipe.write_end.reset();
    const std::size_t enough = 1 + random() % 60;
    std::size_t confirmed = 0;
    std::array<char, 1> dot;
    while (confirmed < enough) {
      confirmed += os::read_some(pipe.read_end.get(), dot, "progress").value();
    }
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    while (os::read_some(pipe.read_end.get(), dot, "progress").value() > 0) ++confirmed;

    const auto database = open_sqlite(directory / "test.db").value();
    Life second(*database);
    const auto recovered = second.driver.recover();
    ASSERT_TRUE(recovered.ok()) << recovered.error().message();
    // The first commit holds three events, each later one two.
    const auto commits = static_cast<std::size_t>(second.driver.last_seq() - 1) / 2;
    EXPECT_EQ(second.driver.last_seq() % 2, 1);
    EXPECT_GE(commits, confirmed);
    EXPECT_LE(commits, confirmed + 1);
    ASSERT_TRUE(second.driver.resume_effects().ok());
    EXPECT_EQ(second.runner.started,
              std::vector<std::string>{cat("step-", 1'000'001 - commits, " again")});
  }
}

}  // namespace
}  // namespace sluice::store
