// Areas under the curves of a score, for all rows and without each part of them: one pass over the
// rows. Pure. Definitions and ties as in threshold_sweep.h.
//
// Pairs (positive, negative) without a part are all pairs less those with a positive of the part,
// less those with a negative of it, plus those with both of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ml/evaluate/metric.h"

namespace sluice::ml {

class ScoreAreas {
 public:
  // Without rows yet.
  explicit ScoreAreas(std::size_t parts) : parts_(parts) {}
  // Labels 1 and 0, scores without NaN; a part for each row.
  ScoreAreas(std::span<const std::uint8_t> labels, std::span<const double> scores,
             std::span<const std::uint32_t> parts);

  // One row after the other, highest scores first; equal scores have one number, others another.
  // `part` is below that of the constructor. finish() after the last.
  void add(std::uint32_t score_number, std::uint32_t part, std::uint8_t label) {
    if (score_number != score_number_) finish();
    score_number_ = score_number;
    last_part_ = part;
    Part& own = parts_[part];
    (label != 0 ? own.new_positives : own.new_negatives) += 1;
    (label != 0 ? new_positives_ : new_negatives_) += 1;
  }
  void finish();

  // Unset without positives or (Roc) negatives.
  std::optional<double> of(ScoreArea area) const;
  std::optional<double> without(ScoreArea area, std::uint32_t part) const;
  double positives() const { return positives_; }
  double negatives() const { return negatives_; }
  double positives_without(std::uint32_t part) const {
    return positives_ - (part < parts_.size() ? parts_[part].positives : 0);
  }
  bool has_rows(std::uint32_t part) const {
    return parts_[part].positives + parts_[part].negatives > 0;
  }

 private:
  struct Part {
    double positives = 0;
    double negatives = 0;
    double before_positives = 0;  // negatives above the positives of the part, ties half
    double above_negatives = 0;   // positives above the negatives of the part
    double above_own = 0;         // of these in the part, too
    double precision_recall = 0;  // without the part
    double new_positives = 0;     // of the score that is being added
    double new_negatives = 0;
  };
  void add_pairs(Part& part);
  void add_precision();

  double positives_ = 0;
  double negatives_ = 0;
  double new_positives_ = 0;
  double new_negatives_ = 0;
  double pairs_ = 0;  // in the right order, ties half
  double precision_recall_ = 0;
  std::uint32_t score_number_ = 0;
  std::uint32_t last_part_ = 0;
  std::vector<Part> parts_;
};

}  // namespace sluice::ml
