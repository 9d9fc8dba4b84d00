#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

std::string limit_words(const Bounds& bounds) {
  if (bounds.min && bounds.max)
    return cat("between ", short_number(*bounds.min), " and ", short_number(*bounds.max));
  return bounds.min ? cat("at least ", short_number(*bounds.min))
                    : cat("at most ", short_number(*bounds.max));
}

}  // namespace

CheckResult check_value(const ValueCheck& rule, const GateInputs& inputs) {
  CheckResult result;
  result.rows = inputs.truth.size();
  const double center = mean_of(inputs.truth);
  result.measured = rule.metric->of(sum_errors(inputs.truth, inputs.predictions, center));
  const bool below = rule.bounds.min && result.measured && *result.measured < *rule.bounds.min;
  result.limit = below || !rule.bounds.max ? rule.bounds.min : rule.bounds.max;
  result.detail["metric"] = rule.metric->name;
  if (!result.measured) {
    result.sentence = cat("The ", rule.metric->phrase, " is not defined for these ",
                          row_count(result.rows), ", so it proves nothing.");
    return result;
  }
  const bool above = rule.bounds.max && *result.measured > *rule.bounds.max;
  result.status = below || above ? CheckStatus::Failed : CheckStatus::Passed;
  result.sentence =
      cat("The ", rule.metric->phrase, " is ", short_number(*result.measured), " over ",
          row_count(result.rows), "; ", limit_words(rule.bounds), " is allowed.");
  return result;
}

}  // namespace sluice::ml
