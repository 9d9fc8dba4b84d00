// Judging predictions: every metric over all rows and by slice. Pure.
//
// `evaluation.json` is to_json() of it (docs/formats/evaluation.md).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/result.h"
#include "ml/evaluate/calibration.h"
#include "ml/evaluate/fairness.h"
#include "ml/evaluate/metric_values.h"
#include "ml/evaluate/threshold_sweep.h"

namespace sluice::ml {

struct SliceEvaluation {
  std::string column;
  std::string value;
  std::size_t rows = 0;
  std::vector<MetricValue> metrics;
};

// Of one class, in the order of `classes`.
struct ClassEvaluation {
  MetricValue precision;
  MetricValue recall;
  MetricValue f1;
};

// A choice that the numbers depend on: "threshold", 0.5.
struct Setting {
  std::string name;
  Json value;
};

// Slices of a column that were left out because they have fewer rows than asked for.
struct SmallSlices {
  std::string column;
  std::size_t slices = 0;
  std::size_t rows = 0;
};

// What the key 'format' of its JSON says.
inline constexpr std::int64_t kEvaluationFormat = 1;

struct Evaluation {
  std::string model;  // what people call it; "predictions" for a column of predictions
  std::optional<Digest> model_digest;
  Digest data_digest;
  Digest predictions_digest;  // of the numbers, 8 bytes each, least significant byte first
  std::string target;
  Task task = Task::Regression;
  std::string block;  // the column whose values hang together; empty: rows are independent
  std::size_t rows = 0;
  std::vector<const Metric*> chosen;  // of each entry of `metrics`
  std::vector<MetricValue> metrics;
  std::vector<std::string> undefined;  // metrics without a value, each with the reason
  std::vector<Setting> settings;
  std::vector<SliceEvaluation> slices;  // by column as asked, worst (by the first metric) first
  std::vector<SmallSlices> small_slices;
  std::vector<std::string> classes;  // of a classification, in the order of `confusion`
  std::optional<ConfusionMatrix> confusion;
  std::vector<ClassEvaluation> by_class;
  std::optional<Calibration> calibration;
  std::vector<Fairness> fairness;
  std::vector<ThresholdPoint> thresholds;  // of probabilities, highest first; thinned out
  std::vector<std::string> warnings;       // leakage and the like, whole sentences
};

struct EvaluationPlan {
  std::vector<const Metric*> metrics;  // at least one
  std::size_t min_rows = 30;           // slices with fewer are left out
  const Groups* blocks = nullptr;
};

// Fills what the rows tell: task, metrics, slices, calibration, thresholds, digest of the
// predictions.
void evaluate_rows(Evaluation& evaluation, const JudgedRows& rows, std::span<const Groups> slices,
                   const EvaluationPlan& plan);

Digest predictions_digest(std::span<const double> predictions);
Digest predictions_digest(const JudgedRows& rows);

// "9 649 rows", of a ranking "200 queries"; the settings as "positive yes, threshold 0.5".
std::string judged_rows_text(const Evaluation& evaluation);
std::string settings_text(const Evaluation& evaluation);

// Values by name; null where not defined.
JsonObject metrics_json(const std::vector<MetricValue>& metrics);
JsonObject to_json(const Evaluation& evaluation);
std::string to_markdown(const Evaluation& evaluation);
std::string to_terminal_text(const Evaluation& evaluation);

}  // namespace sluice::ml
