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
#include "ml/evaluate/labelled_rows.h"
#include "ml/evaluate/metric.h"

namespace sluice::ml {

struct MetricValue {
  std::string name;
  std::optional<double> value;  // unset: not defined for these rows
};

struct SliceEvaluation {
  std::string column;
  std::string value;
  std::size_t rows = 0;
  std::vector<MetricValue> metrics;
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
  std::size_t rows = 0;
  std::vector<MetricValue> metrics;
  std::vector<SliceEvaluation> slices;  // by column as asked, worst (by the first metric) first
  std::vector<SmallSlices> small_slices;
};

std::vector<MetricValue> metrics_of(const ErrorSums& sums);
// One for each group, in order of the groups.
std::vector<ErrorSums> sum_errors_by_group(std::span<const double> truth,
                                           std::span<const double> prediction, double center,
                                           const Groups& groups);

// Fills rows, metrics, slices and the digest of the predictions.
void evaluate_rows(Evaluation& evaluation, std::span<const double> truth,
                   std::span<const double> prediction, std::span<const Groups> slices,
                   std::size_t min_rows);

Digest predictions_digest(std::span<const double> predictions);

JsonObject to_json(const Evaluation& evaluation);
std::string to_markdown(const Evaluation& evaluation);
std::string to_terminal_text(const Evaluation& evaluation);

}  // namespace sluice::ml
