#include "pipeline/github/reading.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

std::string_view shape_name(Shape shape) {
  switch (shape) {
    case Shape::Scalar:
      return "a single value";
    case Shape::Mapping:
      return "a mapping";
    case Shape::Sequence:
      return "a sequence";
    case Shape::ScalarOrSequence:
      return "a value or a sequence of values";
    case Shape::Any:
      return "a value";
  }
  UNREACHABLE();
}

// `${{ insert }}` as a key merges the mapping that follows.
bool is_insert(std::string_view key) {
  key = trim(key);
  if (!key.starts_with("${{") || !key.ends_with("}}")) return false;
  return trim(key.substr(3, key.size() - 5)) == "insert";
}

Token literal_scalar(const YamlNode& node) {
  Token token;
  token.position = node.position;
  token.style = node.style;
  switch (node.kind) {
    case YamlKind::Null:
      token.kind = TokenKind::Null;
      break;
    case YamlKind::Boolean:
      token.kind = TokenKind::Boolean;
      token.literal = Value::boolean(node.boolean);
      break;
    case YamlKind::Number:
      token.kind = TokenKind::Number;
      token.literal = Value::number(node.number);
      break;
    default:
      token.kind = TokenKind::Text;
      token.literal = Value::string(node.text);
  }
  return token;
}

}  // namespace

std::vector<std::string> key_names(std::span<const KeyRule> rules) {
  std::vector<std::string> names;
  for (const KeyRule& rule : rules) names.emplace_back(rule.name);
  return names;
}

