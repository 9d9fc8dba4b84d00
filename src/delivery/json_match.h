// Whether an answer is the expected one, and where it first differs. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"

namespace sluice::delivery {

// nullopt when equal: same kinds, lengths, keys (in any order) and values; numbers may differ by
// `tolerance` at most. Otherwise the first difference, e.g. "$.predictions[2]: expected 3.5, got
// 4".
std::optional<std::string> first_difference(const Json& expected, const Json& actual,
                                            double tolerance);

}  // namespace sluice::delivery
