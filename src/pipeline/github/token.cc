#include "pipeline/github/token.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

std::string_view line_of(std::string_view text, int line) {
  std::size_t start = 0;
  for (int i = 1; i < line; ++i) {
    start = text.find('\n', start);
    if (start == std::string_view::npos) return {};
    ++start;
  }
  return text.substr(start, text.find('\n', start) - start);
}

TextPosition position_in_block(TextPosition start, std::string_view text, std::size_t offset,
                               std::string_view file_text) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t line_start =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::string_view content =
      text.substr(line_start, text.find('\n', line_start) - line_start);
  const int line = start.line + 1 + lines;
  const std::size_t indent = line_of(file_text, line).find(content);
  if (indent == std::string_view::npos) return start;  // folded lines
  return {line, static_cast<int>(indent + offset - line_start) + 1};
}

}  // namespace

TextPosition position_inside(TextPosition start, YamlStyle style, std::string_view text,
                             std::size_t offset, std::string_view file_text) {
  offset = std::min(offset, text.size());
  if (style == YamlStyle::Literal || style == YamlStyle::Folded)
    return position_in_block(start, text, offset, file_text);
  const bool quoted = style == YamlStyle::SingleQuoted || style == YamlStyle::DoubleQuoted;
  const TextPosition inside{start.line, start.column + static_cast<int>(offset) + (quoted ? 1 : 0)};
  const std::string_view line = line_of(file_text, start.line);
  const bool on_this_line = static_cast<std::size_t>(inside.column) <= line.size() + 1;
  return on_this_line ? inside : start;
}

bool Token::has_expression_inside() const {
  if (has_expression()) return true;
  for (const Token& item : items)
    if (item.has_expression_inside()) return true;
  for (const TokenEntry& entry : entries)
    if (entry.insert || entry.key.has_expression() || entry.value.has_expression_inside())
      return true;
  return false;
}

const Token* Token::find(std::string_view key) const {
  for (const TokenEntry& entry : entries)
    if (!entry.insert && equal_text(entry.key.literal_text(), key)) return &entry.value;
  return nullptr;
}

std::string Token::source() const {
  return has_expression() ? text.text : literal_text();
}

void for_each_expression(const Token& token,
                         const std::function<void(const Token&, const Expression&)>& visit) {
  for (const TemplatePart& part : token.text.parts)
    if (const auto* expression = std::get_if<Expression>(&part)) visit(token, *expression);
  for (const Token& item : token.items) for_each_expression(item, visit);
  for (const TokenEntry& entry : token.entries) {
    for_each_expression(entry.key, visit);
    for_each_expression(entry.value, visit);
  }
}

void TokenEvaluator::fail(const Token& token, std::string message) {
  if (ok()) problem_ = Problem{token.position, std::move(message)};
}

Value TokenEvaluator::scalar(const Token& token) {
  if (!token.has_expression()) return token.literal;
  Evaluation result = evaluate(token.text, context_);
  if (auto* value = std::get_if<Value>(&result)) return std::move(*value);
  if (auto* hash = std::get_if<NeedsHash>(&result)) {
    needs_hash_ = std::move(*hash);
    return {};
  }
  const auto& error = std::get<EvaluationError>(result);
  problem_ = Problem{
      position_inside(token.position, token.style, token.text.text, error.offset, file_text_),
      error.message};
  return {};
}

Value TokenEvaluator::value(const Token& token) {
  if (!ok()) return {};
  if (token.kind == TokenKind::Sequence) {
    ValueItems items;
    for (const Token& item : token.items) items.push_back(value(item));
    return Value::array(std::move(items));
  }
  if (token.kind != TokenKind::Mapping) return scalar(token);
  ValueMembers members;
  for (const TokenEntry& entry : token.entries) {
    const Value member = value(entry.value);
    if (!entry.insert) {
      members.emplace_back(scalar(entry.key).to_text(), member);
    } else if (member.kind() == ValueKind::Object) {
      members.insert(members.end(), member.members().begin(), member.members().end());
    } else {
      fail(entry.value, "what is inserted must be an object");
    }
  }
  return Value::object(std::move(members), KeyCase::Respect);
}

std::string TokenEvaluator::text(const Token& token) {
  const Value result = value(token);
  if (!result.is_primitive()) {
    fail(token, cat("a text was expected, got ", to_string(result.kind()), ": ", token.source()));
    return {};
  }
  return result.to_text();
}

bool TokenEvaluator::boolean(const Token& token, std::string_view what) {
  const Value result = value(token);
  if (!ok()) return false;
  if (result.kind() == ValueKind::Boolean) return result.as_boolean();
  if (result.is_null()) return false;
  const std::string written = result.is_primitive() ? result.to_text() : std::string();
  if (written == "true") return true;
  if (written == "false" || written.empty()) {
    if (result.is_primitive()) return false;
  }
  fail(token, cat(what, " must be true or false, got '", result.to_text(), "'"));
  return false;
}

double TokenEvaluator::number(const Token& token, std::string_view what) {
  const Value result = value(token);
  if (!ok()) return 0;
  const double parsed = result.is_primitive() ? result.to_number() : std::nan("");
  if (std::isfinite(parsed) && !(result.kind() == ValueKind::String && result.as_string().empty()))
    return parsed;
  fail(token, cat(what, " must be a number, got '", result.to_text(), "'"));
  return 0;
}

std::vector<std::pair<std::string, std::string>> TokenEvaluator::texts(const Token& token) {
  std::vector<std::pair<std::string, std::string>> out;
  const Value mapping = value(token);
  if (!ok() || mapping.is_null()) return out;
  if (mapping.kind() != ValueKind::Object) {
    fail(token, cat("a mapping was expected, got ", to_string(mapping.kind())));
    return out;
  }
  for (const auto& [name, member] : mapping.members()) {
    if (!member.is_primitive()) {
      fail(token, cat("'", name, "' must be a text, got ", to_string(member.kind())));
      return {};
    }
    out.emplace_back(name, member.to_text());
  }
  return out;
}

}  // namespace sluice::pipeline::github
