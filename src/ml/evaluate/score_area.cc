#include "ml/evaluate/score_area.h"

#include <algorithm>

#include "base/check.h"
#include "ml/evaluate/score_order.h"

namespace sluice::ml {
namespace {

std::size_t part_count(std::span<const std::uint32_t> parts) {
  return parts.empty() ? 0 : std::size_t{*std::max_element(parts.begin(), parts.end())} + 1;
}

}  // namespace

ScoreAreas::ScoreAreas(std::span<const std::uint8_t> labels, std::span<const double> scores,
                       std::span<const std::uint32_t> parts)
    : parts_(part_count(parts)) {
  CHECK(labels.size() == scores.size() && labels.size() == parts.size());
  std::vector<ScoredRow> rows;
  rows.reserve(labels.size());
  for (const std::uint32_t row : highest_first(scores))
    rows.push_back({scores[row], parts[row], labels[row]});
  add_rows(rows);
}

ScoreAreas::ScoreAreas(std::span<const ScoredRow> highest_first, std::size_t parts)
    : parts_(parts) {
  add_rows(highest_first);
}

void ScoreAreas::add_rows(std::span<const ScoredRow> highest_first) {
  std::vector<double> equal_positives(parts_.size());
  for (std::size_t first = 0; first < highest_first.size();) {
    std::size_t last = first + 1;
    while (last < highest_first.size() && highest_first[last].score == highest_first[first].score)
      ++last;
    add_equal(highest_first.subspan(first, last - first), equal_positives);
    first = last;
  }
}

// `equal_positives`: zero for each part, before and after.
void ScoreAreas::add_equal(std::span<const ScoredRow> equal, std::vector<double>& equal_positives) {
  double new_positives = 0;
  for (const ScoredRow& row : equal) {
    if (row.label == 0) continue;
    new_positives += 1;
    equal_positives[row.part] += 1;
  }
  const double new_negatives = static_cast<double>(equal.size()) - new_positives;
  const double above = positives_ + new_positives / 2;
  for (const ScoredRow& row : equal) {
    Part& part = parts_[row.part];
    if (row.label != 0) {
      part.before_positives += negatives_ + new_negatives / 2;
    } else {
      part.above_negatives += above;
      part.above_own += part.positives + equal_positives[row.part] / 2;
    }
  }
  pairs_ += new_negatives * above;
  for (const ScoredRow& row : equal) {
    Part& part = parts_[row.part];
    (row.label != 0 ? part.positives : part.negatives) += 1;
  }
  positives_ += new_positives;
  negatives_ += new_negatives;
  if (new_positives == 0) return;
  add_precision(new_positives, equal_positives);
  for (const ScoredRow& row : equal) equal_positives[row.part] = 0;
}

void ScoreAreas::add_precision(double new_positives, const std::vector<double>& equal_positives) {
  precision_recall_ += new_positives * positives_ / (positives_ + negatives_);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    const double positives = positives_ - part.positives;
    // Without rows there are no positives either.
    const double rows = std::max(positives + negatives_ - part.negatives, 1.0);
    part.precision_recall += (new_positives - equal_positives[i]) * positives / rows;
  }
}

std::optional<double> ScoreAreas::of(ScoreArea area) const {
  CHECK(area != ScoreArea::None);
  if (positives_ == 0 || (area == ScoreArea::Roc && negatives_ == 0)) return std::nullopt;
  return area == ScoreArea::Roc ? pairs_ / (positives_ * negatives_)
                                : precision_recall_ / positives_;
}

std::optional<double> ScoreAreas::without(ScoreArea area, std::uint32_t part) const {
  CHECK(area != ScoreArea::None);
  if (part >= parts_.size()) return of(area);
  const Part& left_out = parts_[part];
  const double positives = positives_ - left_out.positives;
  const double negatives = negatives_ - left_out.negatives;
  if (positives == 0 || (area == ScoreArea::Roc && negatives == 0)) return std::nullopt;
  if (area == ScoreArea::PrecisionRecall) return left_out.precision_recall / positives;
  const double with_its_positives = left_out.positives * negatives_ - left_out.before_positives;
  const double pairs = pairs_ - with_its_positives - left_out.above_negatives + left_out.above_own;
  return pairs / (positives * negatives);
}

}  // namespace sluice::ml
