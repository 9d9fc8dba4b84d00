#include "ml/statistics/delong.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace sluice::ml {
namespace {

// V and W of one model.
struct Placements {
  std::vector<double> positives;
  std::vector<double> negatives;
  double area = 0;
};

Placements placements(std::span<const std::uint8_t> labels, std::span<const double> scores) {
  std::vector<double> positives;
  std::vector<double> negatives;
  for (std::size_t i = 0; i < labels.size(); ++i)
    (labels[i] != 0 ? positives : negatives).push_back(scores[i]);
  const auto all = midranks(scores);
  const auto among_positives = midranks(positives);
  const auto among_negatives = midranks(negatives);
  const auto p = static_cast<double>(positives.size());
  const auto n = static_cast<double>(negatives.size());
  Placements found;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0) {
      const std::size_t k = found.positives.size();
      found.positives.push_back((all[i] - among_positives[k]) / n);
      found.area += found.positives.back() / p;
    } else {
      const std::size_t k = found.negatives.size();
      found.negatives.push_back(1 - (all[i] - among_negatives[k]) / p);
    }
  }
  return found;
}

// Sample variance of a - b, divided by their number.
double variance_of_mean(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double mean = 0;
  for (std::size_t i = 0; i < a.size(); ++i) mean += (a[i] - b[i]) / n;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(a[i] - b[i] - mean, 2);
  return sum / (n - 1) / n;
}

}  // namespace

std::vector<double> midranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    const double rank = (static_cast<double>(i) + static_cast<double>(end) + 1) / 2;
    for (; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

std::optional<AucTest> delong_test(std::span<const std::uint8_t> labels,
                                   std::span<const double> champion_scores,
                                   std::span<const double> challenger_scores,
                                   const ComparisonPlan& plan) {
  CHECK(labels.size() == champion_scores.size() && labels.size() == challenger_scores.size());
  const Placements champion = placements(labels, champion_scores);
  const Placements challenger = placements(labels, challenger_scores);
  if (champion.positives.size() < 2 || champion.negatives.size() < 2) return std::nullopt;
  AucTest test;
  test.champion = champion.area;
  test.challenger = challenger.area;
  const double error = std::sqrt(variance_of_mean(challenger.positives, champion.positives) +
                                 variance_of_mean(challenger.negatives, champion.negatives));
  const double gain = challenger.area - champion.area;
  if (error > 0) test.statistic = gain / error;
  test.evidence = evidence_from(gain, error, plan);
  test.evidence.test = "delong";
  test.evidence.rows = labels.size();
  return test;
}

}  // namespace sluice::ml
