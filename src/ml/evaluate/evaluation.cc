#include "ml/evaluate/evaluation.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace sluice::ml {
namespace {

// Slices where the first metric is not defined come first: they are the ones to look at.
bool is_worse(const SliceEvaluation& a, const SliceEvaluation& b) {
  const Metric& metric = regression_metrics().front();
  const auto& x = a.metrics.front().value;
  const auto& y = b.metrics.front().value;
  if (!x || !y) return !x && y.has_value();
  return badness(metric, *x) > badness(metric, *y);
}

void add_slices(Evaluation& evaluation, const std::vector<ErrorSums>& sums, const Groups& groups,
                std::size_t min_rows) {
  SmallSlices small{groups.column, 0, 0};
  std::vector<SliceEvaluation> slices;
  for (std::size_t group = 0; group < sums.size(); ++group) {
    const auto rows = static_cast<std::size_t>(sums[group].n);
    if (rows < min_rows) {
      ++small.slices;
      small.rows += rows;
    } else {
      slices.push_back({groups.column, groups.names[group], rows, metrics_of(sums[group])});
    }
  }
  std::stable_sort(slices.begin(), slices.end(), is_worse);
  std::move(slices.begin(), slices.end(), std::back_inserter(evaluation.slices));
  if (small.slices > 0) evaluation.small_slices.push_back(small);
}

}  // namespace

std::vector<MetricValue> metrics_of(const ErrorSums& sums) {
  std::vector<MetricValue> values;
  for (const Metric& metric : regression_metrics())
    values.push_back({std::string(metric.name), metric.of(sums)});
  return values;
}

std::vector<ErrorSums> sum_errors_by_group(std::span<const double> truth,
                                           std::span<const double> prediction, double center,
                                           const Groups& groups) {
  CHECK(truth.size() == prediction.size() && truth.size() == groups.of_row.size());
  std::vector<ErrorSums> sums(groups.names.size());
  for (std::size_t i = 0; i < truth.size(); ++i)
    sums[groups.of_row[i]].add_row(truth[i], prediction[i], center);
  return sums;
}

void evaluate_rows(Evaluation& evaluation, std::span<const double> truth,
                   std::span<const double> prediction, std::span<const Groups> slices,
                   std::size_t min_rows) {
  const double center = mean_of(truth);
  evaluation.rows = truth.size();
  evaluation.metrics = metrics_of(sum_errors(truth, prediction, center));
  evaluation.predictions_digest = predictions_digest(prediction);
  for (const Groups& groups : slices)
    add_slices(evaluation, sum_errors_by_group(truth, prediction, center, groups), groups,
               min_rows);
}

Digest predictions_digest(std::span<const double> predictions) {
  Sha256 hash;
  for (double prediction : predictions) {
    auto bits = std::bit_cast<std::uint64_t>(prediction);
    char bytes[8];
    for (char& byte : bytes) {
      byte = static_cast<char>(bits & 0xff);
      bits >>= 8;
    }
    hash.update({bytes, sizeof bytes});
  }
  return hash.finish();
}

}  // namespace sluice::ml
