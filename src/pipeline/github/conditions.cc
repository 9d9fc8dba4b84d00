#include "pipeline/github/conditions.h"

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

Json shown_value(const ExplainedPart& part, const EvaluationContext& context) {
  constexpr std::size_t kMaxLength = 200;
  if (part.secret && part.value.kind() != ValueKind::Boolean) return "***";
  if (!part.value.is_primitive()) return Json(to_string(part.value.kind()));
  if (part.value.kind() != ValueKind::String) return to_json(part.value);
  const std::string text = context.shown(part.value.as_string());
  if (text.size() <= kMaxLength) return Json(text);
  std::size_t end = kMaxLength;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return Json(cat(std::string_view(text).substr(0, end), "…"));
}

}  // namespace

ConditionResult evaluate_condition(const If& condition, const EvaluationContext& context,
                                   std::string_view file_text) {
  ConditionResult result;
  if (context.forecasts()) {
    const ExplainedPart part = explain(condition.condition.expression, context);
    if (part.state == ExplanationState::Unknown) {
      result.open = true;
      result.holds = true;
      return result;
    }
    if (part.state == ExplanationState::Evaluated) {
      result.holds = part.value.truthy();
      return result;
    }
  }
  Evaluation evaluation = evaluate(condition.condition.expression, context);
  if (const auto* value = std::get_if<Value>(&evaluation)) {
    result.holds = value->truthy();
  } else if (auto* hash = std::get_if<NeedsHash>(&evaluation)) {
    result.needs_hash = std::move(*hash);
  } else {
    const auto& error = std::get<EvaluationError>(evaluation);
    result.problem =
        TokenEvaluator::Problem{position_inside(condition.position, condition.style,
                                                condition.source, error.offset, file_text),
                                error.message};
  }
  return result;
}

Json tree_json(const ExplainedPart& part, const EvaluationContext& context) {
  JsonObject object{{"source", part.source}, {"state", to_string(part.state)}};
  if (part.state == ExplanationState::Evaluated) object["value"] = shown_value(part, context);
  if (!part.message.empty()) object["message"] = part.message;
  JsonArray children;
  for (const ExplainedPart& child : part.children) children.push_back(tree_json(child, context));
  if (!children.empty()) object["children"] = std::move(children);
  return object;
}

Explanation condition_explanation(const If& condition, const EvaluationContext& context,
                                  DecidedBy decided_by, std::string summary) {
  Explanation explanation;
  explanation.decided_by = decided_by;
  explanation.summary = std::move(summary);
  explanation.position = condition.position;
  const bool forecast = context.forecasts();
  if (!condition.present() && !forecast) return explanation;
  const ExplainedPart part = explain(condition.condition.expression, context);
  if (part.state == ExplanationState::Unknown) {
    const ExplainedPart* unknown = first_unknown(part);
    explanation.decided_by = DecidedBy::Open;
    explanation.summary = cat("it depends on ", unknown->source, ": ", unknown->message);
  }
  if (!condition.present()) return explanation;
  explanation.expression = condition.evaluated();
  explanation.tree = tree_json(part, context);
  return explanation;
}

std::string unknown_in(const Token& token, const EvaluationContext& context) {
  std::string why;
  if (!context.forecasts()) return why;
  for_each_expression(token, [&](const Token&, const Expression& expression) {
    if (why.empty()) why = unknown_in(expression, context);
  });
  return why;
}

std::string located(std::string_view file, const TokenEvaluator::Problem& problem) {
  return cat(file, ":", problem.position.line, ":", problem.position.column, ": ", problem.message);
}

std::string located(const Workflow& workflow, const TokenEvaluator::Problem& problem) {
  return located(workflow.file, problem);
}

}  // namespace sluice::pipeline::github
