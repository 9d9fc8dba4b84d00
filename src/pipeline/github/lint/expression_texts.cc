#include "pipeline/github/lint/expression_texts.h"

#include "base/strings.h"
#include "pipeline/github/lint/context_types.h"
#include "pipeline/github/lint/type_checker.h"
#include "pipeline/github/lint/untrusted.h"
#include "pipeline/github/token.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kOpen = "${{";
constexpr std::size_t kNone = std::string_view::npos;

// `${{ insert }}` as a key merges the mapping that follows.
bool is_insert(const YamlNode& key) {
  const std::string_view text = trim(key.text);
  if (!is_one_expression(text)) return false;
  return trim(text.substr(kOpen.size(), text.size() - kOpen.size() - 2)) == "insert";
}

// GitHub refuses this; the others only cannot work.
bool is_refused(std::string_view rule) {
  return rule == "expression";
}

}  // namespace

bool is_one_expression(std::string_view text) {
  text = trim(text);
  if (!text.starts_with(kOpen)) return false;
  const std::size_t close = pipeline::find_close(text, kOpen.size());
  return close != kNone && close + 2 == text.size();
}

ExpressionTexts::ExpressionTexts(Mistakes& out) : out_(out), contexts_(context_types()) {}

ExpressionType ExpressionTexts::context(std::string_view name) const {
  const auto found = contexts_.find(name);
  return found == contexts_.end() ? ExpressionType::any() : found->second;
}

void ExpressionTexts::set_context(std::string_view name, ExpressionType type) {
  contexts_.insert_or_assign(std::string(name), std::move(type));
}

void ExpressionTexts::remove_context(std::string_view name) {
  contexts_.erase(std::string(name));
}

TextPosition ExpressionTexts::at(const YamlNode& node, std::size_t offset) const {
  return position_inside(node.position, node.style, node.text, offset, out_.text());
}

void ExpressionTexts::report(const YamlNode& node, std::size_t offset, std::string_view rule,
                             std::string message) {
  if (is_refused(rule))
    out_.error(at(node, offset), rule, std::move(message));
  else
    out_.warning(at(node, offset), rule, std::move(message));
}

std::optional<ExpressionType> ExpressionTexts::check(const YamlNode& node, std::size_t begin,
                                                     std::size_t end, Place place, Trust trust) {
  const std::string_view written = std::string_view(node.text).substr(begin, end - begin);
  const std::string_view text = trim(written);
  if (!text.empty()) begin += static_cast<std::size_t>(text.data() - written.data());
  if (text.empty()) {
    report(node, begin, "expression", "an expression was expected between '${{' and '}}'");
    return std::nullopt;
  }
  const ParsedExpression parsed = parse_any_expression(text);
  if (parsed.problem) {
    report(node, begin + parsed.problem->offset, "expression", parsed.problem->message);
    return std::nullopt;
  }
  const ExpressionNode& root = parsed.expression->root;
  const ReportAt say = [&](std::size_t offset, std::string_view rule, std::string message) {
    report(node, begin + offset, rule, std::move(message));
  };
  ExpressionType type = TypeChecker(contexts_, rule_of(place), say).check(root);
  if (trust == Trust::Script)
    for (const UntrustedRead& read : untrusted_reads(root))
      report(node, begin + read.offset, "untrusted-input",
             cat("anybody can choose ", join(read.paths, ", "),
                 ", and here it becomes part of the script; give it to the script by 'env'"));
  return type;
}

std::optional<std::vector<ExpressionTexts::Part>> ExpressionTexts::parts(const YamlNode& node,
                                                                         Place place, Trust trust) {
  std::vector<Part> found;
  const std::string_view text = node.text;
  for (std::size_t open = text.find(kOpen); open != kNone;) {
    const std::size_t close = pipeline::find_close(text, open + kOpen.size());
    if (close == kNone) {
      report(node, open, "expression", "the expression is not closed: '}}' is missing");
      return std::nullopt;
    }
    auto type = check(node, open + kOpen.size(), close, place, trust);
    if (!type) return std::nullopt;
    found.push_back({*std::move(type), open, close + 2});
    open = text.find(kOpen, close + 2);
  }
  return found;
}

