#include <gtest/gtest.h>

#include "base/strings.h"
#include "ml/expectations/suite_run.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml::expectations {
namespace {

constexpr std::string_view kSales = R"(store,week,price,region,mail
1,2026-01-05,2.5,north,a@x.org
1,2026-01-12,2.6,north,
2,2026-01-05,9.9,south,b@x.org
2,2026-01-12,abc,east,c@x.org
2,2026-01-12,-1,west,c@x.org
)";

class SuiteOverFile : public testing::Test {
 protected:
  Suite suite(std::string_view expectations) {
    const std::string text = cat(R"({"name": "s", "expectations": [)", expectations, "]}");
    return parse_suite(text, "s.json").value();
  }

  SuiteRun run(const Suite& checked, SuiteRunOptions options = {}) {
    EXPECT_TRUE(files_.write("/d.csv", kSales, os::Durability::Process, 0644).ok());
    return run_suite(files_, "/d.csv", checked, options).value();
  }

  Judgement judge(std::string_view expectation, SuiteRunOptions options = {}) {
    return run(suite(expectation), std::move(options)).judgements.front();
  }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
};

TEST(SuiteFile, OfBothGenerationsIsRead) {
  const Suite old = parse_suite(
                        R"({"expectation_suite_name": "sales", "meta": {}, "expectations":
      [{"expectation_type": "expect_column_to_exist", "kwargs": {"column": "a"}, "meta": {}}]})",
                        "s.json")
                        .value();
  EXPECT_EQ(old.name, "sales");
  EXPECT_EQ(old.expectations.at(0).configuration.type, "expect_column_to_exist");
  const Suite now = parse_suite(
                        R"({"name": "sales", "id": null, "notes": null, "expectations":
      [{"type": "expect_column_to_exist", "kwargs": {"column": "a"}, "id": "7",
        "severity": "warning"}], "oddity": 3})",
                        "s.json")
                        .value();
  EXPECT_EQ(now.expectations.at(0).configuration.id, "7");
  EXPECT_EQ(now.expectations.at(0).severity, Severity::Warn);
  EXPECT_EQ(now.notes, std::vector<std::string>{"'oddity' has no effect"});
}

TEST(SuiteFile, MistakesNameTheirPlace) {
  struct Row {
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {"{\n \"a\": }", "s.json: "},
      {"[]", "s.json: a suite is a JSON object"},
      {"{}", "s.json: a suite has a list of 'expectations'"},
      {R"({"expectations": []})", "expects nothing"},
      {R"({"expectations": [{"kwargs": {}}]})", "s.json: expectations[0]: an expectation has"},
      {R"({"expectations": [{"type": "t"}, {"type": "t", "kwargs": 3}]})",
       "s.json: expectations[1]: 'kwargs' must be an object"},
      {R"({"expectations": [{"type": "t", "severity": "huge"}]})", "severity 'huge'"},
  };
  for (const Row& row : rows) {
    const auto read = parse_suite(row.text, "s.json");
    ASSERT_FALSE(read.ok()) << row.text;
    EXPECT_NE(read.error().describe().find(row.message), std::string::npos)
        << read.error().describe();
  }
}

TEST_F(SuiteOverFile, CountsWithTheRowsOfTheFile) {
  const Judgement judged = judge(
      R"({"type": "expect_column_values_to_be_in_set",
          "kwargs": {"column": "region", "value_set": ["north", "south"]}})");
  EXPECT_FALSE(judged.success);
  EXPECT_EQ(judged.result.at("unexpected_count"), Json(2));
  ASSERT_EQ(judged.positions.size(), 2u);
  EXPECT_EQ(judged.positions[0].row, 4u);
  EXPECT_EQ(judged.positions[0].line, 5u);
}

