#include "app/conformance/suites.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "os/testing/test_world.h"

namespace sluice::app::conformance {
namespace {

std::string verdicts(const std::vector<CaseResult>& results) {
  std::string text;
  for (const CaseResult& result : results)
    text += result.verdict == Verdict::Passed ? 'P' : result.verdict == Verdict::Failed ? 'F' : '-';
  return text;
}

TEST(ExpressionSuite, JudgesValuesKindsAndErrors) {
  struct Row {
    const char* document;
    const char* verdicts;
  };
  const Row rows[] = {
      {R"({"g": [{"expr": "1", "result": {"kind": "Number", "value": 1}}]})", "P"},
      {R"({"g": [{"expr": "1", "result": {"kind": "String", "value": "1"}}]})", "F"},
      {R"({"g": [{"expr": "NaN", "result": {"kind": "Number", "value": "NaN"}}]})", "P"},
      {R"({"g": [{"expr": "null", "result": {"kind": "Null"}}]})", "P"},
      {R"({"g": [{"expr": "a.b", "contexts": {"a": {"b": 2}},
                  "result": {"kind": "Number", "value": 2}}]})",
       "P"},
      {R"({"g": [{"expr": "a.b", "err": {"kind": "parsing", "value": "Unrecognized"}}]})", "P"},
      {R"({"g": [{"expr": "1", "err": {"kind": "parsing", "value": ""}}]})", "F"},
      {R"({"g": [{"expr": "1 +", "result": {"kind": "Number", "value": 1}}]})", "F"},
      {R"({"g": [{"expr": "1", "options": {"skip": ["Go", "C#"]}}]})", "-"},
      {R"({"g": [{"expr": "1", "options": {"skip": ["typescript"]},
                  "result": {"kind": "Number", "value": 2}}]})",
       "F"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(verdicts(judge_expressions("f.json", row.document)), row.verdicts) << row.document;
}

TEST(ExpressionSuite, OddDocumentsAreFailuresAndNoCrash) {
  EXPECT_EQ(verdicts(judge_expressions("f.json", "[]")), "F");
  EXPECT_EQ(verdicts(judge_expressions("f.json", "{")), "F");
  EXPECT_EQ(verdicts(judge_expressions("f.json", R"({"g": [3, {"expr": 4}, {"expr": "1"}]})")),
            "FFF");
  EXPECT_EQ(verdicts(judge_expressions("f.json", R"({"remark": "not a list", "count": 3})")), "");
  EXPECT_EQ(verdicts(judge_expressions(
                "f.json", R"({"one": {"expr": "1", "result": {"kind": "Number", "value": 1}}})")),
            "P");
}

constexpr const char* kWorkflow =
    "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo hi\n";

std::string with_expectation(std::string_view workflow, std::string_view expected) {
  return cat("include-source: false\n---\n", workflow, "---\n", expected, "\n");
}

TEST(ParserSuite, ComparesTheWholeWorkflow) {
  const std::string good = R"json(
{"jobs": [{"type": "job", "id": "build", "name": "build", "if": {"type": 3, "expr": "success()"},
  "runs-on": "ubuntu-latest",
  "steps": [{"id": "__run", "if": {"type": 3, "expr": "success()"}, "run": "echo hi"}]}]})json";
  EXPECT_EQ(judge_parser_case("a.yml", with_expectation(kWorkflow, good)).verdict, Verdict::Passed);
  const std::string other = replace_all(good, "echo hi", "echo ho");
  const CaseResult wrong = judge_parser_case("a.yml", with_expectation(kWorkflow, other));
  EXPECT_EQ(wrong.verdict, Verdict::Failed);
  EXPECT_NE(wrong.expected.find("echo ho"), std::string::npos);
  EXPECT_NE(wrong.got.find("echo hi"), std::string::npos);
}

TEST(ParserSuite, AnErrorCountsWithItsFileLineAndColumn) {
  const std::string broken = replace_all(kWorkflow, "echo hi", "echo ${{ nope.x }}");
  const auto verdict = [&](std::string_view message) {
    const std::string errors = cat("{\"errors\": [{\"Message\": \"", message, "\"}]}");
    return judge_parser_case("a.yml", with_expectation(broken, errors)).verdict;
  };
  EXPECT_EQ(verdict(".github/workflows/a.yml (Line: 6, Col: 14): whatever"), Verdict::Passed);
  EXPECT_EQ(verdict(".github/workflows/b.yml (Line: 6, Col: 14): whatever"), Verdict::Failed);
  EXPECT_EQ(verdict(".github/workflows/a.yml (Line: 5, Col: 14): whatever"), Verdict::Failed);
  EXPECT_EQ(verdict(".github/workflows/a.yml (Line: 6, Col: 9): whatever"), Verdict::Failed);
}

