#include "ml/registry/registry.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/strings.h"
#include "ml/evaluate/verdict.h"
#include "ml/model/model_folder.h"
#include "ml/registry/audit.h"
#include "ml/registry/model_reference.h"
#include "ml/serve/testing/small_model.h"
#include "os/testing/faulty_files.h"
#include "os/testing/test_world.h"
#include "store/migrations.h"
#include "store/sqlite.h"

namespace sluice::ml {
namespace {

struct RegistryTest : ::testing::Test {
  RegistryTest() {
    database = store::open_sqlite(":memory:").value();
    registry = open(test.files);
  }

  std::unique_ptr<LocalRegistry> open(os::Files& through) {
    os::World world = test.world();
    return LocalRegistry::open_over(os::World{world.clock, world.timers, through, world.locks,
                                              world.processes, world.random, world.environment},
                                    *database, home(), key)
        .value();
  }

  os::Path home() const { return test.directory.path() / "home"; }

  // A model that differs from others by its number.
  os::Path model(int number) {
    const os::Path folder = test.directory.path() / cat("model_", number);
    NewModel content = small_model();
    content.run_id = cat("run ", number);
    EXPECT_TRUE(write_model_folder(test.files, folder, content).ok());
    return folder;
  }

  Verdict verdict_on(const os::Path& folder, CheckStatus status) {
    Verdict verdict;
    verdict.model = {"it", model_digest(test.files, folder).value()};
    verdict.gate.name = "gates/demand.yml";
    verdict.data.name = "test.csv";
    CheckResult check;
    check.name = "price";
    check.status = status;
    verdict.checks = {check};
    return verdict;
  }
  std::string verdict(const os::Path& folder, CheckStatus status) {
    return to_pretty_text(signed_json(verdict_on(folder, status), key));
  }
  Result<Registered> present(const os::Path& folder, const Verdict& verdict) {
    NewVersion wanted = request(folder);
    wanted.verdict = to_pretty_text(signed_json(verdict, key));
    return registry->register_version(wanted);
  }

  NewVersion request(const os::Path& folder) {
    NewVersion request;
    request.name = "demand";
    request.folder = folder;
    request.actor = "ana";
    request.run_id = "01run";
    request.commit = "abc";
    return request;
  }

  ModelVersion add(int number, CheckStatus status = CheckStatus::Passed) {
    NewVersion wanted = request(model(number));
    wanted.verdict = verdict(wanted.folder, status);
    return registry->register_version(wanted).value().version;
  }

  ApprovalRequest decision(std::int64_t version) { return {"demand", version, "bo", "fine", ""}; }

  std::vector<std::string> actions(std::int64_t version) {
    std::vector<std::string> texts;
    const auto history = registry->history("demand", version).value();
    for (const auto& entry : history)
      texts.push_back(cat(entry.actor, " ", entry.action, ": ", entry.comment));
    return texts;
  }

  os::TestWorld test;
  VerdictKey key{std::string(32, 'k')};
  std::unique_ptr<store::Database> database;
  std::unique_ptr<LocalRegistry> registry;
};

TEST_F(RegistryTest, VersionsCountUpPerNameAndKeepTheirFiles) {
  const ModelVersion first = add(1);
  const ModelVersion second = add(2);
  EXPECT_EQ(first.version, 1);
  EXPECT_EQ(second.version, 2);
  EXPECT_EQ(second.folder, home() / "models/demand/2");
  EXPECT_EQ(model_digest(test.files, second.folder).value(), second.digest);
  EXPECT_EQ(second.state, ApprovalState::PendingManualApproval);
  EXPECT_EQ(second.lineage.run_id, "01run");
  NewVersion other = request(model(1));
  other.name = "returns";
  EXPECT_EQ(registry->register_version(other).value().version.version, 1);
  const auto models = registry->list_models().value();
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0].latest_version, 2);
  EXPECT_EQ(registry->list_versions("demand").value()[0].version, 2);
}

TEST_F(RegistryTest, TheSameNameAndDigestAreTheSameVersion) {
  add(1);
  const auto again = registry->register_version(request(model(1))).value();
  EXPECT_EQ(again.registration, Registration::Existing);
  EXPECT_EQ(again.version.version, 1);
  EXPECT_EQ(actions(1).size(), 1u);
  NewVersion judged = request(model(1));
  judged.verdict = verdict(judged.folder, CheckStatus::Failed);
  const auto presented = registry->register_version(judged).value();
  EXPECT_EQ(presented.version.lineage.verdict, sha256(judged.verdict));
  EXPECT_EQ(registry->read_document(sha256(judged.verdict)).value(), judged.verdict);
  EXPECT_EQ(actions(1)[1], "ana presented: run 01run");
}

