#include "ml/evaluate/report_file.h"

#include <gtest/gtest.h>

#include <string>

#include "ml/evaluate/waiver.h"

namespace sluice::ml {
namespace {

template <class Report>
std::string error_of(const Result<Report>& report) {
  return report.ok() ? "it is fine" : report.error().describe();
}

TEST(JUnit, CountsCasesAndNotTheTotalsThatTheReportClaims) {
  const auto report = read_junit(R"(<?xml version="1.0"?>
<testsuites tests="9" failures="0">
  <testsuite name="s" tests="9">
    <testcase classname="a.B" name="one"/>
    <testcase classname="a.B" name="two"><failure message="x">why</failure><error/></testcase>
    <testcase name="three"><error/></testcase>
    <testcase name="four"><skipped/></testcase>
  </testsuite>
</testsuites>)");
  ASSERT_TRUE(report.ok()) << error_of(report);
  EXPECT_EQ(report->tests, 4u);
  EXPECT_EQ(report->failures, 2u);
  EXPECT_EQ(report->skipped, 1u);
  EXPECT_EQ(report->failed, (std::vector<std::string>{"a.B.two", "three"}));
}

TEST(JUnit, WhatBrokeOutsideOfACaseFails) {
  const auto beside = read_junit(
      "<testsuites><testsuite><error message='fixture'/><testcase name='x'/></testsuite>"
      "</testsuites>");
  EXPECT_EQ(beside->failures, 1u);
  EXPECT_EQ(beside->failed, std::vector<std::string>{"(suite)"});
  const auto after = read_junit(
      "<testsuite><testcase name='x'><failure/></testcase><error/><testcase "
      "name='y'/></testsuite>");
  EXPECT_EQ(after->failures, 2u);
  const auto claimed = read_junit(
      "<testsuites failures='2' errors='1'><testsuite><testcase name='x'/></testsuite>"
      "</testsuites>");
  EXPECT_EQ(claimed->failures, 2u);
}

TEST(JUnit, WhatWasNotRunIsNoTestThatRan) {
  const auto report = read_junit(
      "<testsuite><testcase name='x' status='notrun' result='suppressed'/>"
      "<testcase name='y' status='notrun'><skipped/></testcase><testcase name='z' status='run'/>"
      "<testcase name='v' status='disabled'/></testsuite>");
  EXPECT_EQ(report->tests, 4u);
  EXPECT_EQ(report->skipped, 3u);
}

TEST(Cobertura, LinesOfMethodsAreNotCountedTwice) {
  const auto report = read_cobertura(
      "<coverage><class><methods><method><lines><line hits='1'/></lines></method></methods>"
      "<lines><line hits='1'/><line hits='0'/></lines></class></coverage>");
  EXPECT_EQ(report->lines, 2u);
  EXPECT_EQ(report->covered, 1u);
}

TEST(Cobertura, TakesTotalsElseCountsLines) {
  EXPECT_EQ(read_cobertura("<coverage lines-valid='10' lines-covered='8'/>")->covered, 8u);
  const auto counted = read_cobertura(
      "<coverage><class><line number='1' hits='0'/><line number='2' hits='3'/></class></coverage>");
  EXPECT_EQ(counted->lines, 2u);
  EXPECT_EQ(counted->covered, 1u);
  const auto impossible =
      read_cobertura("<coverage lines-valid='1' lines-covered='9'><line hits='1'/></coverage>");
  EXPECT_EQ(impossible->lines, 1u) << "totals that cannot be are not believed";
}

TEST(Sarif, LevelsComeFromTheResultElseItsRuleElseWarning) {
  const auto report = read_sarif(R"({"version": "2.1.0", "runs": [{
    "tool": {"driver": {"rules": [{"id": "R0", "defaultConfiguration": {"level": "error"}}]}},
    "results": [{"ruleId": "CVE-1", "level": "error"}, {"ruleId": "R0", "ruleIndex": 0},
                {"ruleId": "R9", "ruleIndex": 9}, {"level": "note"},
                {"level": "error", "suppressions": [{"kind": "inSource"}]}]}]})");
  ASSERT_TRUE(report.ok()) << error_of(report);
  EXPECT_EQ(report->errors, 2u);
  EXPECT_EQ(report->warnings, 1u);
  EXPECT_EQ(report->notes, 1u);
  EXPECT_EQ(report->first_rules, (std::vector<std::string>{"CVE-1", "R0"}));
}

TEST(Sarif, TheRuleIsFoundByNameAndInExtensions) {
  const auto report = read_sarif(R"({"runs": [{
    "tool": {"driver": {"rules": [{"id": "A", "defaultConfiguration": {"level": "error"}}]},
             "extensions": [{"rules": [{"id": "B", "defaultConfiguration": {"level": "error"}}]}]},
    "results": [{"ruleId": "A"}, {"ruleId": "A/1"}, {"ruleId": "B"},
                {"rule": {"id": "B", "index": 0, "toolComponent": {"index": 0}}},
                {"rule": {"index": 0}}, {"ruleId": "C"}]}]})");
  ASSERT_TRUE(report.ok()) << error_of(report);
  EXPECT_EQ(report->errors, 5u);
  EXPECT_EQ(report->warnings, 1u);
}

TEST(Sarif, ASuppressionThatWasNotGrantedSuppressesNothing) {
  const auto report = read_sarif(R"({"runs": [{"results": [
    {"level": "error", "suppressions": [{"kind": "external", "status": "rejected"}]},
    {"level": "error", "suppressions": [{"status": "accepted"}, {"status": "underReview"}]},
    {"level": "error", "suppressions": []},
    {"level": "error", "suppressions": [{"status": "accepted"}]}]}]})");
  EXPECT_EQ(report->errors, 3u);
}

