// The metrics by which a model is judged: one row of a table each.
//
//   rmse  sqrt(mean(e²))                 mae   mean(|e|)              bias  mean(e)
//   wape  sum(|e|) / sum(|truth|)        r2    1 - sum(e²) / sum((truth - mean(truth))²)
// with e = prediction - truth. Sources: Hyndman & Athanasopoulos, Forecasting: Principles and
// Practice, 3rd ed., §5.8 (rmse, mae; wape there as the ratio of sums); R² as in scikit-learn's
// r2_score. Values are in the unit of the target (rmse, mae, bias) or plain ratios.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ml/evaluate/error_sums.h"

namespace sluice::ml {

enum class Better { Lower, Higher, NearZero };

struct Metric {
  std::string_view name;    // as in files and options
  std::string_view phrase;  // for people, in the middle of a sentence
  Better better;
  // Unset where the metric is not defined (no rows, a constant target, a target of all zeros).
  std::optional<double> (*of)(const ErrorSums& sums);
};

std::span<const Metric> regression_metrics();
std::vector<std::string> metric_names();
// InvalidInput with the nearest name.
Result<const Metric*> find_metric(std::string_view name);

// By how much `challenger` is worse than `champion`: positive is worse, negative better. Lower is
// better: challenger - champion; higher: the reverse; near zero: |challenger| - |champion|.
double worsening(const Metric& metric, double champion, double challenger);
// The same as a share of |champion|. Of a champion at exactly 0: 0 for no change, else infinite.
double relative_worsening(const Metric& metric, double champion, double challenger);
// How bad a value is on a scale where more is worse: worst slices are the largest.
double badness(const Metric& metric, double value);

}  // namespace sluice::ml
