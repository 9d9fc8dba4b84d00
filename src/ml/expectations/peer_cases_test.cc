// Small tables whose answers Great Expectations 1.1 (pandas 2.1) gave, where a reading of its
// documentation would expect others.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "ml/expectations/frame.h"
#include "ml/expectations/python_json.h"
#include "ml/expectations/session.h"

namespace sluice::ml::expectations {
namespace {

struct PeerCase {
  std::string_view type;
  std::string_view columns;
  std::string_view kwargs;
  std::string_view answer;       // "holds", "fails", or a part of the exception
  std::string_view result = {};  // members of the result
  std::map<std::string, std::string> types = {};
};

void PrintTo(const PeerCase& test, std::ostream* out) {
  *out << test.type << " " << test.kwargs;
}

class PeerCases : public testing::TestWithParam<PeerCase> {};

TEST_P(PeerCases, AreAnsweredAsTheirs) {
  const PeerCase& test = GetParam();
  const Json columns = parse_python_json(test.columns).value();
  const Frame frame = Frame::create(columns.get_object(), test.types).value();
  SessionOptions options;
  options.format.detail = Detail::Complete;
  Session session(frame.header(), options);
  session.add({std::string(test.type), parse_json(test.kwargs).value().get_object()});
  do session.feed(frame.batch());
  while (session.again());
  const Judgement judged = session.judgements().front();
  if (test.answer != "holds" && test.answer != "fails") {
    EXPECT_NE(judged.exception.find(test.answer), std::string::npos) << judged.exception;
    return;
  }
  EXPECT_EQ(judged.exception, "");
  EXPECT_EQ(judged.success, test.answer == "holds") << sluice::to_text(Json(judged.result));
  if (test.result.empty()) return;
  const Json wanted = parse_json(test.result).value();
  for (const auto& member : wanted.get_object()) {
    const Json* got = find(judged.result, member.key());
    ASSERT_NE(got, nullptr) << member.key();
    EXPECT_EQ(sluice::to_text(*got), sluice::to_text(member.value())) << member.key();
  }
}

constexpr std::string_view kBetween = "expect_column_values_to_be_between";

INSTANTIATE_TEST_SUITE_P(
    Numbers, PeerCases,
    testing::Values(PeerCase{"expect_column_median_to_be_between", R"({"a": [1, 2, 3]})",
                             R"({"column": "a", "min_value": 5, "max_value": 0})", "fails"},
                    PeerCase{kBetween, R"({"a": [1, 2, 3]})",
                             R"({"column": "a", "min_value": 5, "max_value": 0})",
                             "min_value cannot be greater than max_value"},
                    PeerCase{kBetween, R"({"a": [1, 12]})",
                             R"({"column": "a", "min_value": "1", "max_value": "12"})", "holds"},
                    PeerCase{kBetween, R"({"a": ["x", "y"]})",
                             R"({"column": "a", "min_value": "b"})", "value is not a valid float"},
                    PeerCase{"expect_column_max_to_be_between", R"({"a": ["x", "y"]})",
                             R"({"column": "a", "max_value": "z"})", "must be a datetime"},
                    PeerCase{"expect_column_max_to_be_between", R"({"a": ["2019-01-01 10:00:00"]})",
                             R"({"column": "a", "max_value": "2020-01-01 00:00:00"})", "holds",
                             R"({"observed_value": "2019-01-01T10:00:00"})"},
                    PeerCase{"expect_column_quantile_values_to_be_between",
                             R"({"a": [1000000, 1000000]})",
                             R"({"column": "a", "quantile_ranges": {"quantiles": [0.5],
                     "value_ranges": [[1000050, null]]}})",
                             "holds"},
                    PeerCase{"expect_column_quantile_values_to_be_between", R"({"a": [1, 2]})",
                             R"({"column": "a", "allow_relative_error": 0.1, "quantile_ranges":
                     {"quantiles": [0.5], "value_ranges": [[1, 2]]}})",
                             "allow_relative_error must be one an allowed value"},
                    PeerCase{"expect_column_values_to_be_increasing", R"({"a": ["x"]})",
                             R"({"column": "a"})", "holds"},
                    PeerCase{"expect_column_values_to_be_increasing", R"({"a": ["x", "y"]})",
                             R"({"column": "a"})", "unsupported operand"},
                    PeerCase{"expect_table_column_count_to_equal", R"({"a": [1]})",
                             R"({"value": "1"})", "holds"},
                    PeerCase{"expect_table_row_count_to_be_between", R"({"a": [1, 2]})",
                             R"({"min_value": 1.5, "max_value": 2.5})", "holds"},
                    PeerCase{"expect_column_to_exist", R"({"a": [1], "b": [2]})",
                             R"({"column": "b", "column_index": 0})", "holds"}));