TEST(ParserSuite, AnUnexpectedMistakeFailsAndASkippedCaseIsApart) {
  const std::string broken = replace_all(kWorkflow, "runs-on", "runs-off");
  EXPECT_EQ(judge_parser_case("a.yml", with_expectation(broken, "{}")).verdict, Verdict::Failed);
  const std::string options = "skip:\n  - Go\n  - C#\n---\n";
  EXPECT_EQ(judge_parser_case("a.yml", cat(options, kWorkflow, "---\n{}\n")).verdict,
            Verdict::NotApplicable);
  EXPECT_EQ(judge_parser_case("a.yml", "skip:\n  - Go\n---\na\n---\n{}\n").verdict,
            Verdict::Failed);
}

TEST(ParserSuite, OddFilesAreFailuresAndNoCrash) {
  for (const char* text : {"", "---", "---\n---\n", "a: [\n---\nx\n---\n{}\n", "---\nx\n---\n{\n",
                           "---\nx\n---\nname only\n---\n{}\n", "---\non: push\n---\n3\n"})
    EXPECT_EQ(judge_parser_case("a.yml", text).verdict, Verdict::Failed) << text;
}

class Folder : public testing::Test {
 protected:
  void write(std::string_view name, std::string_view text) {
    const os::Path path = world_.directory / name;
    ASSERT_TRUE(files_.make_directories(path.parent_path()).ok());
    ASSERT_TRUE(files_.write(path, text).ok());
  }
  std::string run(std::string_view suite) {
    const auto report = run_suite(world_.world(), suite, world_.directory.path());
    return report.ok() ? verdicts(report->cases) : report.error().describe();
  }

  os::TestWorld world_;
  os::Files& files_ = world_.files;
};

using ActionlintSuite = Folder;

TEST_F(ActionlintSuite, ALineIsPassedByAMistakeOfItsKindOnIt) {
  const std::string broken = replace_all(kWorkflow, "runs-on", "runs-off");
  write("a.yaml", broken);
  write("a.out",
        "test.yaml:4:5: unexpected key [syntax-check]\n"
        "/test\\.yaml:4:5: .+ \\[syntax-check\\]/\n"
        "test.yaml:4:5: unexpected key [events]\n"
        "test.yaml:6:5: unexpected key [syntax-check]\n"
        "/no place at all/\n");
  EXPECT_EQ(run("actionlint"), "PPFFP");
}

TEST_F(ActionlintSuite, AMistakeInNeedsMayBeExpectedAtTheIdOfItsJob) {
  write("a.yaml",
        "on: push\njobs:\n  one:\n    runs-on: x\n    needs:\n      - nope\n    steps: [{run: x}]\n"
        "  two:\n    runs-on: x\n    needs: nope\n    steps: [{run: x}]\n");
  write("a.out",
        "test.yaml:3:3: which does not exist [job-needs]\n"
        "test.yaml:8:3: which does not exist [job-needs]\n"
        "test.yaml:6:3: which does not exist [job-needs]\n"
        "test.yaml:2:3: which does not exist [job-needs]\n"
        "test.yaml:9:3: which does not exist [job-needs]\n"
        "test.yaml:8:3: which does not exist [syntax-check]\n");
  EXPECT_EQ(run("actionlint"), "PPPFFF");
}

TEST_F(ActionlintSuite, AFileWithoutExpectationMustBeSilent) {
  write("good.yaml", kWorkflow);
  write("ours.yaml", replace_all(kWorkflow, "echo hi", "cat x | tee y"));
  write("wrong.yaml", replace_all(kWorkflow, "runs-on", "runs-off"));
  EXPECT_EQ(run("actionlint"), "PPF");
}

TEST_F(ActionlintSuite, ProjectsAreReadAsAWhole) {
  write("one/workflows/ci.yaml", replace_all(kWorkflow, "runs-on", "runs-off"));
  write("one.out", "workflows/ci.yaml:4:5: unexpected key [syntax-check]\n");
  write("two/.github/workflows/ci.yml", kWorkflow);
  write("no_project/readme.txt", "x");
  EXPECT_EQ(run("actionlint"), "PP");
}

using RealworldSuite = Folder;

TEST_F(RealworldSuite, FilesPassWhenPlannedOrRejectedWithAPlace) {
  write("good.yml", kWorkflow);
  write("wrong.yaml", "on: push\njobs: 3\n");
  write("deeper/empty.yml", "");
  write("not_yaml.txt", "x");
  EXPECT_EQ(run("realworld"), "PPP");
}

using AnySuite = Folder;

TEST_F(AnySuite, WithoutCasesOrUnknownIsBadInput) {
  for (const std::string& suite : suite_names())
    EXPECT_NE(run(suite).find("holds no case"), std::string::npos) << suite;
  EXPECT_NE(run("expresions").find("did you mean 'expressions'"), std::string::npos);
  const auto missing = run_suite(world_.world(), "expressions", "/nowhere/at/all");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::InvalidInput);
}

