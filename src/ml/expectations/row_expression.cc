#include "ml/expectations/row_expression.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/expectations/lenient_time.h"

namespace sluice::ml::expectations {
namespace {

constexpr std::size_t kLongest = 10'000;
constexpr int kDeepest = 64;

enum class Op {
  Constant,
  Column,
  Or,
  And,
  Not,
  Equal,
  Differs,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  IsNull,
  Add,
  Subtract,
  Multiply,
  Divide,
  Remainder,
  Negate,
};

struct Node {
  Op op = Op::Constant;
  KeptCell constant = {};
  std::size_t column = 0;
  std::vector<Node> operands = {};
};

struct Token {
  enum class Kind { End, Number, Text, Name, Quoted, Sign } kind = Kind::End;
  std::string text;
  std::size_t at = 0;
};

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> all() {
    std::vector<Token> tokens;
    while (true) {
      while (at_ < text_.size() &&
             std::string_view(" \t\r\n").find(text_[at_]) != std::string::npos)
        ++at_;
      Token token = TRY(next());
      tokens.push_back(token);
      if (token.kind == Token::Kind::End) return tokens;
    }
  }

 private:
  Result<Token> next() {
    Token token{Token::Kind::End, {}, at_};
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (starts_name(c)) {
      token.kind = Token::Kind::Name;
      token.text = take([](char d) { return starts_name(d) || is_digit(d); });
      return token;
    }
    if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      token.kind = Token::Kind::Number;
      token.text = number();
      return token;
    }
    if (c == '"' || c == '\'' || c == '`') return quoted(c);
    token.kind = Token::Kind::Sign;
    token.text = sign();
    if (!token.text.empty()) return token;
    return invalid_input(
        cat("at character ", at_ + 1, ": unexpected '", text_.substr(at_, 1), "'"));
  }