TEST(Sarif, AScanThatFailedOrSpeaksOfUnknownLevelsProvesNothing) {
  EXPECT_NE(error_of(read_sarif(R"({"runs": [{"invocations": [{"executionSuccessful": false}],
                                              "results": []}]})"))
                .find("did not succeed"),
            std::string::npos);
  EXPECT_NE(error_of(read_sarif(R"({"runs": [{"results": [{"level": "critical"}]}]})"))
                .find("'critical'"),
            std::string::npos);
  EXPECT_TRUE(read_sarif(R"({"runs": [{"invocations": [{"executionSuccessful": true}],
                                       "results": []}]})")
                  .ok());
}

TEST(Reports, ThatAreNoneProveNothing) {
  EXPECT_NE(error_of(read_junit("<coverage/>")).find("no JUnit report"), std::string::npos);
  EXPECT_NE(error_of(read_junit("")).find("line 1"), std::string::npos);
  EXPECT_NE(error_of(read_junit("<testsuite><testcase></testsuite>")).find("line 1"),
            std::string::npos);
  EXPECT_NE(error_of(read_cobertura("<testsuite/>")).find("no Cobertura"), std::string::npos);
  EXPECT_NE(error_of(read_sarif("{\"runs\": []}")).find("nothing was scanned"), std::string::npos);
  EXPECT_NE(error_of(read_sarif("{\"runs\": [{}]}")).find("did not finish"), std::string::npos);
  EXPECT_NE(error_of(read_sarif("[]")), "it is fine");
}

TEST(Reports, AnExplosionOfEntitiesIsRefusedAtOnce) {
  const auto report =
      read_junit("<!DOCTYPE t [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><testsuite name='&b;'/>");
  EXPECT_NE(error_of(report).find("document type"), std::string::npos) << error_of(report);
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "<a>";
  EXPECT_NE(error_of(read_junit(deep)).find("nested too deeply"), std::string::npos);
}

constexpr std::string_view kWaivers = R"(
waivers:
  - {check: accurate, who: ana, why: Easter week is missing, expires: 2026-04-30}
  - {check: price, gate: demand.yml, who: bo, why: promotion test in ten shops, expires: 2026-01-31}
)";

std::vector<CheckResult> failed_checks() {
  std::vector<CheckResult> results(2);
  results[0].name = "accurate";
  results[0].sentence = "Too bad.";
  results[1].name = "price";
  results[1].sentence = "Too dear.";
  return results;
}

TEST(Waivers, HoldUntilTheirLastDayEndsAndSayWhoAndWhy) {
  const Waivers waivers = parse_waivers(kWaivers, "waivers.yml").value();
  auto results = failed_checks();
  apply_waivers(results, waivers, "gates/demand.yml", *parse_rfc3339("2026-01-31T23:59:59Z"));
  EXPECT_EQ(results[0].status, CheckStatus::Waived);
  EXPECT_EQ(results[0].sentence, "Too bad. Waived until 2026-04-30 by ana: Easter week is missing");
  EXPECT_EQ(results[1].status, CheckStatus::Waived);
  results = failed_checks();
  apply_waivers(results, waivers, "gates/demand.yml", *parse_rfc3339("2026-02-01T00:00:00Z"));
  EXPECT_EQ(results[1].status, CheckStatus::Failed);
  EXPECT_EQ(results[1].sentence,
            "Too dear. The waiver of bo expired on 2026-01-31: it counts no more.");
}

TEST(Waivers, OfAnotherGateOrAPassedCheckDoNothing) {
  const Waivers waivers = parse_waivers(kWaivers, "waivers.yml").value();
  auto results = failed_checks();
  results[0].status = CheckStatus::Passed;
  apply_waivers(results, waivers, "gates/other.yml", *parse_rfc3339("2026-01-01T00:00:00Z"));
  EXPECT_EQ(results[0].status, CheckStatus::Passed);
  EXPECT_EQ(results[1].status, CheckStatus::Failed);
}

TEST(Waivers, ThatReachMoreThanAYearAheadDoNotCount) {
  const Waivers waivers = parse_waivers(kWaivers, "waivers.yml").value();
  auto results = failed_checks();
  apply_waivers(results, waivers, "gates/demand.yml", *parse_rfc3339("2025-04-30T00:00:00Z"));
  EXPECT_EQ(results[0].status, CheckStatus::Waived);
  results = failed_checks();
  apply_waivers(results, waivers, "gates/demand.yml", *parse_rfc3339("2025-04-29T00:00:00Z"));
  EXPECT_EQ(results[0].status, CheckStatus::Failed);
  EXPECT_NE(results[0].sentence.find("more than a year ahead"), std::string::npos);
}

TEST(Waivers, WithoutReasonNameOrDayAreRefusedWithTheirPlace) {
  for (const char* text :
       {"waivers:\n  - {check: a, who: ana, why: ok, expires: 2026-01-01}",
        "waivers:\n  - {check: a, who: '', why: a good long reason, expires: 2026-01-01}",
        "waivers:\n  - {check: a, who: ana, why: a good long reason, expires: soon}",
        "waivers:\n  - {check: a, who: ana, why: a good long reason}",
        "waivers:\n  - {check: a, who: ana, why: a good long reason, expires: 2026-01-01, x: 1}",
        "waivers:\n  - {check: a, gate: '', who: ana, why: a good long reason, expires: "
        "2026-01-01}",
        "waivers: all"}) {
    const auto waivers = parse_waivers(text, "waivers.yml");
    ASSERT_FALSE(waivers.ok()) << text;
    EXPECT_NE(waivers.error().message().find("waivers.yml:"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace sluice::ml