void ExpressionTexts::refuse_container(const YamlNode& node, const Part& part) {
  if (part.type.is_container() || part.type.is(TypeKind::Null))
    report(node, part.begin, "wrong-expression-type",
           cat("a value of type ", to_string(part.type),
               " cannot become a text; take a property of it or use toJSON()"));
}

void ExpressionTexts::text(const YamlNode* node, Place place, Trust trust) {
  if (node == nullptr) return;
  for (const YamlNode& item : node->items) text(&item, place, trust);
  for (const auto& [key, value] : node->members) {
    if (!is_insert(key)) text(&key, place, trust);
    text(&value, place, trust);
  }
  if (!node->is_string()) return;
  if (const auto found = parts(*node, place, trust))
    for (const Part& part : *found) refuse_container(*node, part);
}

void ExpressionTexts::expect(const YamlNode& node, std::string_view key, const ExpressionType& type,
                             TypeKind wanted) {
  if (type.is(TypeKind::Any) || type.is(wanted)) return;
  out_.warning(node.position, "wrong-expression-type",
               cat("the expression at '", key, "' must be of type ",
                   wanted == TypeKind::Object  ? std::string("object")
                   : wanted == TypeKind::Array ? std::string("array")
                                               : to_string(ExpressionType::of(wanted)),
                   ", not ", to_string(type)));
}

void ExpressionTexts::texts(const YamlNode* node, std::string_view key, Place place) {
  if (node == nullptr) return;
  if (node->is_string() && is_one_expression(node->text))
    expect(*node, key, type_of_scalar(*node, place), TypeKind::Object);
  else
    text(node, place);
}

void ExpressionTexts::condition(const YamlNode* node, Place place) {
  if (node == nullptr || !node->is_scalar() || trim(node->text).empty()) return;
  if (contains_expression(node->text)) {
    parts(*node, place, Trust::Ordinary);
    return;
  }
  check(*node, 0, node->text.size(), place, Trust::Ordinary);
}

void ExpressionTexts::typed(const YamlNode* node, std::string_view key, TypeKind wanted,
                            Place place) {
  if (node == nullptr || !node->is_string() || !contains_expression(node->text)) return;
  if (is_one_expression(node->text))
    expect(*node, key, type_of_scalar(*node, place), wanted);
  else
    text(node, place);
}

void ExpressionTexts::boolean(const YamlNode* node, std::string_view key, Place place) {
  typed(node, key, TypeKind::Boolean, place);
}

void ExpressionTexts::number(const YamlNode* node, std::string_view key, Place place) {
  typed(node, key, TypeKind::Number, place);
}

void ExpressionTexts::labels(const YamlNode* node, Place place) {
  if (node == nullptr) return;
  if (!node->is_string() || !is_one_expression(node->text)) return text(node, place);
  const ExpressionType type = type_of_scalar(*node, place);
  const bool array = type.is(TypeKind::Array) &&
                     (type.rest()->is(TypeKind::Text) || type.rest()->is(TypeKind::Any));
  if (type.is(TypeKind::Any) || type.is(TypeKind::Text) || type.is(TypeKind::Object) || array)
    return;
  out_.warning(node->position, "wrong-expression-type",
               cat("the expression at 'runs-on' must be a text or an array of texts, not of type ",
                   to_string(type)));
}

ExpressionType ExpressionTexts::type_of_scalar(const YamlNode& node, Place place) {
  switch (node.kind) {
    case YamlKind::Null:
      return ExpressionType::null();
    case YamlKind::Boolean:
      return ExpressionType::boolean();
    case YamlKind::Number:
      return ExpressionType::number();
    default:
      break;
  }
  const auto found = parts(node, place, Trust::Ordinary);
  if (!found) return {};
  if (found->size() == 1 && is_one_expression(node.text)) return found->front().type;
  for (const Part& part : *found) refuse_container(node, part);
  return ExpressionType::text();
}

}  // namespace sluice::pipeline::github
