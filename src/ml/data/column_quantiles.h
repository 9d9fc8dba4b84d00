// Quantiles of a column's numbers: exact while the profile holds every value, else those of its
// sketch, held within the smallest and the largest number. Rank q in [0, 1] is the "lower" one: of
// an even count the median is the smaller of the two in the middle. Pure.
#pragma once

#include <utility>
#include <vector>

#include "ml/data/column_profile.h"

namespace sluice::ml {

class ColumnQuantiles {
 public:
  explicit ColumnQuantiles(const ColumnProfile& column);

  // The column must have numbers.
  double at(double rank) const;
  // How far, as a share of it, a quantile may be from a value that really has that rank.
  double relative_error() const;

 private:
  const ColumnProfile& column_;
  std::vector<std::pair<double, std::uint64_t>> values_;  // ascending; empty: from the sketch
};

}  // namespace sluice::ml
