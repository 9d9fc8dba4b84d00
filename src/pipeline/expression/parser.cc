#include <algorithm>
#include <span>

#include "base/strings.h"
#include "pipeline/expression/expression.h"
#include "pipeline/expression/functions.h"
#include "pipeline/expression/lexer.h"

namespace sluice::pipeline {
namespace {

// A subtree with the number of its levels, so that a tree too deep is never built.
struct Operand {
  ExpressionNode node;
  std::size_t depth = 1;
};

struct BinaryLevel {
  TokenKind token;
  NodeKind node;
};

bool is_known(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& n) { return equal_ignoring_case(n, name); });
}

// Recursive descent; each method returns nothing after it has set problem_.
class Parser {
 public:
  Parser(std::string_view text, std::size_t begin, std::size_t end, const ExpressionScope& scope,
         std::vector<Token> tokens)
      : text_(text), begin_(begin), end_(end), scope_(scope), tokens_(std::move(tokens)) {}

  std::optional<ExpressionNode> run() {
    auto root = expression();
    if (!root) return std::nullopt;
    if (peek().kind != TokenKind::End) return unexpected_symbol(), std::nullopt;
    return std::move(root->node);
  }
  ExpressionProblem problem() { return std::move(*problem_); }

 private:
  using Parsed = std::optional<Operand>;

  const Token& peek() const { return tokens_[at_]; }
  const Token& take() { return tokens_[at_++]; }
  bool match(TokenKind kind) {
    if (peek().kind != kind) return false;
    ++at_;
    return true;
  }
  std::string_view source(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }

  Parsed fail(std::string_view description, const Token& token) {
    problem_ = located_problem(description, source(token), text_.substr(begin_, end_ - begin_),
                               begin_, token.begin);
    return std::nullopt;
  }
  Parsed unexpected_symbol() {
    if (peek().kind != TokenKind::End) return fail("Unexpected symbol", peek());
    if (at_ > 0) return fail("Unexpected end of expression", tokens_[at_ - 1]);
    problem_ = ExpressionProblem{begin_, "An expression was expected"};
    return std::nullopt;
  }
  Parsed too_deep() {
    problem_ =
        ExpressionProblem{std::min(peek().begin, end_),
                          cat("Exceeded max expression depth ", kMaxExpressionDepth,
                              "; split the expression, e.g. with the help of env or outputs")};
    return std::nullopt;
  }
  // Puts `children` under a new node that reaches from the first to the last of them.
  Parsed join(NodeKind kind, std::vector<Operand> children);

  Parsed expression();
  Parsed logical(TokenKind token, NodeKind kind);
  Parsed binary(std::span<const BinaryLevel> operators, Parsed (Parser::*next)());
  Parsed equality();
  Parsed comparison();
  Parsed unary();
  Parsed postfix();
  Parsed dereference(Operand object);
  Parsed bracket(Operand object);
  Parsed primary();
  Parsed group();
  Parsed call(const Token& name);
  bool arguments(const Token& name, Operand& call);
  Parsed check_call(const Token& name, Operand call);
  Parsed literal(const Token& token, Value value);

  std::string_view text_;
  std::size_t begin_;
  std::size_t end_;
  const ExpressionScope& scope_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
  std::optional<ExpressionProblem> problem_;
};

Parser::Parsed Parser::join(NodeKind kind, std::vector<Operand> children) {
  Operand parent;
  parent.node.kind = kind;
  parent.node.begin = children.front().node.begin;
  parent.node.end = children.back().node.end;
  parent.node.children.reserve(children.size());
  for (Operand& child : children) {
    parent.depth = std::max(parent.depth, child.depth + 1);
    parent.node.children.push_back(std::move(child.node));
  }
  if (parent.depth > kMaxExpressionDepth) return too_deep();
  return parent;
}

Parser::Parsed Parser::expression() {
  if (++nesting_ > kMaxExpressionDepth) return too_deep();
  Parsed parsed = logical(TokenKind::Or, NodeKind::Or);
  --nesting_;
  return parsed;
}

