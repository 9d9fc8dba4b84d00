#include "ml/evaluate/gate.h"

#include <algorithm>

#include "base/check.h"
#include "base/strings.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

CheckResult run_rule(const GateCheck& check, const GateInputs& inputs) {
  const WithoutChampion without = check.without_champion;
  return std::visit(
      Overloaded{
          [&](const ValueCheck& rule) { return check_value(rule, inputs); },
          [&](const ChangeCheck& rule) { return check_change(rule, without, inputs); },
          [&](const WorstSliceCheck& rule) { return check_worst_slice(rule, without, inputs); },
          [&](const BehaviourCheck& rule) { return check_behaviour(rule, inputs); },
          [&](const RowOrderCheck& rule) { return check_row_order(rule, inputs); },
          [&](const CalibrationCheck& rule) { return check_calibration(rule, inputs); },
          [&](const FairnessCheck& rule) { return check_fairness(rule, inputs); },
          [&](const LatencyCheck& rule) { return check_latency(rule, inputs); },
          [&](const SizeCheck& rule) { return check_size(rule, inputs); },
          [&](const TestsCheck& rule) { return check_tests(rule, inputs); },
          [&](const CoverageCheck& rule) { return check_coverage(rule, inputs); },
          [&](const ScanCheck& rule) { return check_scan(rule, inputs); },
          [&](const LeakageCheck& rule) { return check_leakage(rule, inputs); }},
      check.rule);
}

// "no more than chance" in numbers.
std::string p_words(double p, std::size_t comparisons) {
  const std::string value = p < 0.001 ? "p < 0.001" : cat("p = ", short_number(p));
  return comparisons < 2 ? cat("(", value, ")")
                         : cat("(", value, ", corrected for ", comparisons, " comparisons)");
}

// What the verdict means, in a sentence.
std::string verdict_words(const JudgedComparison& judged, const ChangeCheck& rule,
                          const ComparisonPlan& plan, std::size_t comparisons, CheckStatus status) {
  const std::string margin =
      rule.scale == Scale::Relative ? short_percent(rule.margin) : short_number(rule.margin);
  const std::string start = cat("Verdict ", to_string(judged.verdict), ": ");
  switch (judged.verdict) {
    case ComparisonVerdict::Better:
    case ComparisonVerdict::Worse:
      return cat(start, "chance alone would hardly make such a difference ",
                 p_words(judged.corrected_difference_p, comparisons), ".");
    case ComparisonVerdict::Equivalent:
      return cat(start, "the two differ by less than ", margin, " either way ",
                 p_words(judged.corrected_equivalence_p, comparisons),
                 status == CheckStatus::Passed
                     ? "."
                     : cat("; the check asks for more certainty, a level of ",
                           short_percent((1 - rule.plan.confidence) / 2), " instead of ",
                           short_percent(plan.alpha), "."));
    case ComparisonVerdict::Inconclusive:
      return cat(start,
                 rule.margin > 0
                     ? cat("these rows show neither a difference nor that it is smaller than ",
                           margin, ".")
                     : "these rows show no difference, and without a 'margin' none is too small to "
                       "matter.");
  }
  UNREACHABLE();
}

// Better, equivalent, worse or inconclusive: over all comparisons of the gate, corrected for their
// number. Whether a check passes is not: a gate opens only if every one of them passes, so that
// having several cannot let a model through that one would stop (Berger 1982).
// The level is that of the check that asks for most confidence.
void judge_together(const GateFile& gate, std::vector<CheckResult>& results) {
  std::vector<std::pair<std::string, Evidence>> comparisons;
  std::vector<CheckResult*> compared;
  std::vector<const ChangeCheck*> rules;
  ComparisonPlan plan{.margin = 0, .alpha = 1};
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].evidence) continue;
    comparisons.emplace_back(results[i].name, *results[i].evidence);
    compared.push_back(&results[i]);
    const auto& rule = std::get<ChangeCheck>(gate.checks[i].rule);
    rules.push_back(&rule);
    plan.alpha = std::min(plan.alpha, 1 - rule.plan.confidence);
  }
  const auto judged = judge_comparisons(comparisons, plan);
  for (std::size_t i = 0; i < judged.size(); ++i) {
    compared[i]->detail["comparison"] = to_json(judged[i]);
    compared[i]->detail["correction"] = to_string(Correction::Holm);
    compared[i]->detail["alpha"] = plan.alpha;
    compared[i]->notes.push_back(
        verdict_words(judged[i], *rules[i], plan, judged.size(), compared[i]->status));
  }
}

}  // namespace

std::vector<CheckResult> run_gate(const GateFile& gate, const GateInputs& inputs) {
  std::vector<CheckResult> results;
  for (const GateCheck& check : gate.checks) {
    CheckResult result = run_rule(check, inputs);
    result.name = check.name;
    result.kind = kind_of(check.rule);
    results.push_back(std::move(result));
  }
  judge_together(gate, results);
  for (std::size_t i = 0; i < results.size(); ++i)
    if (results[i].status == CheckStatus::Failed && !gate.checks[i].why.empty())
      results[i].sentence += cat(" ", gate.checks[i].why);
  return results;
}

bool all_passed(const std::vector<CheckResult>& results) {
  return !results.empty() && std::all_of(results.begin(), results.end(), [](const auto& result) {
    return result.status != CheckStatus::Failed;
  });
}

}  // namespace sluice::ml
