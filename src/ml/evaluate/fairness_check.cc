#include "ml/evaluate/fairness.h"

#include "base/strings.h"
#include "ml/evaluate/checks.h"
#include "ml/evaluate/slice_spec.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

enum class Side { AtLeast, AtMost };

struct Demand {
  std::string_view what;
  std::optional<double> measured;
  std::optional<double> limit;
  Side side;
};

bool is_met(const Demand& demand) {
  if (!demand.measured) return false;
  return demand.side == Side::AtLeast ? *demand.measured >= *demand.limit
                                      : *demand.measured <= *demand.limit;
}

std::string words(const Demand& demand) {
  return cat("The ", demand.what, " is ",
             demand.measured ? short_number(*demand.measured) : "not defined", "; ",
             demand.side == Side::AtLeast ? "at least " : "at most ", short_number(*demand.limit),
             " is allowed.");
}

// The demand that decides: the first that is not met, else the first.
void conclude(const std::vector<Demand>& demands, CheckResult& result) {
  const Demand* decisive = nullptr;
  bool met = true;
  std::vector<std::string> sentences;
  for (const Demand& demand : demands) {
    if (!demand.limit) continue;
    sentences.push_back(words(demand));
    if (decisive == nullptr || (met && !is_met(demand))) decisive = &demand;
    met = met && is_met(demand);
  }
  result.measured = decisive->measured;
  result.limit = decisive->limit;
  result.sentence = join(sentences, " ");
  if (met) result.status = CheckStatus::Passed;
}

}  // namespace

CheckResult check_fairness(const FairnessCheck& rule, const GateInputs& inputs) {
  CheckResult result;
  result.rows = inputs.rows.size();
  const auto groups = slice_rows(inputs.table, rule.group);
  if (!groups.ok()) {
    result.sentence = cat("The groups cannot be formed: ", groups.error().describe(), ".");
    return result;
  }
  const Fairness fairness = fairness_of(inputs.rows, groups.value(), rule.min_rows);
  result.detail = to_json(fairness);
  if (fairness.groups.size() < 2) {
    result.sentence = cat(fairness.groups.empty() ? "No" : "Only one", " group of ", rule.group,
                          " has at least ", rule.min_rows, " rows, so nothing can be compared.");
    return result;
  }
  conclude(
      {{"ratio of the smallest to the largest share that is selected", fairness.selection_ratio,
        rule.min_selection_ratio, Side::AtLeast},
       {"difference in the share of positives that is found", fairness.opportunity_difference,
        rule.max_opportunity_difference, Side::AtMost},
       {"difference of the odds", fairness.odds_difference, rule.max_odds_difference, Side::AtMost},
       {"ratio of the largest to the smallest error of a group", fairness.error_ratio,
        rule.max_error_ratio, Side::AtMost}},
      result);
  result.sentence =
      cat("By ", rule.group, " (", fairness.groups.size(), " groups): ", result.sentence);
  return result;
}

}  // namespace sluice::ml
