// The sums over rows that metrics are functions of, for every task, as plain numbers in one array:
// they add up, so that slices, blocks and resamples cost an addition each. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "ml/evaluate/confusion_matrix.h"
#include "ml/evaluate/error_sums.h"
#include "ml/evaluate/forecast_sums.h"
#include "ml/evaluate/judged_rows.h"
#include "ml/evaluate/probability_sums.h"
#include "ml/evaluate/ranking.h"
#include "ml/statistics/block_sums.h"

namespace sluice::ml {

// Probabilities in equal steps, for calibration: rows, sum of probabilities, rows of the class. Of
// more than two classes the probability is that of the most probable one.
struct CalibrationBin {
  double n = 0;
  double probability_sum = 0;
  double positives = 0;
};

inline constexpr std::size_t kCalibrationBins = 10;

// Rows, and those whose class is among the most probable.
struct TopClassSums {
  double n = 0;
  double hits = 0;
};

// Where which sum stands.
class SumsLayout {
 public:
  explicit SumsLayout(const JudgedRows& rows);

  Task task() const { return task_; }
  std::size_t width() const { return width_; }
  std::size_t classes() const { return classes_; }
  std::size_t positive() const { return positive_; }
  bool has_probabilities() const { return probabilities_ || class_probabilities_; }
  bool has_class_probabilities() const { return class_probabilities_; }
  bool has_intervals() const { return intervals_; }
  std::size_t quantiles() const { return quantiles_; }

 private:
  Task task_;
  std::size_t classes_;
  std::size_t positive_;
  bool probabilities_;
  bool class_probabilities_;
  bool intervals_;
  std::size_t quantiles_;
  std::size_t width_;
};

// Sums read back as what they are. Borrows both.
class SumsView {
 public:
  SumsView(std::span<const double> sums, const SumsLayout& layout) : sums_(sums), layout_(layout) {}

  const SumsLayout& layout() const { return layout_; }
  // Regression and forecasts.
  ErrorSums errors() const;
  ScaledErrorSums scaled_errors() const;
  std::optional<CoverageSums> coverage() const;
  PinballSums pinball() const;  // over all quantiles
  // Classification.
  ConfusionMatrix confusion() const;
  std::optional<ProbabilitySums> probabilities() const;
  CalibrationBin calibration_bin(std::size_t i) const;
  std::optional<TopClassSums> top_classes() const;
  // Ranking.
  RankingSums ranking() const;

 private:
  std::span<const double> sums_;
  const SumsLayout& layout_;
};

// Which of `groups` groups each row belongs to; null: all rows are one group.
struct RowGroups {
  const std::uint32_t* of_row = nullptr;
  std::size_t groups = 1;
};

// One row of sums for each group.
BlockSums sum_rows(const JudgedRows& rows, const SumsLayout& layout, const RowGroups& groups);

}  // namespace sluice::ml
