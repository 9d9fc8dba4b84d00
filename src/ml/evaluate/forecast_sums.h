// Sums over rows for judging forecasts: streamed, merged by adding. Values.
//
//   mase      mean |e| / mean |y(t) - y(t - m)| of the history         (Hyndman & Koehler 2006)
//   rmsse     sqrt(mean e² / mean (y(t) - y(t - m))² of the history)   (M5: Makridakis et al. 2022)
//   pinball   mean of q (y - f) where y >= f, else (1 - q)(f - y)      (Koenker & Bassett 1978)
//   coverage  share of rows with low <= y <= high; width: mean(high - low)
// m is the season: how many periods before the naive forecast looks (1: the period before).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "ml/evaluate/error_sums.h"

namespace sluice::ml {

// Differences of a history at the distance of its season.
struct NaiveSums {
  double n = 0;
  double absolute = 0;
  double squared = 0;

  // One series in order of time; shorter than a season and one: adds nothing. season >= 1.
  void add_series(std::span<const double> history, std::size_t season);
  void add(const NaiveSums& other);
};

// Unset without rows, and of a history that never changes.
std::optional<double> mase(const ErrorSums& errors, const NaiveSums& naive);
std::optional<double> rmsse(const ErrorSums& errors, const NaiveSums& naive);

struct PinballSums {
  double n = 0;
  double loss = 0;

  void add_row(double truth, double forecast, double quantile);  // 0 < quantile < 1
  void add(const PinballSums& other);
  std::optional<double> pinball() const;
};

struct CoverageSums {
  double n = 0;
  double inside = 0;
  double width_sum = 0;

  void add_row(double truth, double low, double high);
  void add(const CoverageSums& other);
  std::optional<double> coverage() const;
  std::optional<double> width() const;
};

}  // namespace sluice::ml