bool is_valid_identifier(std::string_view id) {
  if (id.empty() || id.size() >= 100) return false;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (!is_letter(id.front())) return false;
  return std::all_of(id.begin(), id.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

void Reading::report(Severity severity, TextPosition position, std::string_view rule,
                     std::string message) {
  diagnostics_.push_back({severity, std::string(rule), file_, position, std::move(message)});
}

void Reading::error(TextPosition position, std::string_view rule, std::string message) {
  report(Severity::Error, position, rule, std::move(message));
}

void Reading::warning(TextPosition position, std::string_view rule, std::string message) {
  report(Severity::Warning, position, rule, std::move(message));
}

void Reading::not_enforced(TextPosition position, std::string_view rule, std::string message) {
  report(Severity::Note, position, rule, std::move(message));
  not_enforced_.push_back(diagnostics_.back());
}

void Reading::not_honoured(TextPosition position, std::string_view rule, std::string message) {
  report(Severity::Unsupported, position, rule, std::move(message));
  not_honoured_.push_back(diagnostics_.back());
}

bool Reading::is_mapping(const YamlNode& node, std::string_view what) {
  if (node.is_mapping()) return true;
  error(node.position, "wrong-type", cat(what, " must be a mapping"));
  return false;
}

void Reading::check_keys(const YamlNode& mapping, std::span<const KeyRule> rules,
                         std::string_view what, UnknownKeys unknown) {
  for (const auto& [key, value] : mapping.members) {
    const KeyRule* rule = find_key_rule(rules, key.text);
    if (rule == nullptr)
      report(unknown == UnknownKeys::Refused ? Severity::Error : Severity::Warning, key.position,
             "unknown-key",
             cat("unexpected key '", key.text, "' in ", what,
                 did_you_mean(key.text, key_names(rules))));
    else
      note_use(key.position, cat("'", key.text, "' in ", what), rule->use, rule->remark);
  }
}

void Reading::note_use(TextPosition position, std::string_view what, KeyUse use,
                       std::string_view remark) {
  switch (use) {
    case KeyUse::Honoured:
    case KeyUse::Silent:
      return;
    case KeyUse::Approximated:
      return not_enforced(position, "not-enforced", cat(what, " is approximated: ", remark));
    case KeyUse::Informs:
      return not_enforced(position, "not-enforced", cat(what, " is not enforced: ", remark));
    case KeyUse::Unsupported:
    case KeyUse::Fails:
      return not_honoured(position, "unsupported-key",
                          cat(what, " is not honoured here: ", remark));
  }
}

void Reading::add_problems(const YamlNode& node, const std::vector<ExpressionProblem>& problems) {
  for (const ExpressionProblem& problem : problems)
    error(position_inside(node.position, node.style, node.text, problem.offset, text_),
          "expression", problem.message);
}

TokenEntry Reading::entry(const YamlNode& key, const YamlNode& value,
                          const ExpressionScope& scope) {
  TokenEntry entry;
  entry.insert = is_insert(key.text);
  YamlNode key_text = key;
  key_text.kind = YamlKind::String;
  if (entry.insert)
    entry.key = literal_scalar(key_text);
  else
    entry.key = token(key_text, scope);
  entry.value = token(value, scope);
  return entry;
}

Token Reading::token(const YamlNode& node, const ExpressionScope& scope) {
  Token result;
  if (node.is_scalar()) {
    result = literal_scalar(node);
    if (!node.is_string() || !contains_expression(node.text)) return result;
    ParsedTemplate parsed = parse_template(node.text, scope);
    add_problems(node, parsed.problems);
    if (parsed.problems.empty()) result.text = std::move(parsed.value);
    return result;
  }
  result.position = node.position;
  result.style = node.style;
  result.kind = node.is_mapping() ? TokenKind::Mapping : TokenKind::Sequence;
  for (const YamlNode& item : node.items) result.items.push_back(token(item, scope));
  for (const auto& [key, value] : node.members) result.entries.push_back(entry(key, value, scope));
  return result;
}

Token Reading::mapping_of(const YamlNode& node) const {
  Token mapping;
  mapping.position = node.position;
  mapping.style = node.style;
  mapping.kind = TokenKind::Mapping;
  return mapping;
}

void Reading::add_entry(Token& mapping, const YamlNode& key, Token value) {
  if (!value.present()) return;
  TokenEntry entry;
  entry.key = literal_scalar(key);
  entry.value = std::move(value);
  mapping.entries.push_back(std::move(entry));
}

bool Reading::has_shape(const Token& token, Shape shape) const {
  const bool scalar = token.kind != TokenKind::Mapping && token.kind != TokenKind::Sequence;
  switch (shape) {
    case Shape::Scalar:
      return scalar;
    case Shape::Mapping:
      return token.kind == TokenKind::Mapping || token.text.single_expression() != nullptr;
    case Shape::Sequence:
      return token.kind == TokenKind::Sequence || token.text.single_expression() != nullptr;
    case Shape::ScalarOrSequence:
      return token.kind != TokenKind::Mapping;
    case Shape::Any:
      return true;
  }
  UNREACHABLE();
}

Token Reading::token_at(const YamlNode& mapping, std::string_view key, Shape shape,
                        const ExpressionScope& scope) {
  const YamlNode* node = mapping.find(key);
  if (node == nullptr) return {};
  Token result = token(*node, scope);
  if (has_shape(result, shape)) return result;
  // A text whose expressions are broken has been reported already.
  if (!(node->is_string() && contains_expression(node->text)))
    error(node->position, "wrong-type", cat("'", key, "' must be ", shape_name(shape)));
  return {};
}

If Reading::condition_at(const YamlNode& mapping, const ExpressionScope& scope) {
  If result;
  const YamlNode* node = mapping.find("if");
  if (node != nullptr && !node->is_scalar())
    error(node->position, "wrong-type", "'if' must be an expression");
  const bool written = node != nullptr && node->is_scalar();
  if (written) {
    result.source = node->kind == YamlKind::Null ? std::string() : node->text;
    result.position = node->position;
    result.style = node->style;
  }
  ParsedCondition parsed = parse_condition(result.source, scope);
  if (written) add_problems(*node, parsed.problems);
  if (parsed.condition) result.condition = *std::move(parsed.condition);
  return result;
}

std::vector<Reference> Reading::names(const YamlNode& node, std::string_view what) {
  std::vector<Reference> result;
  const auto take = [&](const YamlNode& item) {
    if (item.is_scalar() && item.kind != YamlKind::Null)
      result.push_back({item.text, item.position});
    else
      error(item.position, "wrong-type", cat(what, " must be a text"));
  };
  if (node.is_sequence())
    for (const YamlNode& item : node.items) take(item);
  else
    take(node);
  return result;
}

Token Reading::texts_at(const YamlNode& mapping, std::string_view key,
                        const ExpressionScope& scope) {
  Token result = token_at(mapping, key, Shape::Mapping, scope);
  for (const TokenEntry& member : result.entries)
    if (!member.insert &&
        (member.value.kind == TokenKind::Mapping || member.value.kind == TokenKind::Sequence))
      error(member.value.position, "wrong-type",
            cat("'", member.key.source(), "' in '", key, "' must be a text"));
  return result;
}

RunDefaults Reading::run_defaults_at(const YamlNode& mapping, const ExpressionScope& scope) {
  RunDefaults defaults;
  const YamlNode* node = mapping.find("defaults");
  if (node == nullptr || !is_mapping(*node, "'defaults'")) return defaults;
  check_keys(*node, defaults_keys(), "'defaults'");
  const YamlNode* run = node->find("run");
  if (run == nullptr || !is_mapping(*run, "'defaults.run'")) return defaults;
  check_keys(*run, run_defaults_keys(), "'defaults.run'");
  defaults.shell = token_at(*run, "shell", Shape::Scalar, scope);
  defaults.working_directory = token_at(*run, "working-directory", Shape::Scalar, scope);
  return defaults;
}

}  // namespace sluice::pipeline::github
