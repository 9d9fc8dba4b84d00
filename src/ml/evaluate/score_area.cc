#include "ml/evaluate/score_area.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::ml {

ScoreAreas::ScoreAreas(std::span<const std::uint8_t> labels, std::span<const double> scores,
                       std::span<const std::uint32_t> parts) {
  CHECK(labels.size() == scores.size() && labels.size() == parts.size());
  rows_.reserve(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) rows_.push_back({scores[i], parts[i], labels[i]});
  std::sort(rows_.begin(), rows_.end(),
            [](const Row& a, const Row& b) { return a.score > b.score; });
}

template <class Keep>
std::optional<double> ScoreAreas::area_of(ScoreArea area, const Keep& keep) const {
  CHECK(area != ScoreArea::None);
  double positives = 0;
  double negatives = 0;
  double roc = 0;
  double precision_recall = 0;
  for (std::size_t i = 0; i < rows_.size();) {
    const double score = rows_[i].score;
    double new_positives = 0;
    double new_negatives = 0;
    for (; i < rows_.size() && rows_[i].score == score; ++i)
      if (keep(rows_[i])) (rows_[i].label != 0 ? new_positives : new_negatives) += 1;
    roc += new_negatives * (positives + new_positives / 2);
    positives += new_positives;
    negatives += new_negatives;
    if (new_positives > 0) precision_recall += new_positives * positives / (positives + negatives);
  }
  if (positives == 0 || (area == ScoreArea::Roc && negatives == 0)) return std::nullopt;
  return area == ScoreArea::Roc ? roc / (positives * negatives) : precision_recall / positives;
}

std::optional<double> ScoreAreas::of(ScoreArea area) const {
  return area_of(area, [](const Row&) { return true; });
}

std::optional<double> ScoreAreas::without(ScoreArea area, std::uint32_t part) const {
  return area_of(area, [part](const Row& row) { return row.part != part; });
}

}  // namespace sluice::ml