TEST_F(RegistryTest, OnlyAVerdictThatPassedOpensTheWayToApproval) {
  add(1, CheckStatus::Failed);
  const auto refused = registry->approve(decision(1));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::FailedPrecondition);
  EXPECT_NE(refused.error().message().find("price failed"), std::string::npos);
  ASSERT_TRUE(registry->register_version(request(model(2))).ok());
  EXPECT_NE(registry->approve(decision(2)).error().message().find("no verdict"), std::string::npos);
  add(3);
  EXPECT_EQ(registry->approve(decision(3)).value().state, ApprovalState::Approved);
  EXPECT_EQ(registry->find_version("demand", 3).value().state, ApprovalState::Approved);
  EXPECT_TRUE(actions(3).back().starts_with("bo approved: fine; gate gates/demand.yml sha256:"))
      << actions(3).back();
  EXPECT_NE(actions(3).back().find(", data test.csv sha256:"), std::string::npos);
}

TEST_F(RegistryTest, AnOverrideIsPossibleAndStaysInTheHistory) {
  add(1, CheckStatus::Failed);
  ApprovalRequest request = decision(1);
  request.override_reason = "Christmas";
  EXPECT_EQ(registry->approve(request).value().state, ApprovalState::Approved);
  EXPECT_NE(actions(1).back().find("fine; override: Christmas (without it: the gate did not let"),
            std::string::npos)
      << actions(1).back();
}

TEST_F(RegistryTest, AnOverrideWithoutAReasonIsNone) {
  add(1, CheckStatus::Failed);
  ApprovalRequest request = decision(1);
  request.override_reason = " ";
  EXPECT_EQ(registry->approve(request).error().code(), ErrorCode::InvalidInput);
}

TEST_F(RegistryTest, AnOlderVerdictDoesNotWashOutANewerOne) {
  Verdict old = verdict_on(model(1), CheckStatus::Passed);
  Verdict later = verdict_on(model(1), CheckStatus::Failed);
  later.time = from_micros(1'000'000);
  ASSERT_TRUE(present(model(1), later).ok());
  const auto replayed = present(model(1), old);
  ASSERT_FALSE(replayed.ok());
  EXPECT_EQ(replayed.error().code(), ErrorCode::FailedPrecondition);
  EXPECT_FALSE(registry->approve(decision(1)).ok());
  old.time = from_micros(2'000'000);
  ASSERT_TRUE(present(model(1), old).ok());
  EXPECT_TRUE(registry->approve(decision(1)).ok());
}

TEST_F(RegistryTest, AVerdictThatDidNotPassTakesTheApprovalBackButNotFromTheChampion) {
  add(1);
  ASSERT_TRUE(registry->approve(decision(1)).ok());
  ASSERT_TRUE(present(model(1), verdict_on(model(1), CheckStatus::Failed)).ok());
  EXPECT_EQ(registry->find_version("demand", 1)->state, ApprovalState::PendingManualApproval);
  EXPECT_EQ(actions(1).back(), "ana withdrawn: the gate did not let it pass: price failed");
  EXPECT_FALSE(registry->set_alias("demand", kChampionAlias, 1, "ana").ok());
  add(2);
  ASSERT_TRUE(registry->approve(decision(2)).ok());
  ASSERT_TRUE(registry->set_alias("demand", kChampionAlias, 2, "ana").ok());
  ASSERT_TRUE(present(model(2), verdict_on(model(2), CheckStatus::Failed)).ok());
  EXPECT_EQ(registry->find_version("demand", 2)->state, ApprovalState::Approved);
}

TEST_F(RegistryTest, AComparisonWithAnotherChampionIsNoWayToApproval) {
  Verdict first = verdict_on(model(2), CheckStatus::Passed);
  first.checks[0].detail[kAgainstChampion] = true;
  ASSERT_TRUE(present(model(2), first).ok());
  add(1);
  ASSERT_TRUE(registry->approve(decision(2)).ok());  // the version that add(1) made
  ASSERT_TRUE(registry->set_alias("demand", kChampionAlias, 2, "ana").ok());
  const auto knew_none = registry->approve(decision(1));
  ASSERT_FALSE(knew_none.ok());
  EXPECT_NE(knew_none.error().message().find("the champion is demand/2"), std::string::npos)
      << knew_none.error().message();
  Verdict straw = first;
  straw.champion = NamedDigest{"straw", sha256("straw")};
  ASSERT_TRUE(present(model(2), straw).ok());
  EXPECT_NE(registry->approve(decision(1)).error().message().find("another model"),
            std::string::npos);
  Verdict right = first;
  right.champion = NamedDigest{"demand/2", registry->find_version("demand", 2)->digest};
  ASSERT_TRUE(present(model(2), right).ok());
  EXPECT_TRUE(registry->approve(decision(1)).ok());
}

