// A profile against earlier ones: numbers that are far from what they used to be. Robust: the
// distance from the median of the earlier values, in median absolute deviations scaled to a normal
// standard deviation (1.4826 MAD; Rousseeuw & Croux 1993), where a history that never moved counts
// as one that moves by 1 % of its median. Pure.
#pragma once

#include <vector>

#include "ml/data/profile.h"
#include "ml/data/schema.h"

namespace sluice::ml {

struct HistoryFindings {
  std::vector<Violation> violations;
  std::vector<std::string> notes;
  std::size_t checks = 0;
};

// Rows, and for each column the share of missing values, the number of different values and, of
// numbers, mean, deviation, smallest and largest; the last four without their values where the
// column is among `masked`.
HistoryFindings check_history(const DataProfile& now, const std::vector<DataProfile>& earlier,
                              const HistoryRule& rule, const std::vector<std::string>& masked = {});

}  // namespace sluice::ml
