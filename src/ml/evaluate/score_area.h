// Areas under the curves of a score, for all rows and without some of them: sorted once, a pass
// over the rows for each. Pure. Definitions and ties as in threshold_sweep.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ml/evaluate/metric.h"

namespace sluice::ml {

class ScoreAreas {
 public:
  // Labels 1 and 0, scores without NaN; a part for each row.
  ScoreAreas(std::span<const std::uint8_t> labels, std::span<const double> scores,
             std::span<const std::uint32_t> parts);

  // Unset without positives or (Roc) negatives.
  std::optional<double> of(ScoreArea area) const;
  std::optional<double> without(ScoreArea area, std::uint32_t part) const;

 private:
  struct Row {
    double score;
    std::uint32_t part;
    std::uint8_t label;
  };
  template <class Keep>
  std::optional<double> area_of(ScoreArea area, const Keep& keep) const;

  std::vector<Row> rows_;  // highest score first
};

}  // namespace sluice::ml