TEST_F(RegistryTest, AVerdictOfAGateForAnotherNameIsRefused) {
  Verdict toys = verdict_on(model(1), CheckStatus::Passed);
  toys.gate_model = "toys";
  const auto refused = present(model(1), toys);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("of a gate for 'toys'"), std::string::npos);
  toys.gate_model = "demand";
  EXPECT_TRUE(present(model(1), toys).ok());
}

TEST_F(RegistryTest, AVerdictOfAnotherModelOrHandIsRefused) {
  NewVersion wanted = request(model(1));
  wanted.verdict = verdict(model(2), CheckStatus::Passed);
  EXPECT_EQ(registry->register_version(wanted).error().code(), ErrorCode::FailedPrecondition);
  const std::string failed = verdict(wanted.folder, CheckStatus::Failed);
  wanted.verdict = replace_all(failed, "false", "true");
  EXPECT_EQ(registry->register_version(wanted).error().code(), ErrorCode::FailedPrecondition);
  wanted.verdict = "{";
  EXPECT_EQ(registry->register_version(wanted).error().code(), ErrorCode::InvalidInput);
  wanted.verdict = "";
  wanted.evaluation = R"({"format": 1, "model_digest": "sha256:00"})";
  EXPECT_EQ(registry->register_version(wanted).error().code(), ErrorCode::FailedPrecondition);
  EXPECT_TRUE(registry->list_models().value().empty());
}

TEST_F(RegistryTest, AVerdictThatIsChangedInTheDatabaseIsNotBelieved) {
  add(1, CheckStatus::Failed);
  ASSERT_TRUE(
      database
          ->write([](store::Transaction& transaction) -> Result<void> {
            TRY(transaction.execute("UPDATE documents SET body = replace(body, 'false', 'true')"));
            return success();
          })
          .ok());
  EXPECT_EQ(registry->approve(decision(1)).error().code(), ErrorCode::Corrupt);
}

TEST_F(RegistryTest, TheChampionIsApprovedAndStaysSo) {
  add(1);
  add(2);
  EXPECT_EQ(registry->set_alias("demand", "champion", 1, "ana").error().code(),
            ErrorCode::FailedPrecondition);
  EXPECT_TRUE(registry->set_alias("demand", "canary", 1, "ana").ok());
  for (std::int64_t version : {1, 2}) ASSERT_TRUE(registry->approve(decision(version)).ok());
  ASSERT_TRUE(registry->set_alias("demand", "champion", 1, "ana").ok());
  EXPECT_EQ(registry->reject(decision(1)).error().code(), ErrorCode::FailedPrecondition);
  EXPECT_EQ(registry->set_alias("demand", "champion", 2, "ana").value().aliases,
            std::vector<std::string>{"champion"});
  EXPECT_EQ(registry->find_alias("demand", "champion").value().version, 2);
  EXPECT_EQ(actions(1).back(), "ana alias_removed: champion is now demand/2");
  EXPECT_EQ(registry->reject(decision(1)).value().state, ApprovalState::Rejected);
  ASSERT_TRUE(registry->remove_alias("demand", "champion", "ana").ok());
  EXPECT_EQ(registry->find_alias("demand", "champion").error().code(), ErrorCode::NotFound);
  EXPECT_EQ(registry->remove_alias("demand", "champion", "ana").error().code(),
            ErrorCode::NotFound);
}

TEST_F(RegistryTest, DecidingTwiceIsOneDecision) {
  add(1);
  ASSERT_TRUE(registry->approve(decision(1)).ok());
  const std::size_t entries = actions(1).size();
  ASSERT_TRUE(registry->approve(decision(1)).ok());
  ASSERT_TRUE(registry->set_alias("demand", "best", 1, "ana").ok());
  ASSERT_TRUE(registry->set_alias("demand", "best", 1, "ana").ok());
  EXPECT_EQ(actions(1).size(), entries + 1);
}

