#include "pipeline/expression/forecast.h"

#include "base/strings.h"
#include "pipeline/expression/evaluator.h"

namespace sluice::pipeline {
namespace {

// What is asked of a part: its value, or only whether it holds. `unknown || 'x'` holds whatever the
// unknown is, and yet its value is not known.
enum class Wanted { Value, Truth };

// The name under which the context knows a node; empty when it is made of its children.
std::vector<std::string> name_of(const ExpressionNode& node) {
  if (node.kind == NodeKind::Call && node.function == FunctionId::HashFiles) return {"hashFiles()"};
  if (node.kind == NodeKind::Call && node.function == FunctionId::Environment)
    return {cat(to_lower(node.name), "()")};
  return constant_path(node);
}

std::string unknown_below(const ExpressionNode& node, const EvaluationContext& context,
                          const ExpressionNode** where) {
  const std::vector<std::string> name = name_of(node);
  if (!name.empty()) {
    std::string why = context.unknown(name);
    if (!why.empty()) *where = &node;
    if (!why.empty() || node.kind != NodeKind::Call) return why;
  }
  for (const ExpressionNode& child : node.children)
    if (std::string why = unknown_below(child, context, where); !why.empty()) return why;
  return {};
}

class Forecaster {
 public:
  explicit Forecaster(const EvaluationContext& context) : context_(context) {}

  void visit(const ExpressionNode& node, ExplainedPart& part, Wanted wanted) {
    const ExpressionNode* where = nullptr;
    std::string why;
    if (context_.forecasts()) why = unknown_below(node, context_, &where);
    if (why.empty()) return evaluate(node, part);
    if (where == &node) {
      part.state = ExplanationState::Unknown;
      part.message = why;
      return;
    }
    const bool logical = node.kind == NodeKind::And || node.kind == NodeKind::Or;
    if (logical && wanted == Wanted::Truth) return visit_logical(node, part);
    const Wanted of_children = node.kind == NodeKind::Not ? Wanted::Truth : Wanted::Value;
    for (std::size_t i = 0; i < node.children.size(); ++i)
      visit(node.children[i], part.children[i], of_children);
    part.state = ExplanationState::Unknown;
    const bool decided =
        node.kind == NodeKind::Not && part.children[0].state == ExplanationState::Evaluated;
    if (decided) settle(part, Value::boolean(!part.children[0].value.truthy()));
  }

 private:
  void evaluate(const ExpressionNode& node, ExplainedPart& part) const {
    const EvaluationLimits limits;
    Evaluator evaluator(context_, limits);
    Value slot;
    evaluator.evaluate(node, slot, &part);
  }

  static void settle(ExplainedPart& part, Value value) {
    part.state = ExplanationState::Evaluated;
    part.value = std::move(value);
  }

  // One operand that decides is enough, wherever the unknown ones stand.
  void visit_logical(const ExpressionNode& node, ExplainedPart& part) {
    const bool deciding = node.kind == NodeKind::Or;
    bool any_unknown = false;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      ExplainedPart& child = part.children[i];
      visit(node.children[i], child, Wanted::Truth);
      if (child.state != ExplanationState::Evaluated && !any_unknown &&
          child.state != ExplanationState::Unknown) {
        part.state = child.state;
        part.message = child.message;
        return;
      }
      any_unknown = any_unknown || child.state != ExplanationState::Evaluated;
      const bool decides =
          child.state == ExplanationState::Evaluated && child.value.truthy() == deciding;
      if (decides) return settle(part, Value::boolean(deciding));
    }
    part.state = ExplanationState::Unknown;
  }

  const EvaluationContext& context_;
};

}  // namespace

void forecast(const ExpressionNode& node, const EvaluationContext& context, ExplainedPart& part) {
  Forecaster(context).visit(node, part, Wanted::Truth);
}

std::string unknown_in(const Expression& expression, const EvaluationContext& context) {
  if (!context.forecasts()) return {};
  const ExpressionNode* where = nullptr;
  const std::string why = unknown_below(expression.root, context, &where);
  return why.empty() ? why : cat(expression.source(*where), " is not known yet: ", why);
}

}  // namespace sluice::pipeline
