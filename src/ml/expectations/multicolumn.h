// What expectations on several columns share: which rows they leave out, and how a row is shown.
#pragma once

#include "ml/expectations/setup.h"

namespace sluice::ml::expectations {

enum class IgnoreRow { Never, AllMissing, AnyMissing };

// "ignore_row_if" in the words of pairs and of lists of columns.
Result<IgnoreRow> read_ignore_row(const Setup& setup, IgnoreRow fallback);

bool is_ignored(const Batch& batch, std::uint32_t row, const std::vector<std::size_t>& fields,
                IgnoreRow ignore);

// {"a": 1, "b": 2}
Json record(const Header& header, const Batch& batch, std::uint32_t row,
            const std::vector<std::size_t>& fields);

}  // namespace sluice::ml::expectations
