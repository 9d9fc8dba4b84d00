#include "pipeline/github/lint/type_checker.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "pipeline/expression/lexer.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kPlaceFunctions = "always cancelled success failure hashFiles";

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> result;
  for (const std::string_view word : split(list, ' '))
    if (!word.empty()) result.emplace_back(word);
  return result;
}

bool has_name(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(' '));
    if (equal_ignoring_case(word, name)) return true;
    list.remove_prefix(std::min(word.size() + 1, list.size()));
  }
  return false;
}

std::vector<std::string> names_of(const ExpressionType& object) {
  std::vector<std::string> names;
  for (const auto& [name, type] : object.members()) names.push_back(name);
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  return names.empty() ? std::string("there is none") : cat("there are ", join(names, ", "));
}

std::string_view operator_text(NodeKind kind) {
  switch (kind) {
    case NodeKind::Equal:
      return "==";
    case NodeKind::NotEqual:
      return "!=";
    case NodeKind::Less:
      return "<";
    case NodeKind::LessOrEqual:
      return "<=";
    case NodeKind::Greater:
      return ">";
    default:
      return ">=";
  }
}

// The N of each `{N}` of a format.
std::set<std::size_t> placeholders(std::string_view format) {
  std::set<std::size_t> found;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '{') continue;
    if (i + 1 < format.size() && format[i + 1] == '{') {
      ++i;
      continue;
    }
    const std::size_t end = format.find('}', i);
    const std::string_view digits =
        end == std::string_view::npos ? std::string_view{} : format.substr(i + 1, end - i - 1);
    if (digits.empty() || digits.size() > 3 ||
        digits.find_first_not_of("0123456789") != std::string_view::npos)
      continue;
    found.insert(static_cast<std::size_t>(std::stoi(std::string(digits))));
  }
  return found;
}

bool is_property(const ExpressionNode& index) {
  return index.kind == NodeKind::Literal && index.literal.kind() == ValueKind::String;
}

}  // namespace

ParsedExpression parse_any_expression(std::string_view text) {
  const LexedExpression lexed = lex_expression(text, 0, text.size());
  ExpressionScope scope;
  using Lexeme = sluice::pipeline::TokenKind;
  for (std::size_t i = 0; i + 1 < lexed.tokens.size(); ++i) {
    const auto& token = lexed.tokens[i];
    if (token.kind != Lexeme::Identifier) continue;
    if (i > 0 && lexed.tokens[i - 1].kind == Lexeme::Dot) continue;
    std::string name(text.substr(token.begin, token.end - token.begin));
    if (lexed.tokens[i + 1].kind == Lexeme::LeftParenthesis)
      scope.functions.push_back({std::move(name), 0, kAnyNumberOfArguments});
    else
      scope.contexts.push_back(std::move(name));
  }
  return parse_expression(text, scope);
}

ExpressionType TypeChecker::check(const ExpressionNode& node) const {
  switch (node.kind) {
    case NodeKind::Literal:
      return type_of(node.literal);
    case NodeKind::Context:
      return context(node);
    case NodeKind::Call:
      return call(node);
    case NodeKind::Index:
      return index(node);
    case NodeKind::Wildcard:
      return {};
    case NodeKind::Not:
      check(node.children.front());
      return ExpressionType::boolean();
    case NodeKind::And:
    case NodeKind::Or: {
      ExpressionType type = check(node.children.front());
      for (std::size_t i = 1; i < node.children.size(); ++i)
        type = merge(type, check(node.children[i]));
      return type;
    }
    default:
      return compare(node);
  }
}

ExpressionType TypeChecker::context(const ExpressionNode& node) const {
  const bool known = has_name(all_contexts(), node.name);
  const auto type = contexts_.find(to_lower(node.name));
  if (!known) {
    report_(node.begin, "expression",
            cat("there is no context '", node.name, "'",
                did_you_mean(to_lower(node.name), words(all_contexts()))));
    return {};
  }
  if (!has_name(place_.contexts, node.name))
    report_(node.begin, "expression",
            cat("the context '", node.name, "' is not available in ", place_.key, "; ",
                listed(words(place_.contexts))));
  return type == contexts_.end() ? ExpressionType::any() : type->second;
}

ExpressionType TypeChecker::index(const ExpressionNode& node) const {
  const ExpressionType object = check(node.children[0]);
  const ExpressionNode& index = node.children[1];
  if (index.kind == NodeKind::Wildcard) return filter(node, object);
  if (is_property(index)) return property(node, object);
  return element(node, object);
}

