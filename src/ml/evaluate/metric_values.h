// Metrics of groups of rows, with intervals. Pure.
//
// The rows of each group are cut into parts that are left out one at a time: jackknife over at most
// kParts parts (TensorFlow Model Analysis takes 20, too), interval from Student's t. Without blocks
// parts are neighbouring rows of the group; with blocks all rows of a block are in one part, so
// that rows which hang together stay together. Where there are so many groups that the parts would
// not fit into 256 MB there are no intervals. Where leaving parts out changes nothing because every
// row is right (or wrong), Wilson's interval says how much so many rows can tell: those of the
// rarest class where the metric is one of classes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ml/evaluate/labelled_rows.h"
#include "ml/evaluate/metric.h"
#include "ml/evaluate/score_area.h"
#include "ml/evaluate/weighted_series.h"
#include "ml/statistics/interval.h"

namespace sluice::ml {

struct MetricValue {
  std::string name;
  std::optional<double> value;  // unset: not defined for these rows
  std::optional<Interval> interval;
};

inline constexpr std::size_t kParts = 20;
inline constexpr double kMetricConfidence = 0.95;

class MetricValues {
 public:
  // Borrows the rows. `groups` null: all rows are one group; `blocks` null: rows are independent.
  MetricValues(const JudgedRows& rows, const Groups* groups, const Groups* blocks,
               std::size_t parts = kParts);
  // With rows.ranked() known.
  MetricValues(const JudgedRows& rows, const Groups* groups, const Groups* blocks,
               std::span<const RankedRow> ranked, std::size_t parts = kParts);

  std::size_t groups() const { return counts_.size(); }
  std::size_t rows(std::size_t group) const { return counts_[group]; }
  std::optional<double> value(const Metric& metric, std::size_t group) const;
  MetricValue with_interval(const Metric& metric, std::size_t group) const;
  // Precision, recall or F1 of one class.
  using OfClass = std::optional<double> (ConfusionMatrix::*)(std::size_t) const;
  MetricValue of_class(OfClass of, std::size_t which, std::size_t group) const;
  const SumsLayout& layout() const { return layout_; }
  // Of all rows of a group.
  std::vector<double> sums(std::size_t group) const;

 private:
  void cut_into_parts(const Groups* groups, const Groups* blocks);
  void judge_scores(std::span<const RankedRow> ranked);
  std::optional<double> area_of(const Metric& metric, std::size_t group,
                                std::optional<std::uint32_t> without) const;
  double rarest_class(std::size_t group) const;
  MetricValue of_sums(MetricValue found, const SumsStatistic& statistic, MetricRange range,
                      std::size_t group) const;
  MetricValue of_scores(const Metric& metric, std::size_t group) const;
  MetricValue of_series(const Metric& metric, std::size_t group) const;

  const JudgedRows& rows_;
  SumsLayout layout_;
  std::size_t parts_;
  std::vector<std::size_t> counts_;
  std::vector<std::uint32_t> cell_;  // group * parts + part of each row
  // Of each class that has scores, for each group; empty: there are none.
  std::vector<std::vector<ScoreAreas>> areas_;
  std::optional<WeightedSeries> series_;
  BlockSums sums_;
};

// Keeps the ends of an interval where values can be.
Interval clamp_to_range(Interval interval, MetricRange range);

}  // namespace sluice::ml
