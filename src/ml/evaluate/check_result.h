// What one check of a gate found. Values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/json.h"
#include "ml/statistics/block_bootstrap.h"

namespace sluice::ml {

enum class CheckStatus { Passed, Failed };

struct CheckResult {
  std::string name;
  std::string kind;
  CheckStatus status = CheckStatus::Failed;  // a check passes only where something says so
  std::optional<double> measured;            // unset: could not be measured, and then it failed
  std::optional<double> limit;               // the bound that decided
  std::optional<Interval> interval;
  std::size_t rows = 0;  // that were looked at
  std::string sentence;  // for a merchant, complete, with numbers
  JsonObject detail;     // what only this kind of check knows
};

}  // namespace sluice::ml