ExpressionType TypeChecker::property(const ExpressionNode& node,
                                     const ExpressionType& object) const {
  const std::string_view name = node.children[1].literal.as_string();
  if (object.is(TypeKind::Any)) return {};
  if (object.is_filtered()) return property_of_each(node, object);
  if (!object.is(TypeKind::Object)) {
    report_(node.begin, "not-an-object",
            cat("'", name, "' is asked of a value of type ", to_string(object),
                ", which has no properties"));
    return {};
  }
  if (const auto member = object.member(name)) return *member;
  const std::vector<std::string> names = names_of(object);
  report_(node.begin, "undefined-property",
          cat("there is no property '", name, "' here; ", listed(names),
              did_you_mean(to_lower(name), names)));
  return {};
}

ExpressionType TypeChecker::property_of_each(const ExpressionNode& node,
                                             const ExpressionType& array) const {
  const std::string_view name = node.children[1].literal.as_string();
  const ExpressionType& element = *array.rest();
  if (element.is(TypeKind::Any)) return array;
  if (!element.is(TypeKind::Object)) {
    report_(node.begin, "not-an-object",
            cat("'", name, "' is asked of values of type ", to_string(element),
                ", which have no properties"));
    return {};
  }
  if (const auto member = element.member(name))
    return ExpressionType::array(*member, ArrayOrigin::Filtered);
  const std::vector<std::string> names = names_of(element);
  report_(node.begin, "undefined-property",
          cat("none of the filtered objects has a property '", name, "'; ", listed(names),
              did_you_mean(to_lower(name), names)));
  return {};
}

ExpressionType TypeChecker::filter(const ExpressionNode& node, const ExpressionType& object) const {
  const ExpressionType anything =
      ExpressionType::array(ExpressionType::any(), ArrayOrigin::Filtered);
  if (object.is(TypeKind::Any)) return anything;
  if (object.is(TypeKind::Array))
    return ExpressionType::array(*object.rest(), ArrayOrigin::Filtered);
  if (!object.is(TypeKind::Object)) {
    report_(node.begin, "not-an-object",
            cat("'.*' needs an array or an object, not a value of type ", to_string(object)));
    return {};
  }
  const auto has_members = [](const ExpressionType& type) {
    return type.is(TypeKind::Object) || type.is(TypeKind::Any);
  };
  if (object.rest() != nullptr && object.rest()->is(TypeKind::Object))
    return ExpressionType::array(*object.rest(), ArrayOrigin::Filtered);
  bool useful = object.rest() != nullptr && has_members(*object.rest());
  for (const auto& [name, member] : object.members()) useful = useful || has_members(member);
  if (!useful)
    report_(node.begin, "not-an-object",
            cat("'.*' finds nothing in ", to_string(object), ": no property of it is an object"));
  return useful ? anything : ExpressionType::any();
}

ExpressionType TypeChecker::element(const ExpressionNode& node,
                                    const ExpressionType& object) const {
  const ExpressionNode& index_node = node.children[1];
  const ExpressionType index = check(index_node);
  if (object.is(TypeKind::Any)) return {};
  if (object.is(TypeKind::Array)) {
    if (!index.is(TypeKind::Any) && !index.is(TypeKind::Number))
      report_(index_node.begin, "wrong-argument",
              cat("the index of an array must be a number, not of type ", to_string(index)));
    return *object.rest();
  }
  if (!object.is(TypeKind::Object)) {
    report_(node.begin, "not-an-object",
            cat("[…] needs an array or an object, not a value of type ", to_string(object)));
    return {};
  }
  if (!index.is(TypeKind::Any) && !index.is(TypeKind::Text))
    report_(index_node.begin, "wrong-argument",
            cat("a property of an object is named by a text, not by a value of type ",
                to_string(index)));
  return object.rest() != nullptr && object.members().empty() ? *object.rest()
                                                              : ExpressionType::any();
}

ExpressionType TypeChecker::compare(const ExpressionNode& node) const {
  const ExpressionType left = check(node.children[0]);
  const ExpressionType right = check(node.children[1]);
  const bool equality = node.kind == NodeKind::Equal || node.kind == NodeKind::NotEqual;
  if (!(equality ? is_equality_possible(left, right) : is_order_possible(left, right)))
    report_(node.begin, "senseless-comparison",
            cat("a value of type ", to_string(left), " cannot be compared by '",
                operator_text(node.kind), "' with one of type ", to_string(right),
                ": the result is always the same"));
  return ExpressionType::boolean();
}

