#include "ml/evaluate/ranking.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include "base/check.h"
#include "ml/evaluate/threshold_sweep.h"

namespace sluice::ml {
namespace {

// Of the item at this place, from 0.
double discount(std::size_t place, std::size_t k) {
  return place < k ? 1 / std::log2(static_cast<double>(place) + 2) : 0;
}

double best_gain(std::span<const double> relevance, std::size_t k) {
  std::vector<double> sorted(relevance.begin(), relevance.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  double gain = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) gain += sorted[i] * discount(i, k);
  return gain;
}

std::optional<double> mean(double sum, double n) {
  return n > 0 ? std::optional(sum / n) : std::nullopt;
}

}  // namespace

std::optional<double> ndcg(std::span<const double> relevance, std::span<const double> scores,
                           std::size_t k) {
  CHECK(relevance.size() == scores.size());
  const double best = best_gain(relevance, k);
  if (!(best > 0)) return std::nullopt;
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  double gain = 0;
  for (std::size_t i = 0; i < order.size();) {
    double group_relevance = 0;
    double group_discount = 0;
    const std::size_t start = i;
    for (; i < order.size() && scores[order[i]] == scores[order[start]]; ++i) {
      group_relevance += relevance[order[i]];
      group_discount += discount(i, k);
    }
    gain += group_relevance * group_discount / static_cast<double>(i - start);
  }
  return gain / best;
}

std::optional<double> reciprocal_rank(std::span<const double> relevance,
                                      std::span<const double> scores) {
  CHECK(relevance.size() == scores.size());
  std::optional<double> best;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (relevance[i] > 0 && (!best || scores[i] > *best)) best = scores[i];
  if (!best) return std::nullopt;
  double before = 0;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (relevance[i] <= 0 && scores[i] >= *best) before += 1;
  return 1 / (before + 1);
}

std::optional<double> average_precision_of_query(std::span<const double> relevance,
                                                 std::span<const double> scores) {
  std::vector<std::uint8_t> labels;
  for (const double value : relevance) labels.push_back(value > 0 ? 1 : 0);
  return average_precision(threshold_sweep(labels, scores));
}

std::optional<double> RankingSums::mean_ndcg() const {
  return mean(ndcg_sum, queries);
}

std::optional<double> RankingSums::mean_reciprocal_rank() const {
  return mean(reciprocal_rank_sum, queries);
}

std::optional<double> RankingSums::mean_average_precision() const {
  return mean(average_precision_sum, queries);
}

}  // namespace sluice::ml