Parser::Parsed Parser::logical(TokenKind token, NodeKind kind) {
  auto operand = [&] {
    return kind == NodeKind::Or ? logical(TokenKind::And, NodeKind::And) : equality();
  };
  Parsed first = operand();
  if (!first || peek().kind != token) return first;
  std::vector<Operand> operands;
  operands.push_back(std::move(*first));
  while (match(token)) {
    Parsed next = operand();
    if (!next) return std::nullopt;
    operands.push_back(std::move(*next));
  }
  return join(kind, std::move(operands));
}

Parser::Parsed Parser::binary(std::span<const BinaryLevel> operators, Parsed (Parser::*next)()) {
  Parsed left = (this->*next)();
  while (left) {
    auto found = std::find_if(operators.begin(), operators.end(),
                              [&](const BinaryLevel& o) { return o.token == peek().kind; });
    if (found == operators.end()) break;
    ++at_;
    Parsed right = (this->*next)();
    if (!right) return std::nullopt;
    std::vector<Operand> sides;
    sides.push_back(std::move(*left));
    sides.push_back(std::move(*right));
    left = join(found->node, std::move(sides));
  }
  return left;
}

Parser::Parsed Parser::equality() {
  static constexpr BinaryLevel kOperators[] = {{TokenKind::Equal, NodeKind::Equal},
                                               {TokenKind::NotEqual, NodeKind::NotEqual}};
  return binary(kOperators, &Parser::comparison);
}

Parser::Parsed Parser::comparison() {
  static constexpr BinaryLevel kOperators[] = {
      {TokenKind::Less, NodeKind::Less},
      {TokenKind::LessOrEqual, NodeKind::LessOrEqual},
      {TokenKind::Greater, NodeKind::Greater},
      {TokenKind::GreaterOrEqual, NodeKind::GreaterOrEqual}};
  return binary(kOperators, &Parser::unary);
}

Parser::Parsed Parser::unary() {
  if (peek().kind != TokenKind::Not) return postfix();
  std::size_t begin = take().begin;
  if (++nesting_ > kMaxExpressionDepth) return too_deep();
  Parsed operand = unary();
  --nesting_;
  if (!operand) return std::nullopt;
  std::vector<Operand> children;
  children.push_back(std::move(*operand));
  Parsed parent = join(NodeKind::Not, std::move(children));
  if (parent) parent->node.begin = begin;
  return parent;
}

Parser::Parsed Parser::postfix() {
  TokenKind first = peek().kind;
  Parsed value = primary();
  bool indexable = first == TokenKind::Identifier || first == TokenKind::LeftParenthesis;
  while (value && indexable) {
    if (match(TokenKind::Dot)) {
      value = dereference(std::move(*value));
    } else if (match(TokenKind::LeftBracket)) {
      value = bracket(std::move(*value));
    } else {
      break;
    }
  }
  return value;
}

Parser::Parsed Parser::dereference(Operand object) {
  if (peek().kind != TokenKind::Identifier && peek().kind != TokenKind::Star)
    return unexpected_symbol();
  const Token& token = take();
  Operand index;
  index.node.begin = token.begin;
  index.node.end = token.end;
  if (token.kind == TokenKind::Star) {
    index.node.kind = NodeKind::Wildcard;
  } else {
    index.node.literal = Value::string(source(token));
  }
  std::vector<Operand> children;
  children.push_back(std::move(object));
  children.push_back(std::move(index));
  return join(NodeKind::Index, std::move(children));
}

Parser::Parsed Parser::bracket(Operand object) {
  Parsed index;
  if (peek().kind == TokenKind::Star) {
    index.emplace();
    index->node.kind = NodeKind::Wildcard;
    index->node.begin = peek().begin;
    index->node.end = take().end;
  } else {
    index = expression();
  }
  if (!index) return std::nullopt;
  if (peek().kind != TokenKind::RightBracket) return unexpected_symbol();
  std::size_t end = take().end;
  std::vector<Operand> children;
  children.push_back(std::move(object));
  children.push_back(std::move(*index));
  Parsed parent = join(NodeKind::Index, std::move(children));
  if (parent) parent->node.end = end;
  return parent;
}

Parser::Parsed Parser::literal(const Token& token, Value value) {
  Operand operand;
  operand.node.begin = token.begin;
  operand.node.end = token.end;
  operand.node.literal = std::move(value);
  return operand;
}

