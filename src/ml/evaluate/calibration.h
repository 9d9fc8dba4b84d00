// Do predictions mean what they say? Pure.
//
// Probabilities: ten bins of equal width; ece is the mean distance of predicted and observed share,
// weighted by rows (Naeini, Cooper, Hauskrecht, AAAI 2015); of more than two classes of the most
// probable one, as often as it came (Guo et al., ICML 2017). Of one class, slope and intercept of
// the logistic regression of the truth on ln(p / (1 - p)) (Cox 1958), 1 and 0 for a calibrated
// model; maximum likelihood by Newton's method, probabilities held within [2^-52, 1 - 2^-52].
// Numbers: ten bins of equal counts by prediction; slope and intercept of the least-squares line of
// the truth on the prediction.
#pragma once

#include <optional>
#include <vector>

#include "base/json.h"
#include "ml/evaluate/row_sums.h"

namespace sluice::ml {

struct ReliabilityBin {
  double rows = 0;
  double predicted = 0;  // means
  double observed = 0;
};

struct CalibrationLine {
  double slope = 0;
  double intercept = 0;
};

struct Calibration {
  std::vector<ReliabilityBin> bins;     // without the empty ones
  std::optional<double> error;          // ece; unset for numbers
  std::optional<CalibrationLine> line;  // unset where nothing determines it
};

std::optional<double> expected_calibration_error(const SumsView& sums);

// Unset for rankings, and for classes without probabilities.
std::optional<Calibration> calibration_of(const JudgedRows& rows);
// With the sums over all rows and rows.ranked() known.
std::optional<Calibration> calibration_of(const JudgedRows& rows, const SumsView& sums,
                                          std::span<const RankedRow> ranked);

JsonObject to_json(const Calibration& calibration);

}  // namespace sluice::ml