  template <class Wanted>
  std::string take(Wanted wanted) {
    const std::size_t start = at_;
    while (at_ < text_.size() && wanted(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  std::string number() {
    std::string text = take([](char d) { return is_digit(d) || d == '.'; });
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      text += text_[at_++];
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) text += text_[at_++];
      text += take(is_digit);
    }
    return text;
  }

  Result<Token> quoted(char quote) {
    Token token{quote == '`' ? Token::Kind::Quoted : Token::Kind::Text, {}, at_};
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return token;
      }
      if (text_[at_] == '\\' && quote != '`' && at_ + 1 < text_.size()) ++at_;
      token.text += text_[at_];
    }
    return invalid_input(cat("at character ", token.at + 1, ": the quote never closes"));
  }

  std::string sign() {
    constexpr std::array<std::string_view, 7> kTwo = {"==", "!=", "<>", "<=", ">=", "&&", "||"};
    for (const std::string_view two : kTwo)
      if (text_.substr(at_, 2) == two) {
        at_ += 2;
        return std::string(two);
      }
    if (std::string_view("=<>+-*/%()[],.&|~!").find(text_[at_]) == std::string_view::npos)
      return {};
    return std::string(1, text_[at_++]);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

struct Comparison {
  std::string_view sign;
  Op op;
};
constexpr std::array<Comparison, 8> kComparisons = {{{"==", Op::Equal},
                                                     {"=", Op::Equal},
                                                     {"!=", Op::Differs},
                                                     {"<>", Op::Differs},
                                                     {"<=", Op::LessEqual},
                                                     {">=", Op::GreaterEqual},
                                                     {"<", Op::Less},
                                                     {">", Op::Greater}}};

class Parser {
 public:
  Parser(std::vector<Token> tokens, std::vector<std::string>& columns)
      : tokens_(std::move(tokens)), columns_(columns) {}

  Result<Node> whole() {
    Node node = TRY(any_of(0));
    if (peek().kind != Token::Kind::End) return unexpected("the end");
    return node;
  }

 private:
  const Token& peek() const { return tokens_[at_]; }
  bool is_sign(std::string_view text) const {
    return peek().kind == Token::Kind::Sign && peek().text == text;
  }
  bool is_word(std::string_view word) const {
    return peek().kind == Token::Kind::Name && equal_ignoring_case(peek().text, word);
  }
  bool take_sign(std::string_view text) {
    if (!is_sign(text)) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!is_word(word)) return false;
    ++at_;
    return true;
  }
  Error unexpected(std::string_view wanted) const {
    const std::string found =
        peek().kind == Token::Kind::End ? "the end" : cat("'", peek().text, "'");
    return invalid_input(
        cat("at character ", peek().at + 1, ": expected ", wanted, ", found ", found));
  }
  Result<void> expect(std::string_view sign) {
    if (take_sign(sign)) return success();
    return unexpected(cat("'", sign, "'"));
  }

  static Node joined(Op op, Node left, Node right) {
    Node node{op};
    node.operands.push_back(std::move(left));
    node.operands.push_back(std::move(right));
    return node;
  }
  static Node over(Op op, Node operand) {
    Node node{op};
    node.operands.push_back(std::move(operand));
    return node;
  }

  Result<Node> any_of(int depth) {
    if (depth > kDeepest) return invalid_input("the expression is too deeply nested");
    Node left = TRY(all_of(depth + 1));
    while (take_word("or") || take_sign("|") || take_sign("||"))
      left = joined(Op::Or, std::move(left), TRY(all_of(depth + 1)));
    return left;
  }

  Result<Node> all_of(int depth) {
    Node left = TRY(negated(depth + 1));
    while (take_word("and") || take_sign("&") || take_sign("&&"))
      left = joined(Op::And, std::move(left), TRY(negated(depth + 1)));
    return left;
  }

  Result<Node> negated(int depth) {
    if (depth > kDeepest) return invalid_input("the expression is too deeply nested");
    if (take_word("not") || take_sign("~") || take_sign("!"))
      return over(Op::Not, TRY(negated(depth + 1)));
    return comparison(depth + 1);
  }

  Result<Node> comparison(int depth) {
    Node left = TRY(sum(depth));
    if (peek().kind == Token::Kind::Sign)
      for (const Comparison& known : kComparisons)
        if (take_sign(known.sign)) return compared(known.op, std::move(left), depth);
    if (take_word("is")) {
      const bool negative = take_word("not");
      if (!take_word("null") && !take_word("none")) return unexpected("null");
      return maybe_not(negative, over(Op::IsNull, std::move(left)));
    }
    const bool negative = take_word("not");
    if (take_word("in")) return maybe_not(negative, TRY(in_list(std::move(left), depth)));
    if (negative) return unexpected("'in'");
    return left;
  }

  static Node maybe_not(bool negative, Node node) {  // style: bool because it is a value
    return negative ? over(Op::Not, std::move(node)) : node;
  }

  // 1 < x <= 5 means 1 < x and x <= 5.
  Result<Node> compared(Op op, Node left, int depth) {
    if (depth > kDeepest) return invalid_input("the expression is too deeply nested");
    Node right = TRY(sum(depth));
    Node middle = right;
    Node result = joined(op, std::move(left), std::move(right));
    for (const Comparison& known : kComparisons)
      if (take_sign(known.sign))
        return joined(Op::And, std::move(result),
                      TRY(compared(known.op, std::move(middle), depth + 1)));
    return result;
  }

  Result<Node> in_list(Node left, int depth) {
    const bool square = take_sign("[");
    if (!square) TRY(expect("("));
    const std::string_view close = square ? "]" : ")";
    Node node = over(Op::In, std::move(left));
    while (!is_sign(close)) {
      node.operands.push_back(TRY(sum(depth + 1)));
      if (!take_sign(",")) break;
    }
    TRY(expect(close));
    return node;
  }

  Result<Node> sum(int depth) {
    Node left = TRY(product(depth + 1));
    while (is_sign("+") || is_sign("-")) {
      const Op op = tokens_[at_++].text == "+" ? Op::Add : Op::Subtract;
      left = joined(op, std::move(left), TRY(product(depth + 1)));
    }
    return left;
  }

  Result<Node> product(int depth) {
    Node left = TRY(factor(depth + 1));
    while (is_sign("*") || is_sign("/") || is_sign("%")) {
      const std::string sign = tokens_[at_++].text;
      const Op op = sign == "*" ? Op::Multiply : sign == "/" ? Op::Divide : Op::Remainder;
      left = joined(op, std::move(left), TRY(factor(depth + 1)));
    }
    return left;
  }

  Result<Node> factor(int depth) {
    if (depth > kDeepest) return invalid_input("the expression is too deeply nested");
    if (take_sign("-")) return over(Op::Negate, TRY(factor(depth + 1)));
    Node node = TRY(primary(depth + 1));
    while (take_sign(".")) node = TRY(method(std::move(node), depth + 1));
    return node;
  }

  Result<Node> method(Node node, int depth) {
    constexpr std::string_view kMethods = "isnull(), notnull() or isin([…])";
    if (peek().kind != Token::Kind::Name) return unexpected(kMethods);
    const std::string name = to_lower(peek().text);
    ++at_;
    const std::string word = replace_all(name, "_", "");
    if (word == "isin") {
      TRY(expect("("));
      Node list = TRY(in_list(std::move(node), depth));
      TRY(expect(")"));
      return list;
    }
    TRY(expect("("));
    TRY(expect(")"));
    if (word == "isnull" || word == "isna") return over(Op::IsNull, std::move(node));
    if (word == "notnull" || word == "notna" || word == "isnotnull")
      return over(Op::Not, over(Op::IsNull, std::move(node)));
    at_ = at_ > 3 ? at_ - 3 : 0;
    return unexpected(kMethods);
  }

  static Node constant(const Cell& cell) {
    Node node{Op::Constant};
    node.constant = KeptCell(cell);
    return node;
  }

  Node column(const std::string& name) {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    Node node{Op::Column};
    node.column = static_cast<std::size_t>(found - columns_.begin());
    if (found == columns_.end()) columns_.push_back(name);
    return node;
  }

  Result<Node> primary(int depth) {
    if (take_sign("(")) {
      Node node = TRY(any_of(depth + 1));
      TRY(expect(")"));
      return node;
    }
    const Token token = peek();
    switch (token.kind) {
      case Token::Kind::Number: {
        const auto number = parse_number(token.text);
        if (!number) return unexpected("a number");
        ++at_;
        return constant(Cell{CellKind::Number, *number, {}});
      }
      case Token::Kind::Text:
        ++at_;
        return constant(Cell{CellKind::Text, 0, token.text});
      case Token::Kind::Quoted:
        ++at_;
        return column(token.text);
      case Token::Kind::Name:
        ++at_;
        return named(token.text);
      default:
        return unexpected("a column, a number or a text");
    }
  }

  Result<Node> named(const std::string& name) {
    if (equal_ignoring_case(name, "true")) return constant(Cell{CellKind::Boolean, 1, {}});
    if (equal_ignoring_case(name, "false")) return constant(Cell{CellKind::Boolean, 0, {}});
    if (equal_ignoring_case(name, "null") || name == "None" || name == "NaN")
      return constant(Cell());
    if (name != "col" || !is_sign("(")) return column(name);
    ++at_;
    const Token inner = peek();
    if (inner.kind != Token::Kind::Text) return unexpected("the name of a column between quotes");
    ++at_;
    TRY(expect(")"));
    return column(inner.text);
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::vector<std::string>& columns_;
};

enum class Truth { False, True, Unknown };

Truth truth_of(const Cell& cell) {
  if (!cell.is_numeric()) return Truth::Unknown;
  return cell.number != 0 ? Truth::True : Truth::False;
}

Cell cell_of(Truth truth) {
  if (truth == Truth::Unknown) return {};
  return {CellKind::Boolean, truth == Truth::True ? 1.0 : 0.0, {}};
}

Cell truth_cell(bool truth) {  // style: bool because it is a value
  return {CellKind::Boolean, truth ? 1.0 : 0.0, {}};
}

Truth opposite(Truth truth) {
  if (truth == Truth::Unknown) return truth;
  return truth == Truth::True ? Truth::False : Truth::True;
}

// A text is a moment where it is compared with one.
std::optional<std::partial_ordering> order_of(const Cell& a, const Cell& b) {
  const auto moment = [](const Cell& cell) {
    const auto time = parse_lenient_time(cell.text);
    return time ? Cell{CellKind::Time, *time, {}} : Cell();
  };
  if (a.is_text() && b.is_time()) return compare(moment(a), b);
  if (a.is_time() && b.is_text()) return compare(a, moment(b));
  return compare(a, b);
}

bool satisfies(Op op, std::partial_ordering order) {
  switch (op) {
    case Op::Equal:
      return order == std::partial_ordering::equivalent;
    case Op::Differs:
      return order != std::partial_ordering::equivalent;
    case Op::Less:
      return order == std::partial_ordering::less;
    case Op::LessEqual:
      return order == std::partial_ordering::less || order == std::partial_ordering::equivalent;
    case Op::Greater:
      return order == std::partial_ordering::greater;
    case Op::GreaterEqual:
      return order == std::partial_ordering::greater || order == std::partial_ordering::equivalent;
    default:
      UNREACHABLE();
  }
}

double computed(Op op, double a, double b) {
  switch (op) {
    case Op::Add:
      return a + b;
    case Op::Subtract:
      return a - b;
    case Op::Multiply:
      return a * b;
    case Op::Divide:
      return a / b;
    default:
      return std::fmod(a, b);
  }
}

}  // namespace