TEST_F(SuiteOverFile, WhatCannotBeJudgedHasFailedAndSaysWhere) {
  const Judgement mixed = judge(
      R"({"type": "expect_column_values_to_be_between", "kwargs": {"column": "price", "min_value": 0}})");
  EXPECT_FALSE(mixed.success);
  EXPECT_NE(mixed.exception.find("TypeError"), std::string::npos);
  EXPECT_NE(mixed.exception.find("row 4 (line 5"), std::string::npos) << mixed.exception;
  const Judgement unknown = judge(R"({"type": "expect_wonders", "kwargs": {}})");
  EXPECT_FALSE(unknown.success);
  const Judgement lost =
      judge(R"({"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "prise"}})");
  EXPECT_NE(lost.exception.find("did you mean 'price'"), std::string::npos) << lost.exception;
}

TEST_F(SuiteOverFile, AWarningDoesNotFailTheData) {
  constexpr std::string_view kBroken =
      R"({"type": "expect_table_row_count_to_equal", "kwargs": {"value": 9}, "severity": ")";
  const Suite warned = suite(cat(kBroken, "warning\"}"));
  EXPECT_TRUE(run(warned).passed(warned));
  EXPECT_FALSE(run(warned).judgements[0].success);
  const Suite failed = suite(cat(kBroken, "critical\"}"));
  EXPECT_FALSE(run(failed).passed(failed));
  EXPECT_TRUE(suite_report(warned, run(warned), "s.json").passed());
  EXPECT_FALSE(suite_report(failed, run(failed), "s.json").passed());
}

TEST_F(SuiteOverFile, RepeatsAreFoundInASecondPass) {
  const Judgement judged = judge(
      R"({"type": "expect_compound_columns_to_be_unique",
          "kwargs": {"column_list": ["store", "week"]}})");
  EXPECT_EQ(judged.result.at("unexpected_count"), Json(2));
  EXPECT_EQ(judged.positions.at(1).row, 5u);
}

TEST_F(SuiteOverFile, ParametersAndTheClockStandInArguments) {
  SuiteRunOptions options;
  options.session.parameters.now = 1767700000;  // 2026-01-06
  options.session.parameters.values["most"] = 4;
  EXPECT_TRUE(judge(R"({"type": "expect_column_max_to_be_between",
      "kwargs": {"column": "store", "max_value": {"$PARAMETER": "most / 2"}}})",
                    options)
                  .success);
  EXPECT_FALSE(judge(R"j({"type": "expect_column_values_to_be_between",
      "kwargs": {"column": "week", "max_value": {"$PARAMETER": "now()"
}
}
})j",
                     options)
                   .success);
  EXPECT_TRUE(judge(R"({"type": "expect_column_max_to_be_between", "kwargs": {"column": "store",
      "max_value": {"$PARAMETER": "few * 2", "$PARAMETER.few": 1}}})",
                    options)
                  .success);
  EXPECT_NE(judge(R"({"type": "expect_column_max_to_be_between",
      "kwargs": {"column": "store", "max_value": {"$PARAMETER": "least"}}})",
                  options)
                .exception.find("least"),
            std::string::npos);
}

TEST_F(SuiteOverFile, MaskedValuesAreNotShown) {
  SuiteRunOptions options;
  options.masked = {"mail"};
  const Suite checked = suite(
      R"({"type": "expect_column_values_to_be_unique", "kwargs": {"column": "mail"}},
         {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "mail", "regex": "^a"}})");
  const SuiteRun ran = run(checked, options);
  const std::string shown = cat(to_pretty_text(suite_result_json(checked, ran)),
                                report_text(suite_report(checked, ran, "s.json")));
  EXPECT_EQ(shown.find("c@x.org"), std::string::npos) << shown;
  EXPECT_NE(shown.find("•••"), std::string::npos);
}

