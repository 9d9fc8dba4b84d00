// Splits the text of an expression into tokens. Pure. Private to the parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/expression/expression.h"

namespace sluice::pipeline {

enum class TokenKind : std::uint8_t {
  LeftParenthesis,
  RightParenthesis,
  LeftBracket,
  RightBracket,
  Comma,
  Dot,
  Star,
  Not,
  NotEqual,
  Equal,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  And,
  Or,
  Number,
  Text,
  Identifier,
  True,
  False,
  Null,
  End,
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::size_t begin = 0;  // in the whole text
  std::size_t end = 0;
  double number = 0;  // Number
  std::string text;   // Text: without quotes
};

struct LexedExpression {
  std::vector<Token> tokens;  // the last one is End
  std::optional<ExpressionProblem> problem;
};

LexedExpression lex_expression(std::string_view text, std::size_t begin, std::size_t end);

// "DESCRIPTION: 'SYMBOL'. Located at position N within expression: EXPRESSION".
ExpressionProblem located_problem(std::string_view description, std::string_view symbol,
                                  std::string_view expression, std::size_t begin_of_expression,
                                  std::size_t offset);

}  // namespace sluice::pipeline
