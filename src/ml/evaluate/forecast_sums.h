// Sums over rows for judging forecasts: streamed, merged by adding. Values.
//
//   mase      mean of |e| / naive step of the row's series               (Hyndman & Koehler 2006)
//   rmsse     root of the mean of e² / squared naive step               (M5: Makridakis et al.
//   2022) pinball   mean of q (y - f) where y >= f, else (1 - q)(f - y)      (Koenker & Bassett
//   1978) coverage  share of rows with low <= y <= high; width: mean(high - low)
// The naive step of a series is the mean of |y(t) - y(t - m)| (or its square) over its history; m
// is the season: how many periods before the naive forecast looks (1: the period before).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace sluice::ml {

// Differences of a history at the distance of its season.
struct NaiveSums {
  double n = 0;
  double absolute = 0;
  double squared = 0;

  // One series in order of time; shorter than a season and one: adds nothing. season >= 1.
  void add_series(std::span<const double> history, std::size_t season);
  // The mean (squared) step; NaN without one.
  double mean_absolute() const;
  double mean_squared() const;
};

// Errors as multiples of the naive step of their series; rows whose series never changes are left
// out.
struct ScaledErrorSums {
  double n = 0;
  double absolute = 0;
  double squared = 0;

  // Steps that are NaN or 0: the row has no scale.
  void add_row(double error, double naive_absolute, double naive_squared);
  std::optional<double> mase() const;
  std::optional<double> rmsse() const;
};

struct PinballSums {
  double n = 0;
  double loss = 0;

  void add_row(double truth, double forecast, double quantile);  // 0 < quantile < 1
  std::optional<double> pinball() const;
};

struct CoverageSums {
  double n = 0;
  double inside = 0;
  double width_sum = 0;

  void add_row(double truth, double low, double high);
  std::optional<double> coverage() const;
  std::optional<double> width() const;
};

}  // namespace sluice::ml