TEST_F(SuiteOverFile, NothingThatIsObservedOfAMaskedColumnIsShown) {
  SuiteRunOptions options;
  options.masked = {"mail"};
  const Suite checked = suite(
      R"({"type": "expect_column_distinct_values_to_be_in_set", "kwargs": {"column": "mail", "value_set": ["x"]}},
         {"type": "expect_column_most_common_value_to_be_in_set", "kwargs": {"column": "mail", "value_set": []}},
         {"type": "expect_column_max_to_be_between", "kwargs": {"column": "mail", "max_value": "2020-01-01"}},
         {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "mail", "max_value": 3}},
         {"type": "expect_column_sum_to_be_between", "kwargs": {"column": "mail", "max_value": 3}},
         {"type": "expect_column_values_to_be_between", "kwargs": {"column": "mail", "max_value": 3}},
         {"type": "expect_compound_columns_to_be_unique", "kwargs": {"column_list": ["store", "mail"]}})");
  const SuiteRun ran = run(checked, options);
  const std::string shown = cat(to_pretty_text(suite_result_json(checked, ran)),
                                report_text(suite_report(checked, ran, "s.json")));
  EXPECT_EQ(shown.find("@x.org"), std::string::npos) << shown;
  for (const Judgement& judged : ran.judgements) EXPECT_FALSE(judged.success);
}

TEST_F(SuiteOverFile, AMistypedColumnToMaskIsRefused) {
  SuiteRunOptions options;
  options.masked = {"mial"};
  ASSERT_TRUE(files_.write("/d.csv", kSales, os::Durability::Process, 0644).ok());
  const auto ran = run_suite(
      files_, "/d.csv",
      suite(R"({"type": "expect_column_to_exist", "kwargs": {"column": "mail"}})"), options);
  ASSERT_FALSE(ran.ok());
  EXPECT_NE(ran.error().describe().find("did you mean 'mail'"), std::string::npos);
}

TEST_F(SuiteOverFile, DifferentValuesThatAreUnexpectedAreNamed) {
  const Suite checked = suite(
      R"({"type": "expect_column_distinct_values_to_be_in_set", "kwargs": {"column": "store", "value_set": [1]}})");
  const SuiteRun ran = run(checked);
  const JsonObject& result = ran.judgements[0].result;
  EXPECT_EQ(result.at("observed_value"), parse_json("[1, 2]").value());
  EXPECT_EQ(result.at("unexpected_count"), Json(1));
  EXPECT_EQ(result.at("partial_unexpected_list"), parse_json("[2]").value());
  const ValidationReport report = suite_report(checked, ran, "s.json");
  ASSERT_EQ(report.violations.size(), 1u);
  EXPECT_EQ(report.violations[0].count, 0u);
  EXPECT_NE(report.violations[0].message.find("unexpected 1 value: [2]"), std::string::npos)
      << report.violations[0].message;
}

TEST_F(SuiteOverFile, AnUnknownExpectationIsToldTheNearest) {
  for (const char* type : {"expect_column_values_to_be_uniqe", "ExpectColumnValuesToBeUniqe"})
    EXPECT_NE(judge(cat(R"({"type": ")", type, R"(", "kwargs": {"column": "mail"}})"))
                  .exception.find("did you mean 'expect_column_values_to_be_unique'"),
              std::string::npos);
}

TEST_F(SuiteOverFile, ResultsHaveTheShapeOfGreatExpectations) {
  const Suite checked = suite(R"({"type": "expect_column_to_exist", "kwargs": {"column": "store"}},
                                 {"type": "expect_column_to_exist", "kwargs": {"column": "shop"}})");
  const JsonObject json = suite_result_json(checked, run(checked));
  EXPECT_EQ(json.at("success"), Json(false));
  EXPECT_EQ(json.at("statistics").at("evaluated_expectations"), Json(2));
  EXPECT_EQ(json.at("statistics").at("success_percent"), Json(50.0));
  EXPECT_EQ(json.at("results").at(1).at("expectation_config").at("kwargs").at("column"),
            Json("shop"));
  EXPECT_EQ(json.at("results").at(0).at("exception_info").at("raised_exception"), Json(false));
}