TEST_F(RegistryTest, WhatIsNotThereIsNamedWithWhatIs) {
  add(1);
  const struct {
    Error error;
    std::string_view says;
  } cases[] = {
      {registry->find_version("demnd", 1).error(), "did you mean 'demand'"},
      {registry->find_version("demand", 7).error(), "its newest is 1"},
      {registry->find_alias("demand", "champion").error(), "sluice model alias"},
      {registry->list_versions("x").error(), "no model 'x'"},
      {registry->history("demand", 2).error(), "no version 2"},
      {registry->read_document(sha256("x")).error(), "no document"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(c.error.code(), ErrorCode::NotFound);
    EXPECT_NE(c.error.message().find(c.says), std::string::npos) << c.error.message();
  }
}

TEST_F(RegistryTest, BadNamesAndFoldersAreRefused) {
  NewVersion wanted = request(model(1));
  for (const auto* name : {"", "a/b", "../x", "-a", "a b", "a@b"}) {
    wanted.name = name;
    EXPECT_EQ(registry->register_version(wanted).error().code(), ErrorCode::InvalidInput) << name;
  }
  wanted = request(test.directory.path());
  EXPECT_EQ(registry->register_version(wanted).error().code(), ErrorCode::NotFound);
  add(1);
  for (const auto* alias : {"", "3", "a/b"})
    EXPECT_EQ(registry->set_alias("demand", alias, 1, "ana").error().code(),
              ErrorCode::InvalidInput);
}

// Whatever write fails, nothing half-done is seen, and the next registration does its whole work.
TEST_F(RegistryTest, AFailureAtAnyWriteLeavesNothingThatIsSeen) {
  const NewVersion wanted = request(model(1));
  int failures = 0;
  for (int n = 1;; ++n) {
    os::FaultyFiles faulty(test.files);
    auto failing = open(faulty);
    faulty.faults().fail_call(n, ErrorCode::ResourceExhausted, os::FaultPlan::Repeat::ForEver);
    const auto result = failing->register_version(wanted);
    if (result.ok()) break;
    ++failures;
    EXPECT_EQ(result.error().code(), ErrorCode::ResourceExhausted) << n;
    EXPECT_TRUE(registry->list_models().value().empty()) << n;
    ASSERT_LT(n, 200);
  }
  EXPECT_GT(failures, 5);
  const ModelVersion version = registry->find_version("demand", 1).value();
  EXPECT_EQ(model_digest(test.files, version.folder).value(), version.digest);
  add(2);
  EXPECT_TRUE(test.files.list(home() / "models/.incoming").value().empty());
}

TEST_F(RegistryTest, AFolderWithoutARowIsLeftFromACrashAndGivesWay) {
  os::Files& files = test.files;
  ASSERT_TRUE(files.make_directories(home() / "models/demand/1").ok());
  ASSERT_TRUE(files.write(home() / "models/demand/1/half", "a file").ok());
  const ModelVersion version = add(1);
  EXPECT_EQ(version.version, 1);
  EXPECT_EQ(model_digest(test.files, version.folder).value(), version.digest);
}

// Each thread has its own connection, as two processes have.
TEST_F(RegistryTest, TwoThreadsGetDifferentNumbersAndOneModelOnce) {
  std::vector<os::Path> folders;
  for (int i = 0; i < 6; ++i) folders.push_back(model(i));
  auto first = LocalRegistry::open(test.world(), home()).value();
  auto second = LocalRegistry::open(test.world(), home()).value();
  const auto work = [&](LocalRegistry& mine) {
    for (const auto& folder : folders) {
      const auto registered = mine.register_version(request(folder));
      EXPECT_TRUE(registered.ok()) << registered.error().describe();
    }
  };
  std::thread thread([&] { work(*second); });
  work(*first);
  thread.join();
  const auto versions = first->list_versions("demand").value();
  ASSERT_EQ(versions.size(), 6u);
  for (const auto& version : versions)
    EXPECT_EQ(model_digest(test.files, version.folder).value(), version.digest);
  EXPECT_EQ(first->check_audit().value(), 6);
  EXPECT_TRUE(test.files.list(home() / "models/.incoming").value().empty());
}

TEST_F(RegistryTest, AChangedOrLostAuditRowShows) {
  for (int i = 1; i <= 3; ++i) add(i);
  EXPECT_EQ(registry->check_audit().value(), 3);
  const auto change = [&](std::string_view sql) {
    ASSERT_TRUE(database
                    ->write([&](store::Transaction& transaction) -> Result<void> {
                      TRY(transaction.execute(sql));
                      return success();
                    })
                    .ok());
  };
  change("UPDATE audit SET actor = 'eve' WHERE seq = 2");
  const auto changed = registry->check_audit();
  EXPECT_EQ(changed.error().code(), ErrorCode::Corrupt);
  EXPECT_NE(changed.error().message().find("row 2"), std::string::npos);
  change("DELETE FROM audit WHERE seq = 2");
  EXPECT_NE(registry->check_audit().error().message().find("lost row 2"), std::string::npos);
}

TEST_F(RegistryTest, ANewerSchemaIsRefused) {
  ASSERT_TRUE(test.files.make_directories(home(), 0700).ok());
  {
    auto newer = store::open_sqlite(home() / "ml.db").value();
    const store::Migration future[] = {{1, "CREATE TABLE a (x INTEGER)"},
                                       {2, "CREATE TABLE b (x INTEGER)"},
                                       {3, "CREATE TABLE c (x INTEGER)"}};
    ASSERT_TRUE(store::migrate(*newer, "ml_registry", future).ok());
  }
  const auto opened = LocalRegistry::open(test.world(), home());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::FailedPrecondition);
}

