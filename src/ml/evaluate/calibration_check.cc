#include "ml/evaluate/calibration.h"

#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

bool outside(const Bounds& bounds, double value) {
  return (bounds.min && value < *bounds.min) || (bounds.max && value > *bounds.max);
}

std::string range_words(std::string_view what, double value, const Bounds& bounds) {
  return cat(" The ", what, " is ", short_number(value), "; ", short_number(*bounds.min), " to ",
             short_number(*bounds.max), " is allowed.");
}

// One number against its range; false and a reason where it does not hold.
bool holds(std::string_view what, std::optional<double> value, const Bounds& bounds,
           std::string& sentence) {
  if (!bounds.min) return true;
  if (!value) {
    sentence += cat(" The ", what, " is not determined by these rows.");
    return false;
  }
  sentence += range_words(what, *value, bounds);
  return !outside(bounds, *value);
}

}  // namespace

CheckResult check_calibration(const CalibrationCheck& rule, const GateInputs& inputs) {
  CheckResult result;
  result.rows = inputs.rows.size();
  if (result.rows < rule.min_rows) {
    result.sentence = too_few_rows(result.rows, rule.min_rows);
    return result;
  }
  const auto calibration = calibration_of(inputs.rows);
  if (!calibration) {
    result.sentence = "The predictions have no calibration: there are no rows or no probabilities.";
    return result;
  }
  result.detail = to_json(*calibration);
  const auto& line = calibration->line;
  bool right = true;
  std::string sentence;
  if (rule.max_error) {
    result.measured = calibration->error;
    result.limit = rule.max_error;
    right = calibration->error && *calibration->error <= *rule.max_error;
    sentence = cat(" The expected calibration error is ",
                   calibration->error ? short_number(*calibration->error) : "not defined",
                   "; at most ", short_number(*rule.max_error), " is allowed.");
  }
  const std::optional<double> slope = line ? std::optional(line->slope) : std::nullopt;
  const std::optional<double> intercept = line ? std::optional(line->intercept) : std::nullopt;
  if (!result.measured) result.measured = rule.slope.min ? slope : intercept;
  right = holds("slope of the calibration", slope, rule.slope, sentence) && right;
  right = holds("intercept of the calibration", intercept, rule.intercept, sentence) && right;
  result.sentence = sentence.substr(1);
  if (right) result.status = CheckStatus::Passed;
  return result;
}

}  // namespace sluice::ml
