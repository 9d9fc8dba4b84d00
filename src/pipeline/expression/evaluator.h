// One evaluation of a tree. Private to evaluate.cc and explain.cc; one thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pipeline/expression/evaluate.h"

namespace sluice::pipeline {

class Evaluator {
 public:
  Evaluator(const EvaluationContext& context, const EvaluationLimits& limits)
      : context_(context), limits_(limits) {}

  // The value of `node`, which lives in the tree, in a container that `slot` holds, or in `slot`;
  // null after a failure. `trace`, where given, has one child for each child of the node and
  // records what was evaluated.
  const Value* evaluate(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  // What stopped the evaluation.
  Evaluation failure() &&;

 private:
  using Failure = std::variant<std::monostate, EvaluationError, NeedsHash>;

  const Value* compute(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* context(const ExpressionNode& node, Value& slot);
  const Value* index(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* logical(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* compare(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* call(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* two_arguments(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* join(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* format(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* choose(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* parse_json_text(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* hash_files(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  const Value* environment(const ExpressionNode& node, Value& slot, ExplainedPart* trace);
  // Appends the text of an argument, which `texts` keeps for the next use.
  bool append_argument(const ExpressionNode& node, std::size_t argument,
                       std::vector<std::optional<std::string>>& texts, std::string& text,
                       ExplainedPart* trace);
  std::optional<ValueItems> arguments(const ExpressionNode& node, ExplainedPart* trace);

  const Value* fail(const ExpressionNode& node, std::string message);
  bool fits(const ExpressionNode& node, std::size_t bytes);
  const Value* result(Value value, Value& slot);
  const Value* text_result(const ExpressionNode& node, std::string text, Value& slot);

  const EvaluationContext& context_;
  const EvaluationLimits& limits_;
  Failure failure_;
};

}  // namespace sluice::pipeline
