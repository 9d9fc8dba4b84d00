// What one check of a gate found. Values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "ml/statistics/comparison.h"

namespace sluice::ml {

// Waived: failed, but somebody answers for letting it pass.
enum class CheckStatus { Passed, Waived, Failed };

struct Waiver {
  std::string check;
  std::string gate;  // empty: every gate
  std::string who;
  std::string why;
  std::string last_day;  // on which it holds, "2026-12-31", UTC
  Timestamp end{};       // the first moment at which it does not
};

// The member of `detail` of a check that needs a champion.
inline constexpr std::string_view kAgainstChampion = "against_champion";

struct CheckResult {
  std::string name;
  std::string kind;
  CheckStatus status = CheckStatus::Failed;  // a check passes only where something says so
  std::optional<double> measured;            // unset: could not be measured, and then it failed
  std::optional<double> limit;               // the bound that decided
  std::optional<Interval> interval;
  std::optional<Evidence> evidence;  // of a comparison with the champion; a gain is better
  std::size_t rows = 0;              // that were looked at
  std::string sentence;              // for a merchant, complete, with numbers
  std::vector<std::string> notes;    // a sentence each: what it means, what more rows would tell
  std::optional<Waiver> waiver;
  JsonObject detail;  // what only this kind of check knows
};

}  // namespace sluice::ml
