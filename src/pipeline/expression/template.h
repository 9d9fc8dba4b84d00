// Texts with `${{ }}` in them, and conditions (`if`).
//
// A text that is one expression and nothing else has that expression's value; any other text is
// the concatenation of its parts as a string. Offsets count bytes in the whole text. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pipeline/expression/evaluate.h"
#include "pipeline/expression/expression.h"

namespace sluice::pipeline {

struct LiteralPart {
  std::size_t offset = 0;
  std::string text;
};
using TemplatePart = std::variant<LiteralPart, Expression>;

struct Template {
  std::string text;
  std::vector<TemplatePart> parts;

  bool is_literal() const;  // no expression in it
  // The expression, when the text is one and nothing else.
  const Expression* single_expression() const;
};

struct ParsedTemplate {
  Template value;
  std::vector<ExpressionProblem> problems;  // empty: `value` is complete
};

// The offset of the "}}" that closes the expression begun before `at`, npos when there is none;
// quotes protect.
std::size_t find_close(std::string_view text, std::size_t at);
bool contains_expression(std::string_view text);  // "${{" occurs
ParsedTemplate parse_template(std::string_view text, const ExpressionScope& scope);

Evaluation evaluate(const Template& text, const EvaluationContext& context,
                    const EvaluationLimits& limits = {});

// A condition as it is evaluated: `success() && (cond)` when no status function is called in it.
struct Condition {
  Expression expression;
  bool adds_success = false;
  // Text stands around `${{ }}`, so the condition is a string that is never empty: always true.
  bool always_true_text = false;
};

struct ParsedCondition {
  std::optional<Condition> condition;  // absent exactly when there are problems
  std::vector<ExpressionProblem> problems;
};

// `if: text`, with or without `${{ }}`. Empty text is `success()`.
ParsedCondition parse_condition(std::string_view text, const ExpressionScope& scope);

}  // namespace sluice::pipeline
