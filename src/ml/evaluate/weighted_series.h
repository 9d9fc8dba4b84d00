// WRMSSE: forecasts of many series, each judged in its own naive steps and weighted by what it
// sells. Pure.
//
//   wrmsse = sum over series of w rmsse / sum of w,   rmsse = sqrt(mean(e²) / squared naive step)
// with the squared naive step of forecast_sums.h. Source: Makridakis, Spiliotis, Assimakopoulos,
// The M5 accuracy competition, International Journal of Forecasting 38 (2022), §3.2: weights are
// the revenue of each series over the last 28 periods of its history. M5 takes histories from the
// first sale on: the file must leave earlier zeros out. Series that never change or weigh nothing
// do not count; weights are those of the series among the rows judged, so that they sum to one in a
// slice, too.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ml/evaluate/judged_rows.h"

namespace sluice::ml {

class WeightedSeries {
 public:
  // `cells`: group * parts + part of each row.
  WeightedSeries(const JudgedRows& rows, std::span<const std::uint32_t> cells, std::size_t groups,
                 std::size_t parts);

  // Unset without a series that counts.
  std::optional<double> of(std::size_t group) const;
  std::optional<double> without(std::size_t group, std::size_t part) const;

 private:
  struct Sums {
    double series = 0;
    double weight = 0;
    double error = 0;  // weight * rmsse
  };
  struct PartSums {
    double rows = 0;
    double squared = 0;
  };
  // Of one series in one group.
  void add_series(std::size_t group, double weight, std::span<const PartSums> by_part);

  std::size_t parts_;
  std::vector<Sums> all_;      // of each group
  std::vector<Sums> changes_;  // by group and part: what leaving it out adds
};

}  // namespace sluice::ml
