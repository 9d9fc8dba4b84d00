// What a paired comparison of a challenger with a champion shows, and the verdict. Pure.
//
// Two tests each: of no difference (two-sided), and of a difference as large as the margin in
// either direction (two one-sided tests, TOST: Schuirmann 1987; its p-value is the larger of the
// two). Equivalent: TOST rejects, so the models differ by less than the margin. Better, worse: the
// first test rejects and they are not equivalent. Otherwise inconclusive: the rows do not tell.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "ml/statistics/interval.h"
#include "ml/statistics/p_value_correction.h"

namespace sluice::ml {

struct ComparisonPlan {
  double margin = 0;    // a difference below it does not matter; 0: nothing is equivalent
  double alpha = 0.05;  // of each test; intervals have confidence 1 - alpha
};

struct Evidence {
  std::string test;  // "mcnemar_mid_p" …
  double gain = 0;   // positive: the challenger is better
  double standard_error = 0;
  Interval interval;
  double difference_p = 1;
  double equivalence_p = 1;
  std::uint64_t rows = 0;             // what `gain` is an average of
  std::optional<std::uint64_t> seed;  // of tests that resample
};

enum class ComparisonVerdict { Better, Equivalent, Worse, Inconclusive };

std::string_view to_string(ComparisonVerdict verdict);  // "better" …

// Of an estimate that is normal, or has a t distribution with so many degrees of freedom.
Evidence evidence_from(double gain, double standard_error, const ComparisonPlan& plan,
                       std::optional<double> degrees = std::nullopt);

struct JudgedComparison {
  std::string name;  // of the metric
  Evidence evidence;
  double corrected_difference_p = 1;
  double corrected_equivalence_p = 1;
  ComparisonVerdict verdict = ComparisonVerdict::Inconclusive;
};

// Verdicts on several metrics at once; both kinds of p-value are corrected over all of them.
std::vector<JudgedComparison> judge_comparisons(
    std::span<const std::pair<std::string, Evidence>> comparisons, const ComparisonPlan& plan,
    Correction correction = Correction::Holm);

JsonObject to_json(const JudgedComparison& comparison);

}  // namespace sluice::ml