TEST(RowExpression, SpeaksOfColumns) {
  struct Row {
    const char* text;
    const char* truth;  // for x = 1, 3, missing with y = 2
  };
  const Row rows[] = {
      {"x < y", "10?"},
      {"x <= y * 1.5", "11?"},
      {"x is null", "001"},
      {"x is not null", "110"},
      {"not (x > y)", "10?"},
      {"x in [1, 2]", "10?"},
      {"x not in (1, 2)", "01?"},
      {"x == 3 or y == 2", "111"},
      {"x == 3 and y == 3", "000"},
      {"x.isnull() | x == 1", "101"},
      {"1 <= x <= 2", "10?"},
      {"-x + 4 > y", "10?"},
      {"`x` % 2 = 1 and col(\"y\") != 3", "11?"},
      {"y == 'a'", "000"},
      {"x / 0 > 1", "11?"},
  };
  for (const Row& row : rows) {
    auto expression = RowExpression::parse(row.text);
    ASSERT_TRUE(expression.ok()) << row.text << ": " << expression.error().describe();
    std::string truth;
    for (const Cell& x : {Cell{CellKind::Integer, 1, {}}, Cell{CellKind::Integer, 3, {}}, Cell()}) {
      std::vector<Cell> values;
      for (const std::string& name : expression->columns())
        values.push_back(name == "x" ? x : Cell{CellKind::Integer, 2, {}});
      const Cell result = expression->evaluate(values);
      truth += result.is_null() ? '?' : result.number != 0 ? '1' : '0';
    }
    EXPECT_EQ(truth, row.truth) << row.text;
  }
}

TEST(RowExpression, MistakesNameTheCharacter) {
  struct Row {
    const char* text;
    const char* message;
  };
  const Row rows[] = {{"", "at character 1: expected a column"},
                      {"x <", "at character 4: expected a column"},
                      {"x ; y", "at character 3: unexpected ';'"},
                      {"x == \"a", "at character 6: the quote never closes"},
                      {"(x > 1", "at character 7: expected ')'"},
                      {"x > 1 y", "at character 7: expected the end"},
                      {"x.nothing()", "expected isnull()"},
                      {"x is 3", "expected null"}};
  for (const Row& row : rows) {
    const auto read = RowExpression::parse(row.text);
    ASSERT_FALSE(read.ok()) << row.text;
    EXPECT_NE(read.error().describe().find(row.message), std::string::npos)
        << row.text << ": " << read.error().describe();
  }
  for (const char* text : {"a.", "a.1", "a.(", "a.isnull", "a.isnull(", "a.isin", "a.isin(["})
    EXPECT_FALSE(RowExpression::parse(text).ok()) << text;
  std::string chain = "a";
  for (int i = 0; i < 3000; ++i) chain += "<a";
  EXPECT_FALSE(RowExpression::parse(chain).ok());
  EXPECT_FALSE(RowExpression::parse(std::string(300, '(')).ok());
  EXPECT_FALSE(RowExpression::parse(std::string(300, '-') + "1").ok());
  EXPECT_FALSE(RowExpression::parse(std::string(20'000, '1')).ok());
}

TEST(EvaluationParameter, HasAValueOrSaysWhyNot) {
  Parameters parameters;
  parameters.now = 86400 * 10;
  const auto value = [&](std::string_view text) {
    const auto result = evaluate_parameter(text, parameters);
    return result.ok() ? to_text(cell_of(*result)) : "none";
  };
  EXPECT_EQ(value("2 * (3 + 4) ^ 2"), "98.0");
  EXPECT_EQ(value("now() - timedelta(weeks=1, days=2)"), "1970-01-02T00:00:00");
  EXPECT_EQ(value("datetime(2003, 1, 2, 3)"), "2003-01-02T03:00:00");
  EXPECT_EQ(value("round(PI)"), "3.0");
  for (const char* text : {"", "1 +", "datetime(2003, 13, 1)", "what(1)", "1 / 0", "now(", "x"})
    EXPECT_EQ(value(text), "none") << text;
}

}  // namespace
}  // namespace sluice::ml::expectations
