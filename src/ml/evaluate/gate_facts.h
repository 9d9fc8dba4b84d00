// What a gate knows besides rows and predictions: measured and read by the caller. Values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ml/data/table.h"

namespace sluice::ml {

struct GateFacts {
  std::vector<double> scoring_microseconds;  // one row each; empty: not measured
  std::optional<std::uint64_t> model_bytes;
  std::map<std::string, Result<std::string>, std::less<>> reports;  // text by path, or why not
  std::map<std::string, Timestamp, std::less<>> report_times;       // when they were written
  std::map<std::string, Result<Table>, std::less<>> tables;         // what was learnt from, by path
  std::string target;
  std::optional<Timestamp> now;
};

}  // namespace sluice::ml
