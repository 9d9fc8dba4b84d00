// `concurrency` of a workflow or a job: read with its mistakes, evaluated into a group. Pure.
#pragma once

#include <optional>

#include "pipeline/github/reading.h"
#include "pipeline/plan.h"

namespace sluice::pipeline::github {

// The value under `concurrency`, a group's name or a mapping; absent when there is none.
Concurrency read_concurrency(Reading& reading, const YamlNode& mapping,
                             const ExpressionScope& scope);

struct EvaluatedConcurrency {
  std::optional<ConcurrencyGroup> group;
  std::optional<TokenEvaluator::Problem> problem;  // then there is no group
};
EvaluatedConcurrency evaluate_concurrency(const Concurrency& concurrency,
                                          const EvaluationContext& context,
                                          std::string_view file_text);

}  // namespace sluice::pipeline::github
