#include "ml/evaluate/evaluation.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kThresholds = 201;

// Slices where the first metric is not defined come first: they are the ones to look at.
struct IsWorse {
  const Metric& metric;
  bool operator()(const SliceEvaluation& a, const SliceEvaluation& b) const {
    const auto& x = a.metrics.front().value;
    const auto& y = b.metrics.front().value;
    if (!x || !y) return !x && y.has_value();
    return badness(metric, *x) > badness(metric, *y);
  }
};

std::vector<MetricValue> values_of(const MetricValues& values, std::size_t group,
                                   const std::vector<const Metric*>& metrics) {
  std::vector<MetricValue> found;
  for (const Metric* metric : metrics) found.push_back(values.with_interval(*metric, group));
  return found;
}

void add_slices(Evaluation& evaluation, const JudgedRows& rows, const Groups& groups,
                const EvaluationPlan& plan) {
  const MetricValues values(rows, &groups, plan.blocks);
  SmallSlices small{groups.column, 0, 0};
  std::vector<SliceEvaluation> slices;
  for (std::size_t group = 0; group < values.groups(); ++group) {
    const std::size_t count = values.rows(group);
    if (count == 0) continue;
    if (count < plan.min_rows) {
      ++small.slices;
      small.rows += count;
    } else {
      slices.push_back(
          {groups.column, groups.names[group], count, values_of(values, group, plan.metrics)});
    }
  }
  std::stable_sort(slices.begin(), slices.end(), IsWorse{*plan.metrics.front()});
  std::move(slices.begin(), slices.end(), std::back_inserter(evaluation.slices));
  if (small.slices > 0) evaluation.small_slices.push_back(small);
}

}  // namespace

void evaluate_rows(Evaluation& evaluation, const JudgedRows& rows, std::span<const Groups> slices,
                   const EvaluationPlan& plan) {
  CHECK(!plan.metrics.empty());
  evaluation.task = rows.task;
  evaluation.rows = rows.size();
  evaluation.chosen = plan.metrics;
  if (plan.blocks != nullptr) evaluation.block = plan.blocks->column;
  evaluation.metrics = values_of(MetricValues(rows, nullptr, plan.blocks), 0, plan.metrics);
  evaluation.predictions_digest = predictions_digest(rows);
  evaluation.calibration = calibration_of(rows);
  if (!rows.probability.empty())
    evaluation.thresholds = thin_out(threshold_sweep(rows.labels(), rows.probability), kThresholds);
  for (const Groups& groups : slices) add_slices(evaluation, rows, groups, plan);
}

Digest predictions_digest(std::span<const double> predictions) {
  constexpr std::size_t kAtATime = 8192;
  Sha256 hash;
  std::string bytes;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    auto bits = std::bit_cast<std::uint64_t>(predictions[i]);
    for (int byte = 0; byte < 8; ++byte) {
      bytes.push_back(static_cast<char>(bits & 0xff));
      bits >>= 8;
    }
    if (bytes.size() < 8 * kAtATime) continue;
    hash.update(bytes);
    bytes.clear();
  }
  hash.update(bytes);
  return hash.finish();
}

Digest predictions_digest(const JudgedRows& rows) {
  if (!rows.probability.empty()) return predictions_digest(rows.probability);
  if (rows.task != Task::Classification) return predictions_digest(rows.prediction);
  const std::vector<double> classes(rows.predicted_class.begin(), rows.predicted_class.end());
  return predictions_digest(classes);
}

}  // namespace sluice::ml
