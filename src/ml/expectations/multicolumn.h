// What expectations on several columns share: which rows they leave out, how a row is shown, and
// the count of those that are unexpected.
#pragma once

#include <functional>

#include "ml/expectations/setup.h"

namespace sluice::ml::expectations {

enum class IgnoreRow { Never, AllMissing, AnyMissing };

// "ignore_row_if" in the words of pairs and of lists of columns.
Result<IgnoreRow> read_ignore_row(const Setup& setup, IgnoreRow fallback);
// Only these words, or none.
Result<void> check_ignore_row(const Setup& setup, std::initializer_list<std::string_view> words);

bool is_ignored(const Batch& batch, std::uint32_t row, const std::vector<std::size_t>& fields,
                IgnoreRow ignore);

// {"a": 1, "b": 2}
Json record(const Header& header, const Batch& batch, std::uint32_t row,
            const std::vector<std::size_t>& fields);

enum class RowVerdict { Expected, Unexpected, Impossible };

struct RowJudge {
  std::function<RowVerdict(const Batch&, std::uint32_t row)> verdict;
  std::function<Json(const Batch&, std::uint32_t row)> shown;  // an unexpected row
  std::string_view impossible;  // the TypeError where a row was Impossible
};

// Reads "mostly" and "ignore_row_if".
MadeExpectation make_row_expectation(const Setup& setup, std::vector<std::size_t> fields,
                                     RowJudge judge);

}  // namespace sluice::ml::expectations