void TypeChecker::check_status_function(const ExpressionNode& node) const {
  const std::string_view name = node.name;
  if (has_name(place_.functions, name)) return;
  if (has_name(kPlaceFunctions, name)) {
    report_(node.begin, "expression",
            cat("the function '", name, "' is not available in ", place_.key));
    return;
  }
  std::vector<std::string> known = built_in_functions();
  for (const std::string& function : words(kPlaceFunctions)) known.push_back(function);
  report_(node.begin, "expression",
          cat("there is no function '", name, "'", did_you_mean(name, known)));
}

void TypeChecker::expect(const ExpressionNode& call, std::size_t argument,
                         const ExpressionType& given, const ExpressionType& wanted) const {
  if (is_assignable(wanted, given)) return;
  report_(call.children[argument].begin, "wrong-argument",
          cat("argument ", argument + 1, " of ", call.name, "() must be of type ",
              to_string(wanted), ", not ", to_string(given)));
}

void TypeChecker::check_arguments(const ExpressionNode& node,
                                  const std::vector<ExpressionType>& arguments) const {
  const ExpressionType text = ExpressionType::text();
  switch (node.function) {
    case FunctionId::Contains:
      if (arguments[0].is(TypeKind::Array)) return;
      expect(node, 0, arguments[0], text);
      return expect(node, 1, arguments[1], text);
    case FunctionId::StartsWith:
    case FunctionId::EndsWith:
      expect(node, 0, arguments[0], text);
      return expect(node, 1, arguments[1], text);
    case FunctionId::Format:
      expect(node, 0, arguments[0], text);
      return check_format(node);
    case FunctionId::Join:
      if (!arguments[0].is(TypeKind::Text))
        expect(node, 0, arguments[0], ExpressionType::array(text));
      if (arguments.size() > 1) expect(node, 1, arguments[1], text);
      return;
    case FunctionId::FromJson:
      return expect(node, 0, arguments[0], text);
    case FunctionId::HashFiles:
      for (std::size_t i = 0; i < arguments.size(); ++i) expect(node, i, arguments[i], text);
      return;
    case FunctionId::Case:
      for (std::size_t i = 0; i + 1 < arguments.size(); i += 2)
        if (!arguments[i].is(TypeKind::Any) && !arguments[i].is(TypeKind::Boolean))
          report_(node.children[i].begin, "wrong-argument",
                  cat("argument ", i + 1, " of case() must be of type bool, not ",
                      to_string(arguments[i])));
      return;
    default:
      return;
  }
}

void TypeChecker::check_format(const ExpressionNode& node) const {
  const ExpressionNode& format = node.children.front();
  if (!is_property(format)) return;
  const std::set<std::size_t> used = placeholders(format.literal.as_string());
  const std::size_t given = node.children.size() - 1;
  for (const std::size_t number : used)
    if (number >= given)
      report_(node.begin, "wrong-argument",
              cat("the format asks for {", number, "}, but format() is given ",
                  plural(given, "argument"), " after it"));
  for (std::size_t i = 0; i < given; ++i)
    if (!used.contains(i))
      report_(node.begin, "wrong-argument",
              cat("the format does not use {", i, "}: argument ", i + 2, " has no effect"));
}

ExpressionType TypeChecker::json(const ExpressionNode& node) const {
  const ExpressionNode& text = node.children.front();
  if (!is_property(text)) return {};
  const Result<Value> value = from_json_text(text.literal.as_string());
  if (value.ok()) return type_of(value.value());
  report_(text.begin, "wrong-argument",
          cat("fromJSON() is given a text that is no JSON: ", value.error().describe()));
  return {};
}

ExpressionType TypeChecker::call(const ExpressionNode& node) const {
  std::vector<ExpressionType> arguments;
  for (const ExpressionNode& child : node.children) arguments.push_back(check(child));
  if (node.function == FunctionId::Environment || node.function == FunctionId::HashFiles)
    check_status_function(node);
  if (node.function == FunctionId::HashFiles && node.children.empty())
    report_(node.begin, "expression", "hashFiles() needs the patterns of the files");
  check_arguments(node, arguments);
  switch (node.function) {
    case FunctionId::Contains:
    case FunctionId::StartsWith:
    case FunctionId::EndsWith:
      return ExpressionType::boolean();
    case FunctionId::FromJson:
      return json(node);
    case FunctionId::Environment:
      return has_name(kPlaceFunctions, node.name) ? ExpressionType::boolean()
                                                  : ExpressionType::any();
    case FunctionId::Case: {
      ExpressionType type = arguments.back();
      for (std::size_t i = 1; i < arguments.size(); i += 2) type = merge(type, arguments[i]);
      return type;
    }
    default:
      return ExpressionType::text();
  }
}

}  // namespace sluice::pipeline::github
