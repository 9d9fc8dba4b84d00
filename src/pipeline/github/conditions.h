// Deciding an `if`, and saying why it was decided so. Pure.
#pragma once

#include <optional>

#include "pipeline/explanation.h"
#include "pipeline/github/contexts.h"

namespace sluice::pipeline::github {

struct ConditionResult {
  bool holds = false;
  std::optional<TokenEvaluator::Problem> problem;  // it could not be evaluated
  std::optional<NeedsHash> needs_hash;             // a hash of files must be known first
  bool open = false;                               // forecast: `holds` is a guess
};

ConditionResult evaluate_condition(const If& condition, const EvaluationContext& context,
                                   std::string_view file_text);

// The explanation as JSON: {source, state, value, children}; what is built from secrets, or holds
// one that the context knows, is "***". Values are shortened after that.
Json tree_json(const ExplainedPart& part, const EvaluationContext& context);

// Forecast: the first thing in the token that has no value yet, and why; empty when there is none.
std::string unknown_in(const Token& token, const EvaluationContext& context);

// Expression, tree and position of a condition that was written; empty for one that was not. One
// that depends on what is not known yet is decided by DecidedBy::Open, with a summary of its own.
Explanation condition_explanation(const If& condition, const EvaluationContext& context,
                                  DecidedBy decided_by, std::string summary);

// "file:line:column: message".
std::string located(std::string_view file, const TokenEvaluator::Problem& problem);
std::string located(const Workflow& workflow, const TokenEvaluator::Problem& problem);

}  // namespace sluice::pipeline::github
