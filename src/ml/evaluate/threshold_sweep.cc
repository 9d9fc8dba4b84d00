#include "ml/evaluate/threshold_sweep.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::ml {
namespace {

std::optional<double> ratio(double above, double below) {
  if (!(below > 0)) return std::nullopt;
  return above / below;
}

// use(point, row) for each different score, highest first; the point still lacks its threshold,
// which is the score of the row.
template <class Use>
void each_point(std::span<const RankedRow> ranked, const Use& use) {
  ThresholdPoint point;
  for (const RankedRow one : ranked) (one.label() != 0 ? point.positives : point.negatives) += 1;
  for (const RankedRow one : ranked) {
    (one.label() != 0 ? point.true_positives : point.false_positives) += 1;
    if (one.ends_score()) use(point, one.row());
  }
}

// Which of `points` points the next one is that stays.
std::size_t thin_place(std::size_t kept, std::size_t points, std::size_t most) {
  CHECK(most >= 2);
  return points <= most ? kept : kept * (points - 1) / (most - 1);
}

}  // namespace

std::optional<double> ThresholdPoint::precision() const {
  return ratio(true_positives, true_positives + false_positives);
}

std::optional<double> ThresholdPoint::recall() const {
  return ratio(true_positives, positives);
}

std::optional<double> ThresholdPoint::false_positive_rate() const {
  return ratio(false_positives, negatives);
}

std::optional<double> ThresholdPoint::f1() const {
  return ratio(2 * true_positives, positives + true_positives + false_positives);
}

double ThresholdPoint::accuracy() const {
  return (true_positives + negatives - false_positives) / (positives + negatives);
}

std::vector<ThresholdPoint> threshold_sweep(std::span<const std::uint8_t> labels,
                                            std::span<const double> scores) {
  std::vector<ThresholdPoint> sweep;
  each_point(rank_rows(scores, labels, 1), [&](ThresholdPoint point, std::uint32_t row) {
    point.threshold = scores[row];
    sweep.push_back(point);
  });
  return sweep;
}

std::vector<ThresholdPoint> thin_threshold_sweep(std::span<const RankedRow> ranked,
                                                 std::span<const double> scores, std::size_t most) {
  CHECK(ranked.size() == scores.size());
  const auto points = static_cast<std::size_t>(
      std::ranges::count_if(ranked, [](RankedRow one) { return one.ends_score(); }));
  std::vector<ThresholdPoint> kept;
  std::size_t at = 0;
  each_point(ranked, [&](ThresholdPoint point, std::uint32_t row) {
    if (at++ != thin_place(kept.size(), points, most)) return;
    point.threshold = scores[row];
    kept.push_back(point);
  });
  return kept;
}

std::optional<double> roc_auc(std::span<const ThresholdPoint> sweep) {
  if (sweep.empty()) return std::nullopt;
  double area = 0;
  double true_before = 0;
  double false_before = 0;
  for (const ThresholdPoint& point : sweep) {
    area += (point.false_positives - false_before) * (point.true_positives + true_before) / 2;
    true_before = point.true_positives;
    false_before = point.false_positives;
  }
  return ratio(area, sweep[0].positives * sweep[0].negatives);
}

std::optional<double> average_precision(std::span<const ThresholdPoint> sweep) {
  if (sweep.empty() || sweep[0].positives == 0) return std::nullopt;
  double sum = 0;
  double before = 0;
  for (const ThresholdPoint& point : sweep) {
    sum += (point.true_positives - before) * *point.precision();
    before = point.true_positives;
  }
  return sum / sweep[0].positives;
}

const ThresholdPoint* best_f1(std::span<const ThresholdPoint> sweep) {
  const ThresholdPoint* best = nullptr;
  for (const ThresholdPoint& point : sweep)
    if (best == nullptr || point.f1().value_or(0) > best->f1().value_or(0)) best = &point;
  return best;
}

std::vector<ThresholdPoint> thin_out(std::span<const ThresholdPoint> sweep, std::size_t most) {
  std::vector<ThresholdPoint> kept;
  while (kept.size() < std::min(most, sweep.size()))
    kept.push_back(sweep[thin_place(kept.size(), sweep.size(), most)]);
  return kept;
}

}  // namespace sluice::ml
