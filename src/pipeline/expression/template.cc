#include "pipeline/expression/template.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::pipeline {
namespace {

constexpr std::string_view kOpen = "${{";
constexpr std::size_t kNone = std::string_view::npos;

bool is_blank(std::string_view text) {
  return trim(text).empty();
}

// How long the call of format() is that GitHub makes out of a text with expressions in it.
std::size_t length_as_format(const Template& text) {
  std::size_t length = std::string_view("format('')").size();
  std::size_t arguments = 0;
  for (const TemplatePart& part : text.parts) {
    if (const auto* literal = std::get_if<LiteralPart>(&part)) {
      length += literal->text.size();
      length += static_cast<std::size_t>(
          std::count_if(literal->text.begin(), literal->text.end(),
                        [](char c) { return c == '\'' || c == '{' || c == '}'; }));
    } else {
      const auto& expression = std::get<Expression>(part);
      length += cat("{", arguments++, "}, ").size() + expression.end - expression.begin;
    }
  }
  return length;
}

class TemplateParser {
 public:
  TemplateParser(std::string_view text, const ExpressionScope& scope) : text_(text), scope_(scope) {
    result_.value.text = std::string(text);
  }

  ParsedTemplate run() {
    std::size_t at = 0;
    while (at < text_.size()) {
      std::size_t open = text_.find(kOpen, at);
      add_literal(at, open == kNone ? text_.size() : open);
      if (open == kNone) break;
      std::size_t close = find_close(text_, open + kOpen.size());
      if (close == kNone) {
        add_problem(open,
                    "The expression is not closed. An unescaped ${{ sequence was found, but the "
                    "closing }} sequence was not found.");
        break;
      }
      add_expression(open + kOpen.size(), close);
      at = close + 2;
    }
    check_length();
    return std::move(result_);
  }

 private:
  void add_problem(std::size_t offset, std::string message) {
    result_.problems.push_back({offset, std::move(message)});
  }

  void add_literal(std::size_t begin, std::size_t end) {
    if (begin == end) return;
    result_.value.parts.push_back(
        LiteralPart{begin, std::string(text_.substr(begin, end - begin))});
  }

  void add_expression(std::size_t begin, std::size_t end) {
    while (begin < end && is_blank(text_.substr(begin, 1))) ++begin;
    while (begin < end && is_blank(text_.substr(end - 1, 1))) --end;
    if (begin == end) return add_problem(begin, "An expression was expected");
    ParsedExpression parsed = parse_expression_at(text_, begin, end, scope_);
    if (parsed.problem) {
      result_.problems.push_back(std::move(*parsed.problem));
    } else {
      result_.value.parts.push_back(std::move(*parsed.expression));
    }
  }

  void check_length() {
    if (result_.value.is_literal() || result_.value.parts.size() < 2) return;
    if (length_as_format(result_.value) <= kMaxExpressionLength) return;
    add_problem(0, cat("Exceeded max expression length ", kMaxExpressionLength));
  }

  std::string_view text_;
  const ExpressionScope& scope_;
  ParsedTemplate result_;
};

// The whole text as a call of format(), so that a text with expressions can stand in a condition.
Expression as_format(const Template& text) {
  Expression expression{text.text, 0, text.text.size(), {}};
  ExpressionNode& root = expression.root;
  root.kind = NodeKind::Call;
  root.function = FunctionId::Format;
  root.name = "format";
  root.end = text.text.size();
  std::string format;
  root.children.emplace_back();
  for (const TemplatePart& part : text.parts) {
    if (const auto* literal = std::get_if<LiteralPart>(&part)) {
      format += replace_all(replace_all(literal->text, "{", "{{"), "}", "}}");
    } else {
      format += cat("{", root.children.size() - 1, "}");
      root.children.push_back(std::get<Expression>(part).root);
    }
  }
  root.children.front().literal = Value::string(std::move(format));
  return expression;
}

ExpressionNode success_call() {
  ExpressionNode call;
  call.kind = NodeKind::Call;
  call.name = "success";
  return call;
}

Condition with_success(Expression expression) {
  Condition condition;
  condition.adds_success = !calls_status_function(expression.root);
  condition.expression = std::move(expression);
  if (condition.adds_success) {
    ExpressionNode both;
    both.kind = NodeKind::And;
    both.children.push_back(success_call());
    both.children.push_back(std::move(condition.expression.root));
    condition.expression.root = std::move(both);
  }
  return condition;
}

Condition only_success(std::string_view text) {
  Condition condition;
  condition.adds_success = true;
  condition.expression = Expression{std::string(text), 0, text.size(), success_call()};
  return condition;
}

ParsedCondition condition_of_template(std::string_view text, const ExpressionScope& scope) {
  ParsedCondition result;
  ParsedTemplate parsed = parse_template(text, scope);
  result.problems = std::move(parsed.problems);
  if (!result.problems.empty()) return result;
  if (const Expression* single = parsed.value.single_expression()) {
    result.condition = with_success(*single);
  } else {
    result.condition = with_success(as_format(parsed.value));
    result.condition->always_true_text = true;
  }
  return result;
}

}  // namespace

bool Template::is_literal() const {
  return std::none_of(parts.begin(), parts.end(), [](const TemplatePart& part) {
    return std::holds_alternative<Expression>(part);
  });
}

const Expression* Template::single_expression() const {
  return parts.size() == 1 ? std::get_if<Expression>(&parts.front()) : nullptr;
}

std::size_t find_close(std::string_view text, std::size_t at) {
  bool quoted = false;
  for (; at + 1 < text.size(); ++at) {
    if (text[at] == '\'') quoted = !quoted;
    if (!quoted && text[at] == '}' && text[at + 1] == '}') return at;
  }
  return kNone;
}

bool contains_expression(std::string_view text) {
  return text.find(kOpen) != kNone;
}

ParsedTemplate parse_template(std::string_view text, const ExpressionScope& scope) {
  return TemplateParser(text, scope).run();
}

Evaluation evaluate(const Template& text, const EvaluationContext& context,
                    const EvaluationLimits& limits) {
  if (const Expression* single = text.single_expression())
    return evaluate(*single, context, limits);
  std::string result;
  for (const TemplatePart& part : text.parts) {
    std::size_t offset = 0;
    if (const auto* literal = std::get_if<LiteralPart>(&part)) {
      result += literal->text;
    } else {
      const auto& expression = std::get<Expression>(part);
      Evaluation value = evaluate(expression, context, limits);
      if (!std::holds_alternative<Value>(value)) return value;
      result += std::get<Value>(value).to_text();
      offset = expression.begin;
    }
    if (result.size() > limits.max_memory)
      return EvaluationError{offset,
                             cat("The maximum allowed memory size was exceeded: the text has more "
                                 "than ",
                                 limits.max_memory, " bytes")};
  }
  return Value::string(std::move(result));
}

ParsedCondition parse_condition(std::string_view text, const ExpressionScope& scope) {
  if (contains_expression(text)) return condition_of_template(text, scope);
  ParsedCondition result;
  if (is_blank(text)) {
    result.condition = only_success(text);
    return result;
  }
  ParsedExpression parsed = parse_expression(text, scope);
  if (parsed.problem) {
    result.problems.push_back(std::move(*parsed.problem));
  } else {
    result.condition = with_success(std::move(*parsed.expression));
  }
  return result;
}

}  // namespace sluice::pipeline
