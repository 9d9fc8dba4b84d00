#include "pipeline/expression/evaluate.h"

#include <cmath>

#include "base/strings.h"
#include "pipeline/expression/evaluator.h"
#include "pipeline/expression/functions.h"

namespace sluice::pipeline {
namespace {

ExplainedPart* child(ExplainedPart* trace, std::size_t i) {
  return trace == nullptr ? nullptr : &trace->children[i];
}

const Value& null_value() {
  static const Value kNull;
  return kNull;
}

// The member that an index names; null pointer when there is none.
const Value* find_item(const Value& object, const Value& index) {
  if (object.kind() == ValueKind::Object) {
    if (!index.is_primitive()) return nullptr;
    return index.kind() == ValueKind::String ? object.find(index.as_string())
                                             : object.find(index.to_text());
  }
  if (object.kind() != ValueKind::Array) return nullptr;
  double at = std::floor(index.to_number());
  if (!(at >= 0 && at < static_cast<double>(object.items().size()))) return nullptr;
  return &object.items()[static_cast<std::size_t>(at)];
}

void append_all(const Value& object, ValueItems& items) {
  if (object.kind() == ValueKind::Array)
    items.insert(items.end(), object.items().begin(), object.items().end());
  if (object.kind() == ValueKind::Object)
    for (const auto& member : object.members()) items.push_back(member.second);
}

// `index` is null for `*`.
Value filter(const Value& object, const Value* index) {
  ValueItems items;
  if (!object.is_filtered_array()) {
    append_all(object, items);
  } else {
    for (const Value& item : object.items()) {
      if (index == nullptr) {
        append_all(item, items);
      } else if (const Value* found = find_item(item, *index)) {
        items.push_back(*found);
      }
    }
  }
  return Value::array(std::move(items), ArrayOrigin::Filtered);
}

bool holds(NodeKind kind, const Value& left, const Value& right) {
  switch (kind) {
    case NodeKind::Equal:
      return equal(left, right);
    case NodeKind::NotEqual:
      return !equal(left, right);
    case NodeKind::Less:
      return less(left, right);
    case NodeKind::LessOrEqual:
      return less_or_equal(left, right);
    case NodeKind::Greater:
      return less(right, left);
    default:
      return less_or_equal(right, left);
  }
}

}  // namespace

const Value* Evaluator::evaluate(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  const Value* value = compute(node, slot, trace);
  if (trace == nullptr) return value;
  if (value != nullptr) {
    trace->state = ExplanationState::Evaluated;
    trace->value = *value;
  } else if (std::holds_alternative<NeedsHash>(failure_)) {
    trace->state = ExplanationState::Waiting;
  } else {
    trace->state = ExplanationState::Failed;
    trace->message = std::get<EvaluationError>(failure_).message;
  }
  return value;
}

Evaluation Evaluator::failure() && {
  if (auto* needs = std::get_if<NeedsHash>(&failure_)) return std::move(*needs);
  return std::move(std::get<EvaluationError>(failure_));
}

const Value* Evaluator::fail(const ExpressionNode& node, std::string message) {
  failure_ = EvaluationError{node.begin, std::move(message)};
  return nullptr;
}

bool Evaluator::fits(const ExpressionNode& node, std::size_t bytes) {
  if (bytes <= limits_.max_memory) return true;
  fail(node, cat("The maximum allowed memory size was exceeded: a result has more than ",
                 limits_.max_memory, " bytes"));
  return false;
}

const Value* Evaluator::result(Value value, Value& slot) {
  slot = std::move(value);
  return &slot;
}

const Value* Evaluator::text_result(const ExpressionNode& node, std::string text, Value& slot) {
  if (!fits(node, text.size())) return nullptr;
  return result(Value::string(std::move(text)), slot);
}

const Value* Evaluator::compute(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  switch (node.kind) {
    case NodeKind::Literal:
    case NodeKind::Wildcard:
      return &node.literal;
    case NodeKind::Context:
      return context(node, slot);
    case NodeKind::Call:
      return call(node, slot, trace);
    case NodeKind::Index:
      return index(node, slot, trace);
    case NodeKind::Not: {
      const Value* operand = evaluate(node.children[0], slot, child(trace, 0));
      return operand == nullptr ? nullptr : result(Value::boolean(!operand->truthy()), slot);
    }
    case NodeKind::And:
    case NodeKind::Or:
      return logical(node, slot, trace);
    default:
      return compare(node, slot, trace);
  }
}

const Value* Evaluator::context(const ExpressionNode& node, Value& slot) {
  auto value = context_.context(node.name);
  return value ? result(std::move(*value), slot) : &null_value();
}

const Value* Evaluator::index(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  const ExpressionNode& index_node = node.children[1];
  Value index_slot;
  const Value* index = nullptr;
  if (index_node.kind != NodeKind::Wildcard) {
    index = evaluate(index_node, index_slot, child(trace, 1));
    if (index == nullptr) return nullptr;
  }
  const Value* object = evaluate(node.children[0], slot, child(trace, 0));
  if (object == nullptr) return nullptr;
  if (index == nullptr || object->is_filtered_array()) {
    Value filtered = filter(*object, index);
    if (!fits(node, filtered.items().size() * sizeof(Value))) return nullptr;
    return result(std::move(filtered), slot);
  }
  const Value* found = find_item(*object, *index);
  return found == nullptr ? &null_value() : found;
}

const Value* Evaluator::logical(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  const Value* value = nullptr;
  bool stops_at = node.kind == NodeKind::Or;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    value = evaluate(node.children[i], slot, child(trace, i));
    if (value == nullptr || value->truthy() == stops_at) return value;
  }
  return value;
}

