#include "pipeline/expression/lexer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "pipeline/expression/case_mapping.h"

namespace sluice::pipeline {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_boundary(char c) {
  return is_space(c) || std::string_view("([)],.!><=&|").find(c) != std::string_view::npos;
}

bool is_identifier(std::string_view word) {
  if (word.empty() || !(is_letter(word[0]) || word[0] == '_')) return false;
  return std::all_of(word.begin(), word.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

// What characters the user counts: UTF-16 units, as GitHub does.
std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = next_character(text, at);
    count += c > 0xffff && c < 0x110000 ? 2 : 1;
  }
  return count;
}

class Lexer {
 public:
  Lexer(std::string_view text, std::size_t begin, std::size_t end)
      : text_(text), begin_(begin), end_(end), at_(begin) {}

  LexedExpression run() {
    while (!result_.problem) {
      while (at_ < end_ && is_space(text_[at_])) ++at_;
      start_ = at_;
      if (at_ == end_) break;
      read_token();
    }
    start_ = at_;
    add(TokenKind::End);
    return std::move(result_);
  }

 private:
  void read_token() {
    char c = text_[at_];
    if (c == '\'') return read_text();
    if (is_digit(c) || c == '-' || c == '+') return read_number();
    if (c == '.') return follows_a_value() ? symbol(TokenKind::Dot, 1) : read_number();
    static constexpr std::string_view kSingle = "()[],*";
    std::size_t single = kSingle.find(c);
    if (single == std::string_view::npos) return read_operator_or_word(c);
    static constexpr TokenKind kKinds[] = {TokenKind::LeftParenthesis, TokenKind::RightParenthesis,
                                           TokenKind::LeftBracket,     TokenKind::RightBracket,
                                           TokenKind::Comma,           TokenKind::Star};
    symbol(kKinds[single], 1);
  }

  void read_operator_or_word(char c) {
    char next = at_ + 1 < end_ ? text_[at_ + 1] : '\0';
    if (c == '!') return next == '=' ? symbol(TokenKind::NotEqual, 2) : symbol(TokenKind::Not, 1);
    if (c == '<')
      return next == '=' ? symbol(TokenKind::LessOrEqual, 2) : symbol(TokenKind::Less, 1);
    if (c == '>')
      return next == '=' ? symbol(TokenKind::GreaterOrEqual, 2) : symbol(TokenKind::Greater, 1);
    if (c == '=' && next == '=') return symbol(TokenKind::Equal, 2);
    if (c == '&' && next == '&') return symbol(TokenKind::And, 2);
    if (c == '|' && next == '|') return symbol(TokenKind::Or, 2);
    read_word();
  }

  bool follows_a_value() const {
    if (result_.tokens.empty()) return false;
    TokenKind last = result_.tokens.back().kind;
    return last == TokenKind::Identifier || last == TokenKind::RightBracket ||
           last == TokenKind::RightParenthesis || last == TokenKind::Star;
  }

  bool follows_a_dot() const {
    return !result_.tokens.empty() && result_.tokens.back().kind == TokenKind::Dot;
  }

  void symbol(TokenKind kind, std::size_t length) {
    at_ += length;
    add(kind);
  }

  Token& add(TokenKind kind) {
    Token token;
    token.kind = kind;
    token.begin = start_;
    token.end = at_;
    return result_.tokens.emplace_back(std::move(token));
  }

  void read_number() {
    ++at_;
    while (at_ < end_ && (!is_boundary(text_[at_]) || text_[at_] == '.')) ++at_;
    double number = parse_number(text_.substr(start_, at_ - start_));
    if (std::isnan(number)) return unexpected();
    add(TokenKind::Number).number = number;
  }

  void read_text() {
    std::string value;
    for (++at_; at_ < end_; ++at_) {
      if (text_[at_] == '\'') {
        if (at_ + 1 == end_ || text_[at_ + 1] != '\'') {
          ++at_;
          add(TokenKind::Text).text = std::move(value);
          return;
        }
        ++at_;
      }
      value += text_[at_];
    }
    unexpected();
  }

  void read_word() {
    ++at_;
    while (at_ < end_ && !is_boundary(text_[at_])) ++at_;
    std::string_view word = text_.substr(start_, at_ - start_);
    if (!is_identifier(word)) return unexpected();
    if (follows_a_dot()) {
      add(TokenKind::Identifier);
    } else if (word == "NaN" || word == "Infinity") {
      add(TokenKind::Number).number = word == "NaN" ? std::numeric_limits<double>::quiet_NaN()
                                                    : std::numeric_limits<double>::infinity();
    } else {
      add(word == "true"    ? TokenKind::True
          : word == "false" ? TokenKind::False
          : word == "null"  ? TokenKind::Null
                            : TokenKind::Identifier);
    }
  }

  void unexpected() {
    result_.problem = located_problem("Unexpected symbol", text_.substr(start_, at_ - start_),
                                      text_.substr(begin_, end_ - begin_), begin_, start_);
  }

  std::string_view text_;
  std::size_t begin_;
  std::size_t end_;
  std::size_t at_;
  std::size_t start_ = 0;
  LexedExpression result_;
};

}  // namespace

ExpressionProblem located_problem(std::string_view description, std::string_view symbol,
                                  std::string_view expression, std::size_t begin_of_expression,
                                  std::size_t offset) {
  std::size_t position = count_characters(expression.substr(0, offset - begin_of_expression)) + 1;
  return {offset, cat(description, ": '", symbol, "'. Located at position ", position,
                      " within expression: ", expression)};
}

LexedExpression lex_expression(std::string_view text, std::size_t begin, std::size_t end) {
  return Lexer(text, begin, end).run();
}

}  // namespace sluice::pipeline