// Wraps one test of a type on the columns x: [1, 2, null] and s: ["a", "b", "b"].
std::string gx_suite(std::string_view type, std::string_view test) {
  return cat(R"({"expectation_type": ")", type,
             R"(", "datasets": [{"data": {"x": [1, 2, null], "s": ["a", "b", "b"]}, "tests": [)",
             test, "]}]}");
}

TEST(GreatExpectationsSuite, JudgesEveryResultThatACaseNames) {
  struct Row {
    const char* type;
    const char* test;
    const char* verdict;
  };
  const Row rows[] = {
      {"expect_column_values_to_be_between",
       R"({"title": "t", "in": {"column": "x", "max_value": 1},
           "out": {"success": false, "unexpected_list": [2],
                   "unexpected_index_list": [{"x": 2, "pk_index": 1}]}})",
       "P"},
      {"expect_column_values_to_be_between",
       R"({"in": {"column": "x", "max_value": 1}, "out": {"success": true}})", "F"},
      {"expect_column_values_to_be_between",
       R"({"in": {"column": "x", "max_value": 1}, "out": {"unexpected_list": [1]}})", "F"},
      {"expect_column_values_to_be_between",
       R"({"in": {"column": "x", "max_value": 1},
           "out": {"unexpected_index_list": [{"x": 2, "pk_index": 2}]}})",
       "F"},
      {"expect_column_values_to_be_between",
       R"({"in": {"column": "s", "max_value": 1}, "out": {"success": false}})", "F"},
      {"expect_column_values_to_be_between",
       R"({"in": {"column": "s", "max_value": 1}, "out": {},
           "error": {"traceback_substring": "TypeError"}})",
       "P"},
      {"expect_column_values_to_be_between",
       R"({"in": {"column": "x", "max_value": 9}, "out": {"traceback_substring": "E"}})", "F"},
      {"expect_column_mean_to_be_between",
       R"({"in": {"column": "x", "min_value": 1}, "out": {"observed_value": 1.5}})", "P"},
      {"expect_column_mean_to_be_between",
       R"({"in": {"column": "x", "min_value": 1}, "out": {"observed_value": 1.51}})", "F"},
      {"expect_column_mean_to_be_between",
       R"({"in": {"column": "x", "min_value": 1}, "tolerance": 0.1,
           "out": {"observed_value": 1.51}})",
       "P"},
      {"expect_column_distinct_values_to_be_in_set",
       R"({"exact_match_out": true, "in": {"column": "s", "value_set": ["a", "b"]},
           "out": {"success": true, "result": {"observed_value": ["a", "b"]}}})",
       "P"},
      {"expect_column_distinct_values_to_be_in_set",
       R"({"exact_match_out": true, "in": {"column": "s", "value_set": ["a", "b"]},
           "out": {"success": true, "result": {"observed_value": ["a"]}}})",
       "F"},
      {"expect_column_distinct_values_to_be_in_set",
       R"({"in": {"column": "s", "value_set": ["a", "b"]},
           "out": {"value_counts": [{"value": "b", "count": 2}]}})",
       "P"},
      {"expect_column_distinct_values_to_be_in_set",
       R"({"in": {"column": "s", "value_set": ["a", "b"]},
           "out": {"value_counts": [{"value": "b", "count": 3}]}})",
       "F"},
      {"expect_table_row_count_to_equal", R"({"in": {"value": 3}, "out": {"nonsense": 1}})", "F"},
      {"expect_table_row_count_to_equal",
       R"({"only_for": ["spark"], "in": {"value": 4}, "out": {"success": true}})", "-"},
      {"expect_table_row_count_to_equal",
       R"({"suppress_test_for": ["pandas"], "in": {"value": 4}, "out": {"success": true}})", "-"},
      {"expect_table_row_count_to_equal",
       R"({"only_for": ["pandas"], "in": {"value": 4}, "out": {"success": true}})", "F"},
      {"unexpected_rows_expectation", R"({"in": {}, "out": {"success": true}})", "-"},
  };
  os::TestWorld world;
  for (const Row& row : rows)
    EXPECT_EQ(
        verdicts(judge_great_expectations(world.world(), "f.json", gx_suite(row.type, row.test))),
        row.verdict)
        << row.type << " " << row.test;
}

TEST(GreatExpectationsSuite, OddFilesAreFailuresAndNoCrash) {
  os::TestWorld world;
  const auto judged = [&](std::string_view text) {
    return verdicts(judge_great_expectations(world.world(), "f.json", text));
  };
  EXPECT_EQ(judged("{"), "F");
  EXPECT_EQ(judged("[]"), "F");
  EXPECT_EQ(judged("{}"), "");
  EXPECT_EQ(judged(gx_suite("expect_column_to_exist", "3, {}")), "F");
  EXPECT_EQ(judged(R"({"expectation_type": "expect_column_to_exist",
      "datasets": [{"data": {"a": [1], "b": [1, 2]}, "tests": [{"in": {"column": "a"}, "out": {}}]}]})"),
            "F");
}

}  // namespace
}  // namespace sluice::app::conformance
