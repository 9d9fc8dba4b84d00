// How a score separates two classes, at every threshold. Pure.
//
//   roc_auc            share of pairs (positive, negative) in the right order, ties half
//   average_precision  sum over thresholds of (recall gained) * precision: the area under the
//                      precision-recall curve without interpolation, as in scikit-learn
// A row counts as positive at a threshold when its score is at least that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ml/evaluate/score_order.h"

namespace sluice::ml {

struct ThresholdPoint {
  double threshold = 0;
  double true_positives = 0;
  double false_positives = 0;
  double positives = 0;  // of all rows
  double negatives = 0;

  std::optional<double> precision() const;
  std::optional<double> recall() const;
  std::optional<double> false_positive_rate() const;
  std::optional<double> f1() const;
  double accuracy() const;
};

// One point for each different score, highest first. Labels 1 and 0; scores without NaN.
std::vector<ThresholdPoint> threshold_sweep(std::span<const std::uint8_t> labels,
                                            std::span<const double> scores);

// Of a sweep; unset without positives or (the first) without negatives.
std::optional<double> roc_auc(std::span<const ThresholdPoint> sweep);
std::optional<double> average_precision(std::span<const ThresholdPoint> sweep);

// The point with the highest F1, the highest threshold among equals; null for an empty sweep.
const ThresholdPoint* best_f1(std::span<const ThresholdPoint> sweep);

// At most `most` points of a sweep, evenly spaced in it, first and last included: for plots.
std::vector<ThresholdPoint> thin_out(std::span<const ThresholdPoint> sweep, std::size_t most);
// The same of a sweep that is never there as a whole; `ranked` is rank_rows() of the scores.
std::vector<ThresholdPoint> thin_threshold_sweep(std::span<const RankedRow> ranked,
                                                 std::span<const double> scores, std::size_t most);

}  // namespace sluice::ml
