// Are groups of people (shops, regions) treated alike? Pure.
//
//   selection_rate          share of a group that is predicted positive
//   selection_ratio         smallest over largest rate (the four-fifths rule asks for 0.8)
//   opportunity_difference  largest less smallest share of true positives that is found
//                           (Hardt, Price, Srebro 2016)
//   odds_difference         the larger of that and the same of false positives
//   error_ratio             largest over smallest error of a group: share of wrong rows, or WAPE
// Intervals of shares are Wilson's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ml/evaluate/judged_rows.h"
#include "ml/evaluate/labelled_rows.h"
#include "ml/statistics/proportion.h"

namespace sluice::ml {

struct GroupTreatment {
  std::string group;
  std::size_t rows = 0;
  std::optional<double> error;
  // Of two classes.
  std::optional<Count> selected;
  std::optional<Count> found;         // of the positives
  std::optional<Count> false_alarms;  // of the negatives
};

struct Fairness {
  std::string column;
  std::vector<GroupTreatment> groups;  // with enough rows, in order of appearance
  std::size_t small_groups = 0;        // left out
  // Unset with fewer than two groups, and where a group has nothing to divide by.
  std::optional<double> selection_ratio;
  std::optional<double> opportunity_difference;
  std::optional<double> odds_difference;
  std::optional<double> error_ratio;
};

// Not for rankings.
Fairness fairness_of(const JudgedRows& rows, const Groups& groups, std::size_t min_rows);

JsonObject to_json(const Fairness& fairness);

}  // namespace sluice::ml
