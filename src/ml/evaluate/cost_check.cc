// Checks of what a model costs: time and space.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {

CheckResult check_latency(const LatencyCheck& rule, const GateInputs& inputs) {
  CheckResult result;
  result.limit = rule.max_microseconds;
  std::vector<double> times = inputs.facts.scoring_microseconds;
  result.rows = times.size();
  if (times.empty()) {
    result.sentence =
        "The time to score a row was not measured: only models that sluice itself asks are timed.";
    return result;
  }
  std::sort(times.begin(), times.end());
  const double place = std::ceil(rule.percentile / 100 * static_cast<double>(times.size()));
  result.measured = times[static_cast<std::size_t>(std::max(place, 1.0)) - 1];
  result.detail["percentile"] = rule.percentile;
  result.detail["median_microseconds"] = times[(times.size() - 1) / 2];
  result.detail["largest_microseconds"] = times.back();
  if (*result.measured <= rule.max_microseconds) result.status = CheckStatus::Passed;
  result.sentence =
      cat("Scoring one row takes at most ", short_number(*result.measured), " µs in ",
          short_number(rule.percentile), " of 100 cases (", row_count(times.size()),
          " tried); at most ", short_number(rule.max_microseconds), " µs is allowed.");
  return result;
}

CheckResult check_size(const SizeCheck& rule, const GateInputs& inputs) {
  CheckResult result;
  result.rows = inputs.rows.size();
  result.limit = static_cast<double>(rule.max_bytes);
  if (!inputs.facts.model_bytes) {
    result.sentence = "The size of the model is not known.";
    return result;
  }
  result.measured = static_cast<double>(*inputs.facts.model_bytes);
  if (*inputs.facts.model_bytes <= rule.max_bytes) result.status = CheckStatus::Passed;
  result.sentence = cat("The model takes ", human_bytes(*inputs.facts.model_bytes), "; at most ",
                        human_bytes(rule.max_bytes), " is allowed.");
  return result;
}

}  // namespace sluice::ml
