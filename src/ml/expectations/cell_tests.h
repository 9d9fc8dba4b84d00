// What the values of a column are tested for, one function for each expectation.
#pragma once

#include "ml/expectations/map_expectation.h"

namespace sluice::ml::expectations {

Result<CellTest> test_null(const Setup& setup);
Result<CellTest> test_not_null(const Setup& setup);
Result<CellTest> test_in_set(const Setup& setup);
Result<CellTest> test_not_in_set(const Setup& setup);
Result<CellTest> test_between(const Setup& setup);
Result<CellTest> test_length_equal(const Setup& setup);
Result<CellTest> test_length_between(const Setup& setup);

Result<CellTest> test_regex(const Setup& setup);
Result<CellTest> test_not_regex(const Setup& setup);
Result<CellTest> test_regex_list(const Setup& setup);
Result<CellTest> test_not_regex_list(const Setup& setup);
Result<CellTest> test_like(const Setup& setup);
Result<CellTest> test_not_like(const Setup& setup);
Result<CellTest> test_like_list(const Setup& setup);
Result<CellTest> test_not_like_list(const Setup& setup);

Result<CellTest> test_strftime(const Setup& setup);
Result<CellTest> test_date_parseable(const Setup& setup);
Result<CellTest> test_json_parseable(const Setup& setup);
Result<CellTest> test_json_schema(const Setup& setup);

}  // namespace sluice::ml::expectations
