#include "ml/evaluate/evaluation.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "base/check.h"
#include "base/strings.h"
#include "ml/evaluate/metric_needs.h"
#include "os/in_parallel.h"

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

// Of one column.
struct JudgedSlices {
  std::vector<SliceEvaluation> slices;  // worst first
  SmallSlices small;
};

JudgedSlices judge_slices(const MetricValues& values, const Groups& groups,
                          const EvaluationPlan& plan) {
  JudgedSlices judged{{}, {groups.column, 0, 0}};
  for (std::size_t group = 0; group < values.groups(); ++group) {
    const std::size_t count = values.rows(group);
    if (count == 0) continue;
    if (count < plan.min_rows) {
      ++judged.small.slices;
      judged.small.rows += count;
    } else {
      judged.slices.push_back(
          {groups.column, groups.names[group], count, values_of(values, group, plan.metrics)});
    }
  }
  std::stable_sort(judged.slices.begin(), judged.slices.end(), IsWorse{*plan.metrics.front()});
  return judged;
}

// What all rows tell: metrics, confusion, calibration.
void judge_all(Evaluation& evaluation, const JudgedRows& rows, const EvaluationPlan& plan,
               std::span<const RankedRow> ranked) {
  const MetricValues values(rows, nullptr, plan.blocks, ranked);
  evaluation.metrics = values_of(values, 0, plan.metrics);
  for (std::size_t i = 0; i < plan.metrics.size(); ++i)
    if (!evaluation.metrics[i].value && missing_input(*plan.metrics[i], rows).empty())
      evaluation.undefined.push_back(
          cat(plan.metrics[i]->name, " (", undefined_reason(*plan.metrics[i]), ")"));
  const std::vector<double> total = values.sums(0);
  const SumsView sums(total, values.layout());
  evaluation.calibration = calibration_of(rows, sums, ranked);
  if (rows.task != Task::Classification) return;
  evaluation.classes = rows.classes;
  evaluation.confusion = sums.confusion();
  for (std::size_t c = 0; c < rows.classes.size(); ++c)
    evaluation.by_class.push_back({values.of_class(&ConfusionMatrix::precision, c, 0),
                                   values.of_class(&ConfusionMatrix::recall, c, 0),
                                   values.of_class(&ConfusionMatrix::f1, c, 0)});
}

}  // namespace

void evaluate_rows(Evaluation& evaluation, const JudgedRows& rows, std::span<const Groups> slices,
                   const EvaluationPlan& plan) {
  CHECK(!plan.metrics.empty());
  evaluation.task = rows.task;
  evaluation.rows = rows.size();
  evaluation.chosen = plan.metrics;
  if (plan.blocks != nullptr) evaluation.block = plan.blocks->column;
  const std::vector<RankedRow> ranked = rows.ranked();
  std::vector<JudgedSlices> judged(slices.size());
  // Each writes only what is its own.
  std::vector<std::function<void()>> works;
  works.emplace_back([&] { judge_all(evaluation, rows, plan, ranked); });
  for (std::size_t i = 0; i < slices.size(); ++i)
    works.emplace_back([&, i] {
      const MetricValues values(rows, &slices[i], plan.blocks, ranked);
      judged[i] = judge_slices(values, slices[i], plan);
    });
  works.emplace_back([&] { evaluation.predictions_digest = predictions_digest(rows); });
  works.emplace_back([&] {
    if (!ranked.empty())
      evaluation.thresholds = thin_threshold_sweep(ranked, rows.probability, kThresholds);
  });
  os::in_parallel(works.size(), [&](std::size_t i) { works[i](); });
  for (JudgedSlices& one : judged) {
    std::ranges::move(one.slices, std::back_inserter(evaluation.slices));
    if (one.small.slices > 0) evaluation.small_slices.push_back(one.small);
  }
}

Digest predictions_digest(std::span<const double> predictions) {
  static_assert(std::endian::native == std::endian::little, "turn the bytes round first");
  Sha256 hash;
  hash.update({reinterpret_cast<const char*>(predictions.data()), predictions.size_bytes()});
  return hash.finish();
}

Digest predictions_digest(const JudgedRows& rows) {
  if (!rows.probability.empty()) return predictions_digest(rows.probability);
  if (rows.task != Task::Classification) return predictions_digest(rows.prediction);
  if (!rows.class_probability.empty()) {
    std::vector<double> by_row;
    for (std::size_t row = 0; row < rows.size(); ++row)
      for (const auto& of_class : rows.class_probability) by_row.push_back(of_class[row]);
    return predictions_digest(by_row);
  }
  const std::vector<double> classes(rows.predicted_class.begin(), rows.predicted_class.end());
  return predictions_digest(classes);
}

}  // namespace sluice::ml