struct RowExpression::Program {
  Node root;
  std::vector<std::string> columns;
  std::string text;
  MissingDiffers missing = MissingDiffers::Unknown;

  Cell run(const Node& node, std::span<const Cell> values) const;
  Cell run_comparison(const Node& node, std::span<const Cell> values) const;
  Cell run_in(const Node& node, std::span<const Cell> values) const;
  Cell run_number(const Node& node, std::span<const Cell> values) const;
  Cell run_logic(const Node& node, std::span<const Cell> values) const;
};

Cell RowExpression::Program::run_comparison(const Node& node, std::span<const Cell> values) const {
  const Cell a = run(node.operands[0], values);
  const Cell b = run(node.operands[1], values);
  if (a.is_null() || b.is_null())
    return missing == MissingDiffers::True ? truth_cell(node.op == Op::Differs) : Cell();
  const auto order = order_of(a, b);
  // Of different kinds: they differ, and that is all that can be said.
  if (!order) {
    if (node.op == Op::Equal || node.op == Op::Differs) return truth_cell(node.op == Op::Differs);
    return {};
  }
  return truth_cell(satisfies(node.op, *order));
}

Cell RowExpression::Program::run_in(const Node& node, std::span<const Cell> values) const {
  const Cell value = run(node.operands[0], values);
  if (value.is_null()) return missing == MissingDiffers::True ? truth_cell(false) : Cell();
  for (std::size_t i = 1; i < node.operands.size(); ++i) {
    const auto order = order_of(value, run(node.operands[i], values));
    if (order && *order == std::partial_ordering::equivalent) return truth_cell(true);
  }
  return truth_cell(false);
}