const Value* Evaluator::compare(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  Value right_slot;
  const Value* left = evaluate(node.children[0], slot, child(trace, 0));
  if (left == nullptr) return nullptr;
  const Value* right = evaluate(node.children[1], right_slot, child(trace, 1));
  if (right == nullptr) return nullptr;
  bool outcome = holds(node.kind, *left, *right);
  return result(Value::boolean(outcome), slot);
}

const Value* Evaluator::call(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  switch (node.function) {
    case FunctionId::Contains:
    case FunctionId::StartsWith:
    case FunctionId::EndsWith:
      return two_arguments(node, slot, trace);
    case FunctionId::Format:
      return format(node, slot, trace);
    case FunctionId::Join:
      return join(node, slot, trace);
    case FunctionId::ToJson: {
      const Value* value = evaluate(node.children[0], slot, child(trace, 0));
      if (value == nullptr || !fits(node, value->memory())) return nullptr;
      return text_result(node, to_json_text(*value), slot);
    }
    case FunctionId::FromJson:
      return parse_json_text(node, slot, trace);
    case FunctionId::Case:
      return choose(node, slot, trace);
    case FunctionId::HashFiles:
      return hash_files(node, slot, trace);
    case FunctionId::Environment:
      return environment(node, slot, trace);
  }
  return nullptr;
}

const Value* Evaluator::two_arguments(const ExpressionNode& node, Value& slot,
                                      ExplainedPart* trace) {
  Value second_slot;
  const Value* first = evaluate(node.children[0], slot, child(trace, 0));
  if (first == nullptr) return nullptr;
  const Value* second = evaluate(node.children[1], second_slot, child(trace, 1));
  if (second == nullptr) return nullptr;
  bool outcome = node.function == FunctionId::Contains     ? function_contains(*first, *second)
                 : node.function == FunctionId::StartsWith ? function_starts_with(*first, *second)
                                                           : function_ends_with(*first, *second);
  return result(Value::boolean(outcome), slot);
}

const Value* Evaluator::join(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  auto values = arguments(node, trace);
  if (!values) return nullptr;
  const Value& items = values->front();
  const Value* separator = values->size() > 1 ? &values->back() : nullptr;
  std::size_t between =
      separator != nullptr && separator->is_primitive() ? separator->to_text().size() : 1;
  if (items.kind() == ValueKind::Array &&
      !fits(node, items.memory() + between * items.items().size()))
    return nullptr;
  return text_result(node, function_join(items, separator), slot);
}

const Value* Evaluator::parse_json_text(const ExpressionNode& node, Value& slot,
                                        ExplainedPart* trace) {
  const Value* text = evaluate(node.children[0], slot, child(trace, 0));
  if (text == nullptr) return nullptr;
  std::string json = text->to_text();
  static constexpr std::string_view kError = "Error parsing JSON when evaluating fromJson: ";
  if (trim(json).empty()) return fail(node, cat(kError, "empty input"));
  auto parsed = from_json_text(json);
  if (!parsed.ok()) return fail(node, cat(kError, parsed.error().message()));
  if (!fits(node, parsed->memory())) return nullptr;
  return result(std::move(*parsed), slot);
}

const Value* Evaluator::choose(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  std::size_t last = node.children.size() - 1;
  for (std::size_t i = 0; i < last; i += 2) {
    const Value* predicate = evaluate(node.children[i], slot, child(trace, i));
    if (predicate == nullptr) return nullptr;
    if (predicate->kind() != ValueKind::Boolean)
      return fail(node.children[i],
                  cat("case predicate must evaluate to a boolean value, this one is of the kind ",
                      to_string(predicate->kind())));
    if (predicate->as_boolean()) return evaluate(node.children[i + 1], slot, child(trace, i + 1));
  }
  return evaluate(node.children[last], slot, child(trace, last));
}

std::optional<ValueItems> Evaluator::arguments(const ExpressionNode& node, ExplainedPart* trace) {
  ValueItems values;
  values.reserve(node.children.size());
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    Value slot;
    const Value* value = evaluate(node.children[i], slot, child(trace, i));
    if (value == nullptr) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

const Value* Evaluator::hash_files(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  auto values = arguments(node, trace);
  if (!values) return nullptr;
  std::vector<std::string> patterns;
  for (const Value& value : *values) patterns.push_back(value.to_text());
  auto hash = context_.hash_files(patterns);
  if (hash && !hash->ok()) return fail(node, cat("hashFiles: ", hash->error().describe()));
  if (hash) return result(Value::string(std::move(*hash).value()), slot);
  failure_ = NeedsHash{std::move(patterns)};
  return nullptr;
}

const Value* Evaluator::environment(const ExpressionNode& node, Value& slot, ExplainedPart* trace) {
  auto values = arguments(node, trace);
  if (!values) return nullptr;
  auto outcome = context_.call(node.name, *values);
  if (!outcome.ok()) return fail(node, outcome.error().describe());
  return result(std::move(*outcome), slot);
}

Evaluation evaluate(const Expression& expression, const EvaluationContext& context,
                    const EvaluationLimits& limits) {
  Evaluator evaluator(context, limits);
  Value slot;
  const Value* value = evaluator.evaluate(expression.root, slot, nullptr);
  if (value == nullptr) return std::move(evaluator).failure();
  return *value;
}

}  // namespace sluice::pipeline
