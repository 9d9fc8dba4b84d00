#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/metric_values.h"
#include "ml/evaluate/slice_spec.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

std::string limit_words(const Bounds& bounds) {
  if (bounds.min && bounds.max)
    return cat("between ", short_number(*bounds.min), " and ", short_number(*bounds.max));
  return bounds.min ? cat("at least ", short_number(*bounds.min))
                    : cat("at most ", short_number(*bounds.max));
}

std::string interval_words(const std::optional<Interval>& interval) {
  if (!interval) return {};
  return cat(" (95 % interval ", short_number(interval->low), " to ", short_number(interval->high),
             ")");
}

}  // namespace

CheckResult check_value(const ValueCheck& rule, const GateInputs& inputs) {
  CheckResult result;
  result.rows = inputs.rows.size();
  result.detail["metric"] = rule.metric->name;
  if (result.rows < rule.min_rows) {
    result.sentence = too_few_rows(result.rows, rule.min_rows);
    return result;
  }
  std::optional<Groups> blocks;
  if (!rule.block.empty()) {
    auto found = slice_rows(inputs.table, rule.block);
    if (!found.ok()) {
      result.sentence = cat("The rows cannot be put into blocks: ", found.error().describe(), ".");
      return result;
    }
    blocks = std::move(found).value();
  }
  const MetricValues values(inputs.rows, nullptr, blocks ? &*blocks : nullptr);
  const MetricValue found = values.with_interval(*rule.metric, 0);
  result.measured = found.value;
  result.interval = found.interval;
  const bool whole = rule.certainty == Certainty::Interval;
  result.detail["judge"] = whole ? "interval" : "estimate";
  if (!found.value || (whole && !found.interval)) {
    result.sentence = cat("The ", rule.metric->phrase,
                          found.value ? " has no interval over " : " is not defined for ",
                          result.rows == 1 ? "this one row" : cat("these ", row_count(result.rows)),
                          ", so it proves nothing.");
    return result;
  }
  const double least = whole ? found.interval->low : *found.value;
  const double most = whole ? found.interval->high : *found.value;
  const bool below = rule.bounds.min && !(least >= *rule.bounds.min);
  const bool above = rule.bounds.max && !(most <= *rule.bounds.max);
  result.limit = below || !rule.bounds.max ? rule.bounds.min : rule.bounds.max;
  result.status = below || above ? CheckStatus::Failed : CheckStatus::Passed;
  result.sentence =
      cat("The ", rule.metric->phrase, " is ", short_number(*found.value),
          whole ? interval_words(found.interval) : "", " over ", row_count(result.rows), "; ",
          limit_words(rule.bounds), whole ? " for the whole interval" : "", " is allowed.");
  return result;
}

}  // namespace sluice::ml
