#include "ml/statistics/comparison.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "ml/statistics/distributions.h"
#include "ml/statistics/normal.h"

namespace sluice::ml {
namespace {

double survival(double z, std::optional<double> degrees) {
  return degrees ? student_t_survival(z, *degrees) : normal_survival(z);
}

ComparisonVerdict verdict_of(const JudgedComparison& comparison, double alpha) {
  if (comparison.corrected_equivalence_p < alpha) return ComparisonVerdict::Equivalent;
  if (comparison.corrected_difference_p >= alpha) return ComparisonVerdict::Inconclusive;
  return comparison.evidence.gain > 0 ? ComparisonVerdict::Better : ComparisonVerdict::Worse;
}

}  // namespace

std::string_view to_string(ComparisonVerdict verdict) {
  switch (verdict) {
    case ComparisonVerdict::Better:
      return "better";
    case ComparisonVerdict::Equivalent:
      return "equivalent";
    case ComparisonVerdict::Worse:
      return "worse";
    case ComparisonVerdict::Inconclusive:
      return "inconclusive";
  }
  UNREACHABLE();
}

Evidence evidence_from(double gain, double standard_error, const ComparisonPlan& plan,
                       std::optional<double> degrees) {
  CHECK(standard_error >= 0 && plan.margin >= 0 && plan.alpha > 0 && plan.alpha < 1);
  Evidence evidence;
  evidence.gain = gain;
  evidence.standard_error = standard_error;
  if (standard_error == 0) {
    evidence.interval = {gain, gain};
    evidence.difference_p = gain == 0 ? 1 : 0;
    evidence.equivalence_p = std::fabs(gain) < plan.margin ? 0 : 1;
    return evidence;
  }
  const double tail = 1 - plan.alpha / 2;
  const double reach =
      standard_error * (degrees ? student_t_quantile(tail, *degrees) : normal_quantile(tail));
  evidence.interval = {gain - reach, gain + reach};
  evidence.difference_p = std::min(1.0, 2 * survival(std::fabs(gain) / standard_error, degrees));
  if (plan.margin > 0)
    evidence.equivalence_p = survival((plan.margin - std::fabs(gain)) / standard_error, degrees);
  return evidence;
}

std::vector<JudgedComparison> judge_comparisons(
    std::span<const std::pair<std::string, Evidence>> comparisons, const ComparisonPlan& plan,
    Correction correction) {
  std::vector<double> difference;
  std::vector<double> equivalence;
  for (const auto& [_, evidence] : comparisons) {
    difference.push_back(evidence.difference_p);
    equivalence.push_back(evidence.equivalence_p);
  }
  difference = corrected(difference, correction);
  equivalence = corrected(equivalence, correction);
  std::vector<JudgedComparison> judged;
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    JudgedComparison one{comparisons[i].first, comparisons[i].second, difference[i],
                         equivalence[i]};
    one.verdict = verdict_of(one, plan.alpha);
    judged.push_back(std::move(one));
  }
  return judged;
}

JsonObject to_json(const JudgedComparison& comparison) {
  const Evidence& evidence = comparison.evidence;
  JsonObject json{{"metric", comparison.name},
                  {"verdict", to_string(comparison.verdict)},
                  {"test", evidence.test},
                  {"gain", evidence.gain},
                  {"standard_error", evidence.standard_error},
                  {"interval", {{"low", evidence.interval.low}, {"high", evidence.interval.high}}},
                  {"difference_p", evidence.difference_p},
                  {"equivalence_p", evidence.equivalence_p},
                  {"corrected_difference_p", comparison.corrected_difference_p},
                  {"corrected_equivalence_p", comparison.corrected_equivalence_p},
                  {"rows", evidence.rows}};
  if (evidence.seed) json["seed"] = *evidence.seed;
  return json;
}

}  // namespace sluice::ml
