#include <algorithm>

#include "base/strings.h"
#include "pipeline/expression/evaluator.h"
#include "pipeline/expression/forecast.h"

namespace sluice::pipeline {
namespace {

using Path = std::vector<std::string>;

ExplainedPart skeleton(const Expression& expression, const ExpressionNode& node) {
  ExplainedPart explanation;
  explanation.source = expression.source(node);
  for (const ExpressionNode& child : node.children)
    explanation.children.push_back(skeleton(expression, child));
  return explanation;
}

bool starts_with(const Path& path, const Path& prefix) {
  return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin(),
                                                    [](const std::string& a, const std::string& b) {
                                                      return a == b || b == "*" || equal_text(a, b);
                                                    });
}

// A path below a secret, or a container that holds one.
bool reaches_secret(const Path& path, const Value& value, const ExplainOptions& options) {
  return std::any_of(options.secrets.begin(), options.secrets.end(), [&](const Path& secret) {
    return starts_with(path, secret) || (!value.is_primitive() && starts_with(secret, path));
  });
}

// Which part of a path that came to null is not there.
std::string missing_part(const ExpressionNode& node, const ExplainedPart& explanation) {
  if (node.kind != NodeKind::Index || node.children[1].kind != NodeKind::Literal) return "";
  const ExplainedPart& object = explanation.children[0];
  if (object.value.is_null()) return missing_part(node.children[0], object);
  std::string part = node.children[1].literal.to_text();
  if (object.value.find(part) != nullptr) return "";
  std::vector<std::string> names;
  if (object.value.kind() == ValueKind::Object)
    for (const auto& member : object.value.members()) names.push_back(member.first);
  return cat(object.source, " has no '", part, "'", did_you_mean(part, names));
}

void finish(const ExpressionNode& node, ExplainedPart& explanation,
            const EvaluationContext& context, const ExplainOptions& options) {
  Path path = constant_path(node);
  if (!path.empty()) {
    if (explanation.state == ExplanationState::Evaluated && explanation.value.is_null())
      explanation.message = missing_part(node, explanation);
    explanation.secret = reaches_secret(path, explanation.value, options);
    explanation.children.clear();
    return;
  }
  bool any_secret = false;
  std::vector<ExplainedPart> shown;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    NodeKind kind = node.children[i].kind;
    if (kind == NodeKind::Literal || kind == NodeKind::Wildcard) continue;
    finish(node.children[i], explanation.children[i], context, options);
    any_secret = any_secret || explanation.children[i].secret;
    shown.push_back(std::move(explanation.children[i]));
  }
  explanation.children = std::move(shown);
  // What was asked of named jobs stands in the arguments; the remark is about all of them.
  if (node.kind == NodeKind::Call && node.function == FunctionId::Environment &&
      node.children.empty() && explanation.state == ExplanationState::Evaluated)
    explanation.message = context.remark(node.name);
  ValueKind kind = explanation.value.kind();
  explanation.secret = any_secret && kind != ValueKind::Boolean && kind != ValueKind::Null;
  if (any_secret && explanation.state == ExplanationState::Failed)
    explanation.message = "failed (the reason may hold a secret)";
}

std::string shortened(std::string text, std::size_t max) {
  if (text.size() <= max) return text;
  std::size_t end = max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  std::size_t left_out = text.size() - end;
  text.resize(end);
  return cat(text, "… (", left_out, " more bytes)");
}

std::string printed_value(const Value& value, const ExplainOptions& options) {
  std::string text;
  if (value.kind() == ValueKind::String) {
    text = cat("'", replace_all(value.to_text(), "'", "''"), "'");
  } else if (value.is_primitive()) {
    text = value.is_null() ? "null" : value.to_text();
  } else {
    text = sluice::to_text(to_json(value));
  }
  return shortened(replace_all(std::move(text), "\n", "\\n"), options.max_value_length);
}

std::string printed_outcome(const ExplainedPart& explanation, const ExplainOptions& options) {
  switch (explanation.state) {
    case ExplanationState::NotEvaluated:
      return "not evaluated";
    case ExplanationState::Failed:
      return cat("error: ", explanation.message);
    case ExplanationState::Waiting:
      return "not known yet (needs the hash of files)";
    case ExplanationState::Unknown:
      return explanation.message.empty() ? "unknown" : cat("unknown (", explanation.message, ")");
    case ExplanationState::Evaluated:
      break;
  }
  std::string text = explanation.secret ? "***" : printed_value(explanation.value, options);
  if (!explanation.message.empty()) text += cat(" (", explanation.message, ")");
  return text;
}

void print(const ExplainedPart& explanation, std::size_t level, const ExplainOptions& options,
           std::string& text) {
  std::string source = shortened(replace_all(explanation.source, "\n", " "), 200);
  text +=
      cat(std::string(level * 2, ' '), source, " → ", printed_outcome(explanation, options), "\n");
  for (const ExplainedPart& child : explanation.children) print(child, level + 1, options, text);
}

}  // namespace

ExplainedPart explain(const Expression& expression, const EvaluationContext& context,
                      const ExplainOptions& options) {
  ExplainedPart explanation = skeleton(expression, expression.root);
  forecast(expression.root, context, explanation);
  finish(expression.root, explanation, context, options);
  return explanation;
}

const ExplainedPart* first_unknown(const ExplainedPart& part) {
  if (part.state == ExplanationState::Unknown && part.children.empty()) return &part;
  for (const ExplainedPart& child : part.children)
    if (const ExplainedPart* found = first_unknown(child)) return found;
  return nullptr;
}

std::string_view to_string(ExplanationState state) {
  switch (state) {
    case ExplanationState::Evaluated:
      return "evaluated";
    case ExplanationState::NotEvaluated:
      return "not_evaluated";
    case ExplanationState::Failed:
      return "failed";
    case ExplanationState::Waiting:
      return "waiting";
    case ExplanationState::Unknown:
      return "unknown";
  }
  return "failed";
}

Json to_json(const ExplainedPart& part, const ExplainOptions& options) {
  JsonObject object;
  object["source"] = part.source;
  object["state"] = to_string(part.state);
  object["text"] = printed_outcome(part, options);
  if (!part.message.empty()) object["message"] = part.message;
  JsonArray children;
  for (const ExplainedPart& child : part.children) children.push_back(to_json(child, options));
  object["children"] = std::move(children);
  return object;
}

std::string explanation_text(const ExplainedPart& explanation, const ExplainOptions& options) {
  std::string text;
  print(explanation, 0, options, text);
  return text;
}

}  // namespace sluice::pipeline
