// Signs that a model was judged on what it could have known. Pure.
//
//   target     the target is among the features, or a feature tells it exactly (correlation of 1)
//   keys       rows that were learnt from are judged: keys in both, compared by 64-bit hashes
//   time       rows that were learnt from lie at or after the first that is judged
//   future     rows are dated after now
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "ml/data/table.h"

namespace sluice::ml {

// Borrowed for the call; what is empty is not looked at.
struct LeakageQuestion {
  const Table& judged;
  std::string target;
  std::vector<std::string> features;  // of the model; empty: not known
  const Table* learnt = nullptr;      // what it was trained on
  std::vector<std::string> keys;
  std::string time;
  std::optional<Timestamp> now;
};

struct Leak {
  std::string kind;  // "target", "keys", "time", "future"
  std::size_t rows = 0;
  std::string sentence;
};

// NotFound for a key or time column that is not there.
Result<std::vector<Leak>> find_leaks(const LeakageQuestion& question);

}  // namespace sluice::ml