INSTANTIATE_TEST_SUITE_P(
    Texts, PeerCases,
    testing::Values(PeerCase{"expect_column_values_to_match_regex",
                             R"({"a": ["日本", "été", "x1"]})",
                             R"({"column": "a", "regex": "^\\w+$"})", "holds"},
                    PeerCase{"expect_column_values_to_match_regex", R"({"a": ["日-本"]})",
                             R"({"column": "a", "regex": "^[\\w-]+\\Z"})", "holds"},
                    PeerCase{"expect_column_values_to_match_regex", R"({"a": ["日本"]})",
                             R"({"column": "a", "regex": "\\W"})", "fails"},
                    PeerCase{"expect_column_value_lengths_to_be_between", R"({"a": ["ab", ""]})",
                             R"({"column": "a", "min_value": 0.5, "max_value": 2.9})", "holds"},
                    PeerCase{"expect_column_value_lengths_to_equal", R"({"a": ["ab"]})",
                             R"({"column": "a", "value": "2"})", "holds"},
                    PeerCase{"expect_column_value_lengths_to_equal",
                             R"({"a": ["2019-01-01"]})",
                             R"({"column": "a", "value": 10})",
                             "holds",
                             "",
                             {{"a", "date"}}},
                    PeerCase{"expect_column_values_to_be_json_parseable", R"({"a": ["NaN", "{}"]})",
                             R"({"column": "a"})", "holds"},
                    PeerCase{"expect_column_values_to_match_json_schema", R"({"a": [1]})",
                             R"({"column": "a", "json_schema": {}})",
                             "the JSON object must be str"}));

INSTANTIATE_TEST_SUITE_P(
    Types, PeerCases,
    testing::Values(PeerCase{"expect_column_values_to_be_of_type",
                             R"({"a": [1, null]})",
                             R"({"column": "a", "type_": "int"})",
                             "holds",
                             R"({"observed_value": "int64"})",
                             {{"a", "Int64Dtype"}}},
                    PeerCase{"expect_column_values_to_be_of_type",
                             R"({"a": [1, null]})",
                             R"({"column": "a", "type_": "Int64Dtype"})",
                             "fails",
                             "",
                             {{"a", "Int64Dtype"}}},
                    PeerCase{"expect_column_values_to_be_in_type_list",
                             R"({"a": [1, null]})",
                             R"({"column": "a", "type_list": ["Int64Dtype"]})",
                             "holds",
                             "",
                             {{"a", "Int64Dtype"}}},
                    PeerCase{"expect_column_values_to_be_in_type_list",
                             R"({"a": [1, null]})",
                             R"({"column": "a", "type_list": ["int64"]})",
                             "fails",
                             "",
                             {{"a", "Int64Dtype"}}},
                    PeerCase{"expect_column_values_to_be_in_type_list", R"({"a": [1, 2]})",
                             R"({"column": "a", "type_list": ["Int64Dtype"]})", "fails"},
                    PeerCase{"expect_column_values_to_be_of_type", R"({"a": []})",
                             R"({"column": "a", "type_": "float"})", "holds"}));

INSTANTIATE_TEST_SUITE_P(
    Sets, PeerCases,
    testing::Values(
        PeerCase{"expect_column_distinct_values_to_be_in_set", R"({"a": [1, 2]})",
                 R"({"column": "a", "value_set": []})", "holds"},
        PeerCase{"expect_column_distinct_values_to_equal_set", R"({"a": [1, 2]})",
                 R"({"column": "a", "value_set": null})", "none is not an allowed value"},
        PeerCase{"expect_column_distinct_values_to_equal_set", R"({"a": [1, 2, 3]})",
                 R"({"column": "a", "value_set": [1, 9]})", "fails",
                 R"({"unexpected_count": 2, "partial_unexpected_list": [2, 3],
                     "missing_count": 1, "partial_missing_list": [9]})"},
        PeerCase{"expect_column_distinct_values_to_contain_set", R"({"a": [1, 2, 3]})",
                 R"({"column": "a", "value_set": [1, 9]})", "fails",
                 R"({"missing_count": 1, "partial_missing_list": [9]})"},
        PeerCase{"expect_column_pair_values_to_be_in_set", R"({"a": [1], "b": [1]})",
                 R"({"column_A": "a", "column_B": "b", "value_pairs_set": null})",
                 "none is not an allowed value"},
        PeerCase{"expect_column_pair_values_to_be_equal", R"({"a": [1], "b": [1]})",
                 R"({"column_A": "a", "column_B": "b", "ignore_row_if": "never"})", "permitted"},
        PeerCase{"expect_compound_columns_to_be_unique", R"({"a": [1], "b": [1]})",
                 R"({"column_list": ["a", "b"], "ignore_row_if": "neither"})", "permitted"},
        PeerCase{"expect_multicolumn_values_to_be_equal",
                 R"({"a": [1, 2, null], "b": [1, 3, null]})", R"({"column_list": ["a", "b"]})",
                 "fails", R"({"element_count": 3, "missing_count": 1, "unexpected_count": 1})"},
        PeerCase{"expect_column_values_to_not_be_in_set",
                 R"({"a": ["d", "c", "c", "x", "x", "e"]})",
                 R"({"column": "a", "value_set": ["c", "d", "x"],
                     "result_format": {"result_format": "COMPLETE", "partial_unexpected_count": 3}})",
                 "fails",
                 R"({"partial_unexpected_counts": [{"value": "c", "count": 2},
                     {"value": "x", "count": 2}, {"value": "d", "count": 1}]})"},
        PeerCase{"expect_compound_columns_to_be_unique", R"({"a": [1, 1], "b": [2, 2]})",
                 R"({"column_list": ["a", "b"]})", "fails",
                 R"({"partial_unexpected_counts": [{"value": [1, 2], "count": 2}]})"}));

}  // namespace
}  // namespace sluice::ml::expectations
