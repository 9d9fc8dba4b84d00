// Rows with the truth and one model's predictions, in the terms of a task. A value; every vector
// that is not empty has one entry for each row. Numbers are finite.
//
// Of a ranking a row is a whole query, already judged; `prediction` keeps the scores of its items.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ml/evaluate/score_order.h"
#include "ml/evaluate/task.h"
#include "ml/evaluate/tweedie.h"

namespace sluice::ml {

// How well the items of one query are ranked; NaN where nothing is relevant.
struct RankedQuery {
  double ndcg = 0;
  double reciprocal_rank = 0;
  double average_precision = 0;
};

struct QuantileForecast {
  double quantile = 0.5;
  std::vector<double> values;
};

// More different values are no classes.
inline constexpr std::size_t kMaxClasses = 50;
using ClassIndex = std::uint8_t;

struct JudgedRows {
  Task task = Task::Regression;
  std::vector<double> truth;
  std::vector<double> prediction;
  double center = 0;  // of the truth: any fixed number near its mean (error_sums.h)
  double tweedie_power = kUsualTweediePower;

  // Classification: indices into `classes`; probabilities are of the class `positive`, of two.
  std::vector<std::string> classes;
  std::size_t positive = 1;
  std::vector<ClassIndex> true_class;
  std::vector<ClassIndex> predicted_class;
  std::vector<double> probability;
  // Of more than two classes: of each class, by row; those of a row sum to one.
  std::vector<std::vector<double>> class_probability;
  std::size_t top = 2;  // how many of the most probable classes count for top_k_accuracy

  // Forecasts: an interval, quantiles, and the mean (squared) step of each row's series (NaN where
  // its history never changes).
  std::vector<double> low;
  std::vector<double> high;
  std::vector<QuantileForecast> quantiles;
  std::vector<double> naive_absolute;
  std::vector<double> naive_squared;
  // With a history: the series of each row, and what each series weighs (>= 0).
  std::vector<std::uint32_t> series;
  std::vector<double> series_weights;

  std::vector<RankedQuery> queries;

  std::size_t size() const;
  // 1 for each row of the positive class, else 0.
  std::vector<std::uint8_t> labels() const;
  // Of the probability of the positive class; empty without one.
  std::vector<RankedRow> ranked() const;
};

// Of numbers, for regression and forecasts.
JudgedRows judged_numbers(Task task, std::vector<double> truth, std::vector<double> prediction);

// Of two classes by probability: 1 from `threshold` on. Truth is 0 or 1, in any other case
// InvalidInput, which names the row.
Result<JudgedRows> judged_probabilities(std::span<const double> truth,
                                        std::vector<double> probability, double threshold);

}  // namespace sluice::ml
