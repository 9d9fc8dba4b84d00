#include "ml/evaluate/verdict.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/strings.h"
#include "ml/evaluate/wording.h"
#include "os/testing/test_world.h"

namespace sluice::ml {
namespace {

Verdict small_verdict(CheckStatus status) {
  Verdict verdict;
  verdict.model = {"demand/4", sha256("model")};
  verdict.gate = {"gates/demand.yml", sha256("gate")};
  verdict.gate_model = "demand";
  verdict.data = {"test.csv", sha256("data")};
  verdict.champion = NamedDigest{"demand/3", sha256("champion")};
  verdict.rows = 9130;
  CheckResult check;
  check.name = "price";
  check.kind = "behaviour";
  check.status = status;
  check.measured = 0.3716;
  check.limit = 0.01;
  check.interval = Interval{0.1, std::numeric_limits<double>::infinity()};
  check.sentence = "Raising the price | raises demand.";
  verdict.checks = {check};
  verdict.time = from_micros(1'767'225'600'000'000);
  return verdict;
}

const VerdictKey kKey(std::string(32, 'k'));

std::string text_of(CheckStatus status) {
  return to_pretty_text(signed_json(small_verdict(status), kKey));
}

TEST(Verdict, ReadsBackAsItWasSigned) {
  const auto verified = verify_verdict(text_of(CheckStatus::Passed), kKey).value();
  EXPECT_TRUE(verified.passed);
  EXPECT_EQ(verified.model, sha256("model"));
  EXPECT_EQ(verified.data.name, "test.csv");
  EXPECT_EQ(verified.data.digest, sha256("data"));
  EXPECT_EQ(verified.gate.name, "gates/demand.yml");
  EXPECT_EQ(verified.gate_model, "demand");
  EXPECT_EQ(verified.champion, sha256("champion"));
  EXPECT_FALSE(verified.compares);
  Verdict comparing = small_verdict(CheckStatus::Passed);
  comparing.checks[0].detail[kAgainstChampion] = true;
  comparing.champion.reset();
  const auto compared = verify_verdict(to_pretty_text(signed_json(comparing, kKey)), kKey).value();
  EXPECT_TRUE(compared.compares);
  EXPECT_FALSE(compared.champion);
  EXPECT_EQ(to_micros(verified.time), 1'767'225'600'000'000);
  const auto failed = verify_verdict(text_of(CheckStatus::Failed), kKey).value();
  EXPECT_FALSE(failed.passed);
  EXPECT_EQ(failed.failed_checks, std::vector<std::string>{"price"});
}

TEST(Verdict, WithoutChecksNothingHasPassed) {
  Verdict verdict = small_verdict(CheckStatus::Passed);
  verdict.checks.clear();
  EXPECT_FALSE(verdict.passed());
}

TEST(Verdict, AnyChangeBreaksTheSignature) {
  const std::string text = text_of(CheckStatus::Failed);
  const std::pair<std::string, std::string> changes[] = {
      {"\"passed\": false", "\"passed\": true"},
      {sha256("model").hex(), sha256("other").hex()},
      {sha256("data").hex(), sha256("other").hex()},
      {"price", "prise"},
      {"9130", "9131"},
      {"\"run_id\": \"\"", "\"run_id\": \"x\""},
      {"\"value\": \"", "\"value\": \"0"},
  };
  for (const auto& [from, to] : changes) {
    const std::string changed = replace_all(text, from, to);
    ASSERT_NE(changed, text) << from;
    const auto verdict = verify_verdict(changed, kKey);
    ASSERT_FALSE(verdict.ok()) << from;
    EXPECT_EQ(verdict.error().code(), ErrorCode::FailedPrecondition);
  }
  EXPECT_EQ(verify_verdict(text, VerdictKey(std::string(32, 'x'))).error().code(),
            ErrorCode::FailedPrecondition);
}

TEST(Verdict, WhatIsNoVerdictIsSaidSo) {
  for (const auto* text :
       {"", "[]", "{}", "null", R"({"format": "sluice verdict 1"})",
        R"({"format": "sluice verdict 1", "signature": {"algorithm": "none", "value": ""}})",
        R"({"format": "sluice verdict 1", "signature": "x"})"}) {
    const auto verdict = verify_verdict(text, kKey);
    ASSERT_FALSE(verdict.ok()) << text;
    EXPECT_NE(verdict.error().code(), ErrorCode::FailedPrecondition) << text;
  }
}

TEST(Verdict, IsReadableAsTextAndMarkdown) {
  const Verdict verdict = small_verdict(CheckStatus::Failed);
  EXPECT_NE(
      to_terminal_text(verdict).find("gate gates/demand.yml is closed: its only check failed"),
      std::string::npos)
      << to_terminal_text(verdict);
  EXPECT_NE(to_markdown(verdict).find("| **failed** | Raising the price \\| raises demand. |"),
            std::string::npos);
}

TEST(Verdict, NotesStandOnALineEach) {
  Verdict verdict = small_verdict(CheckStatus::Failed);
  verdict.checks[0].notes = {"More rows | would tell.", "Verdict inconclusive: they do not tell."};
  EXPECT_NE(
      to_terminal_text(verdict).find("\n          More rows | would tell.\n          Verdict"),
      std::string::npos);
  EXPECT_NE(to_markdown(verdict).find("demand.<br>More rows \\| would tell.<br>Verdict"),
            std::string::npos);
  const Json json = signed_json(verdict, VerdictKey(std::string(32, 'k')));
  const JsonObject& check = get_array(json.as_object(), "checks").value()->front().as_object();
  EXPECT_EQ(get_array(check, "notes").value()->size(), 2u);
}

TEST(VerdictKey, IsMadeOnceAndKeptPrivate) {
  os::TestWorld test;
  const os::Path home = test.directory.path();
  const auto key = VerdictKey::open(test.files, test.random, home).value();
  const auto again = VerdictKey::open(test.files, test.random, home).value();
  EXPECT_EQ(key.sign("x"), again.sign("x"));
  const os::Path path = home / "keys/verdict.key";
  EXPECT_EQ(test.files.stat(path).value().mode & 0777u, 0600u);
  ASSERT_TRUE(test.files.set_mode(path, 0644).ok());
  EXPECT_EQ(VerdictKey::open(test.files, test.random, home).error().code(),
            ErrorCode::PermissionDenied);
}

TEST(VerdictKey, ATruncatedKeyIsRefused) {
  os::TestWorld test;
  os::Files& files = test.files;
  ASSERT_TRUE(files.make_directories(test.directory / "keys").ok());
  ASSERT_TRUE(
      files.write(test.directory / "keys/verdict.key", "short", os::Durability::Process, 0600)
          .ok());
  EXPECT_EQ(VerdictKey::open(test.files, test.random, test.directory.path()).error().code(),
            ErrorCode::Corrupt);
}

TEST(Wording, NumbersHaveThreeDigitsAndGroups) {
  const std::pair<double, std::string_view> numbers[] = {
      {0, "0"},         {0.31234, "0.312"}, {12.34, "12.3"},
      {9130, "9 130"},  {-0.05, "-0.05"},   {100, "100"},
      {1.1, "1.1"},     {-1234, "-1 234"},  {0.00123, "0.00123"},
      {999.96, "1000"}, {1e20, "1e+20"},
  };
  for (const auto& [number, text] : numbers) EXPECT_EQ(short_number(number), text);
  const std::pair<double, std::string_view> shares[] = {
      {0.3716, "37.2 %"}, {0.01, "1 %"},   {0, "0 %"},     {0.0005, "0.05 %"},
      {1, "100 %"},       {-0.1, "-10 %"}, {40, "4 000 %"}};
  for (const auto& [share, text] : shares) EXPECT_EQ(short_percent(share), text);
}

}  // namespace
}  // namespace sluice::ml