Cell RowExpression::Program::run_number(const Node& node, std::span<const Cell> values) const {
  const Cell a = run(node.operands[0], values);
  if (!a.is_numeric()) return {};
  double result = -a.number;
  if (node.op != Op::Negate) {
    const Cell b = run(node.operands[1], values);
    if (!b.is_numeric()) return {};
    result = computed(node.op, a.number, b.number);
  }
  if (std::isnan(result)) return {};
  return {CellKind::Number, result, {}};
}

Cell RowExpression::Program::run_logic(const Node& node, std::span<const Cell> values) const {
  const Truth a = truth_of(run(node.operands[0], values));
  if (node.op == Op::Not) return cell_of(opposite(a));
  const Truth decisive = node.op == Op::And ? Truth::False : Truth::True;
  if (a == decisive) return cell_of(a);
  const Truth b = truth_of(run(node.operands[1], values));
  if (b == decisive || a != Truth::Unknown) return cell_of(b);
  return {};
}

Cell RowExpression::Program::run(const Node& node, std::span<const Cell> values) const {
  switch (node.op) {
    case Op::Constant:
      return node.constant.get();
    case Op::Column:
      return values[node.column];
    case Op::Or:
    case Op::And:
    case Op::Not:
      return run_logic(node, values);
    case Op::In:
      return run_in(node, values);
    case Op::IsNull:
      return truth_cell(run(node.operands[0], values).is_null());
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::Divide:
    case Op::Remainder:
    case Op::Negate:
      return run_number(node, values);
    default:
      return run_comparison(node, values);
  }
}

RowExpression::RowExpression(std::unique_ptr<Program> program) : program_(std::move(program)) {}
RowExpression::RowExpression(RowExpression&&) noexcept = default;
RowExpression& RowExpression::operator=(RowExpression&&) noexcept = default;
RowExpression::~RowExpression() = default;

Result<RowExpression> RowExpression::parse(std::string_view text, MissingDiffers missing) {
  if (text.size() > kLongest)
    return invalid_input(cat("the expression is longer than ", kLongest, " characters"));
  auto program = std::make_unique<Program>();
  program->text = text;
  program->missing = missing;
  auto tokens = TRY(Lexer(text).all());
  program->root = TRY(Parser(std::move(tokens), program->columns).whole());
  return RowExpression(std::move(program));
}

const std::vector<std::string>& RowExpression::columns() const {
  return program_->columns;
}

Cell RowExpression::evaluate(std::span<const Cell> values) const {
  return program_->run(program_->root, values);
}

bool RowExpression::holds(std::span<const Cell> values) const {
  return truth_of(evaluate(values)) == Truth::True;
}

const std::string& RowExpression::text() const {
  return program_->text;
}

}  // namespace sluice::ml::expectations