TEST_F(RegistryTest, AHomeKeepsWhatWasRegistered) {
  const os::World world = test.world();
  {
    auto first = LocalRegistry::open(world, home()).value();
    ASSERT_TRUE(first->register_version(request(model(1))).ok());
  }
  auto again = LocalRegistry::open(world, home()).value();
  EXPECT_EQ(again->find_version("demand", 1).value().lineage.commit, "abc");
}

TEST(ModelReference, HasThreeForms) {
  const struct {
    std::string_view text;
    ModelReference meant;
  } cases[] = {
      {"demand", AliasReference{"demand", "champion"}},
      {"demand/3", VersionReference{"demand", 3}},
      {"demand@canary", AliasReference{"demand", "canary"}},
      {"models:/demand/12", VersionReference{"demand", 12}},
      {"models:/demand@best", AliasReference{"demand", "best"}},
      {"models:/demand", AliasReference{"demand", "champion"}},
      {"./demand", PathReference{"./demand"}},
      {"../demand/3", PathReference{"../demand/3"}},
      {"/var/m", PathReference{"/var/m"}},
      {"out/model", PathReference{"out/model"}},
      {"out/1/model", PathReference{"out/1/model"}},
      {".", PathReference{"."}},
      {"demand/0", PathReference{"demand/0"}},
      {"demand/03x", PathReference{"demand/03x"}},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_model_reference(c.text).value(), c.meant) << c.text;
  for (const auto* bad : {"", "models:/", "models:/a/0", "models:/a/x", "models:/a@", "demand@",
                          "demand@a@b", "models:/a/99999999999999999999"})
    EXPECT_EQ(parse_model_reference(bad).error().code(), ErrorCode::InvalidInput) << bad;
}

TEST_F(RegistryTest, ReferencesResolveToFoldersWhoseFilesAreVerified) {
  add(1);
  ASSERT_TRUE(registry->approve(decision(1)).ok());
  ASSERT_TRUE(registry->set_alias("demand", "champion", 1, "ana").ok());
  for (const auto* text : {"demand", "demand/1", "demand@champion", "models:/demand/1"}) {
    const auto resolved = resolve_model(*registry, test.files, text).value();
    EXPECT_EQ(resolved.label, "demand/1");
    EXPECT_EQ(resolved.folder, home() / "models/demand/1");
  }
  const auto path = resolve_model(*registry, test.files, model(2).string()).value();
  EXPECT_FALSE(path.version);
  EXPECT_EQ(path.digest, model_digest(test.files, model(2)).value());
  EXPECT_EQ(resolve_model(*registry, test.files, "./nothing").error().code(), ErrorCode::NotFound);
  os::Files& files = test.files;
  ASSERT_TRUE(files.write(home() / "models/demand/1/MLmodel", "changed").ok());
  EXPECT_EQ(resolve_model(*registry, test.files, "demand/1").error().code(), ErrorCode::Corrupt);
}

RequiredGate demanded(const Verdict& verdict) {
  return {"gates/demand.yml", verdict.gate.digest, std::nullopt, "units", "/shop", "1a2b3c4"};
}