Parser::Parsed Parser::primary() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::True:
    case TokenKind::False:
      return literal(take(), Value::boolean(token.kind == TokenKind::True));
    case TokenKind::Null:
      return literal(take(), Value());
    case TokenKind::Number:
      return literal(take(), Value::number(token.number));
    case TokenKind::Text:
      return literal(take(), Value::string(token.text));
    case TokenKind::LeftParenthesis:
      return group();
    case TokenKind::Identifier:
      break;
    default:
      return unexpected_symbol();
  }
  const Token& name = take();
  if (match(TokenKind::LeftParenthesis)) return call(name);
  if (!is_known(scope_.contexts, source(name))) return fail("Unrecognized named-value", name);
  Parsed context = literal(name, Value());
  context->node.kind = NodeKind::Context;
  context->node.name = std::string(source(name));
  return context;
}

// The parentheses belong to the text of what they hold.
Parser::Parsed Parser::group() {
  std::size_t begin = take().begin;
  Parsed inner = expression();
  if (!inner) return std::nullopt;
  if (peek().kind != TokenKind::RightParenthesis) return unexpected_symbol();
  inner->node.begin = begin;
  inner->node.end = take().end;
  return inner;
}

Parser::Parsed Parser::call(const Token& name) {
  Operand call;
  call.node.kind = NodeKind::Call;
  call.node.begin = name.begin;
  call.node.name = std::string(source(name));
  if (!match(TokenKind::RightParenthesis) && !arguments(name, call)) return std::nullopt;
  call.node.end = tokens_[at_ - 1].end;
  if (call.depth > kMaxExpressionDepth) return too_deep();
  return check_call(name, std::move(call));
}

bool Parser::arguments(const Token& name, Operand& call) {
  while (true) {
    Parsed argument = expression();
    if (!argument) return false;
    call.depth = std::max(call.depth, argument->depth + 1);
    call.node.children.push_back(std::move(argument->node));
    if (call.node.children.size() > kAnyNumberOfArguments)
      return fail("Too many parameters supplied", name), false;
    if (match(TokenKind::RightParenthesis)) return true;
    if (!match(TokenKind::Comma)) return unexpected_symbol(), false;
  }
}

Parser::Parsed Parser::check_call(const Token& name, Operand call) {
  std::size_t min = 0;
  std::size_t max = 0;
  auto extra = std::find_if(
      scope_.functions.begin(), scope_.functions.end(),
      [&](const FunctionSpec& f) { return equal_ignoring_case(f.name, source(name)); });
  if (const BuiltInFunction* built_in = find_built_in_function(source(name))) {
    call.node.function = built_in->id;
    min = built_in->min_arguments;
    max = built_in->max_arguments;
  } else if (extra != scope_.functions.end()) {
    if (equal_ignoring_case(extra->name, "hashFiles")) call.node.function = FunctionId::HashFiles;
    min = extra->min_arguments;
    max = extra->max_arguments;
  } else {
    return fail("Unrecognized function", name);
  }
  std::size_t count = call.node.children.size();
  if (count < min) return fail("Too few parameters supplied", name);
  if (count > max) return fail("Too many parameters supplied", name);
  if (call.node.function == FunctionId::Case && count % 2 == 0)
    return fail("Even number of parameters supplied, requires an odd number of parameters", name);
  return call;
}

}  // namespace

ParsedExpression parse_expression(std::string_view text, const ExpressionScope& scope) {
  return parse_expression_at(text, 0, text.size(), scope);
}

ParsedExpression parse_expression_at(std::string_view text, std::size_t begin, std::size_t end,
                                     const ExpressionScope& scope) {
  ParsedExpression result;
  if (end - begin > kMaxExpressionLength) {
    result.problem =
        ExpressionProblem{begin, cat("Exceeded max expression length ", kMaxExpressionLength)};
    return result;
  }
  LexedExpression lexed = lex_expression(text, begin, end);
  if (lexed.problem) {
    result.problem = std::move(lexed.problem);
    return result;
  }
  Parser parser(text, begin, end, scope, std::move(lexed.tokens));
  auto root = parser.run();
  if (!root) {
    result.problem = parser.problem();
    return result;
  }
  result.expression = Expression{std::string(text), begin, end, std::move(*root)};
  return result;
}

}  // namespace sluice::pipeline
