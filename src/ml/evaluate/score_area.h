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

struct ScoredRow {
  double score = 0;
  std::uint32_t part = 0;
  std::uint8_t label = 0;
};

class ScoreAreas {
 public:
  // Labels 1 and 0, scores without NaN; a part for each row.
  ScoreAreas(std::span<const std::uint8_t> labels, std::span<const double> scores,
             std::span<const std::uint32_t> parts);
  // Of rows in the order of highest_first() (score_order.h); their parts are below `parts`.
  ScoreAreas(std::span<const ScoredRow> highest_first, std::size_t parts);

  // Unset without positives or (Roc) negatives.
  std::optional<double> of(ScoreArea area) const;
  std::optional<double> without(ScoreArea area, std::uint32_t part) const;
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
  };
  void add_rows(std::span<const ScoredRow> highest_first);
  void add_equal(std::span<const ScoredRow> equal, std::vector<double>& equal_positives);
  void add_precision(double new_positives, const std::vector<double>& equal_positives);

  double positives_ = 0;
  double negatives_ = 0;
  double pairs_ = 0;  // in the right order, ties half
  double precision_recall_ = 0;
  std::vector<Part> parts_;
};

}  // namespace sluice::ml