TEST_F(RegistryTest, ARequiredGateAsksForItsOwnVerdict) {
  const os::Path folder = model(1);
  Verdict verdict = verdict_on(folder, CheckStatus::Passed);
  verdict.target = "units";
  verdict.gate.digest = sha256("lax");
  ASSERT_TRUE(present(folder, verdict).ok());
  RequiredGate gate = demanded(verdict);
  gate.digest = sha256("strict");
  ASSERT_TRUE(registry->require_gate("demand", gate, "ana").ok());
  const auto refused = registry->approve(decision(1));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::FailedPrecondition);
  EXPECT_NE(refused.error().message().find("with another content"), std::string::npos)
      << refused.error().message();
  ASSERT_TRUE(registry->require_gate("demand", demanded(verdict), "bo").ok());
  EXPECT_TRUE(registry->approve(decision(1)).ok());
  EXPECT_TRUE(registry->check_audit().ok());
}

TEST_F(RegistryTest, ARequiredGateIsForItsNameAlone) {
  const os::Path folder = model(1);
  ASSERT_TRUE(present(folder, verdict_on(folder, CheckStatus::Passed)).ok());
  RequiredGate gate = demanded(verdict_on(folder, CheckStatus::Passed));
  gate.digest = sha256("strict");
  ASSERT_TRUE(registry->require_gate("price", gate, "ana").ok());
  EXPECT_TRUE(registry->approve(decision(1)).ok());
}

TEST_F(RegistryTest, ARequiredGateAsksForItsTargetAndItsWaivers) {
  const os::Path folder = model(1);
  Verdict verdict = verdict_on(folder, CheckStatus::Waived);
  verdict.checks[0].waiver =
      Waiver{"price", "", "ana", "Easter week", "2099-01-01", Timestamp::max()};
  verdict.checks[0].waiver->end = test.clock.now() + std::chrono::hours(24);
  verdict.waivers = NamedDigest{"mine.yml", sha256("mine")};
  verdict.target = "easy";
  ASSERT_TRUE(present(folder, verdict).ok());
  RequiredGate gate = demanded(verdict);
  ASSERT_TRUE(registry->require_gate("demand", gate, "ana").ok());
  EXPECT_NE(registry->approve(decision(1)).error().message().find("judges by the column 'easy'"),
            std::string::npos);
  gate.target = "";
  ASSERT_TRUE(registry->require_gate("demand", gate, "ana").ok());
  EXPECT_NE(registry->approve(decision(1)).error().message().find("do not stand beside"),
            std::string::npos);
  gate.waivers = sha256("others");
  ASSERT_TRUE(registry->require_gate("demand", gate, "ana").ok());
  EXPECT_NE(registry->approve(decision(1)).error().message().find("are not those beside"),
            std::string::npos);
  gate.waivers = sha256("mine");
  ASSERT_TRUE(registry->require_gate("demand", gate, "ana").ok());
  EXPECT_TRUE(registry->approve(decision(1)).ok());
}

TEST_F(RegistryTest, OnlyTheSameRepositoryNamesAnotherGate) {
  RequiredGate gate{"g.yml", sha256("a"), sha256("w"), "units", "/shop", "1a2b3c4"};
  EXPECT_FALSE(registry->required_gate("demand").value().has_value());
  ASSERT_TRUE(registry->require_gate("demand", gate, "ana").ok());
  EXPECT_EQ(registry->required_gate("demand").value(), gate);
  RequiredGate elsewhere = gate;
  elsewhere.repository = "/other";
  EXPECT_TRUE(registry->require_gate("demand", elsewhere, "bo").ok()) << "it asks for the same";
  EXPECT_EQ(registry->required_gate("demand").value(), gate);
  elsewhere.digest = sha256("b");
  const auto refused = registry->require_gate("demand", elsewhere, "bo");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("sluice model gate demand --remove"), std::string::npos);
  ASSERT_TRUE(registry->release_gate("demand", "cleo").ok());
  EXPECT_EQ(registry->release_gate("demand", "cleo").error().code(), ErrorCode::NotFound);
  ASSERT_TRUE(registry->require_gate("demand", elsewhere, "bo").ok());
  std::vector<std::string> rows;
  const auto history = registry->gate_history("demand").value();
  for (const auto& entry : history) rows.push_back(cat(entry.actor, " ", entry.action));
  EXPECT_EQ(rows, (std::vector<std::string>{"ana gate_set", "cleo gate_removed", "bo gate_set"}));
  EXPECT_NE(history[0].comment.find("by sluice.yml of /shop at 1a2b3c4"), std::string::npos);
  EXPECT_TRUE(registry->check_audit().ok());
}

}  // namespace
}  // namespace sluice::ml
