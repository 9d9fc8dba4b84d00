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
  std::uint32_t number = 0;
  for (const RankedRow one : rank_rows(scores, labels, 1)) {
    add(number, parts[one.row()], one.label());
    if (one.ends_score()) ++number;
  }
  finish();
}

// The rows of one score come in.
void ScoreAreas::finish() {
  const double rows = new_positives_ + new_negatives_;
  if (rows == 0) return;
  if (rows == 1) {
    add_pairs(parts_[last_part_]);
  } else {
    for (Part& part : parts_) add_pairs(part);
  }
  pairs_ += new_negatives_ * (positives_ + new_positives_ / 2);
  positives_ += new_positives_;
  negatives_ += new_negatives_;
  if (new_positives_ > 0)
    add_precision();
  else if (rows == 1)
    parts_[last_part_].new_negatives = 0;
  else
    for (Part& part : parts_) part.new_negatives = 0;
  new_positives_ = 0;
  new_negatives_ = 0;
}

void ScoreAreas::add_pairs(Part& part) {
  part.before_positives += part.new_positives * (negatives_ + new_negatives_ / 2);
  part.above_negatives += part.new_negatives * (positives_ + new_positives_ / 2);
  part.above_own += part.new_negatives * (part.positives + part.new_positives / 2);
  part.positives += part.new_positives;
  part.negatives += part.new_negatives;
}

void ScoreAreas::add_precision() {
  precision_recall_ += new_positives_ * positives_ / (positives_ + negatives_);
  for (Part& part : parts_) {
    const double positives = positives_ - part.positives;
    // Without rows there are no positives either.
    const double rows = std::max(positives + negatives_ - part.negatives, 1.0);
    part.precision_recall += (new_positives_ - part.new_positives) * positives / rows;
    part.new_positives = 0;
    part.new_negatives = 0;
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
