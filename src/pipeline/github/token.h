// A value of a workflow file in which `${{ }}` may stand: read once with the names allowed at its
// place, evaluated often. Literal numbers and booleans keep their type, as GitHub's do (`3.10` is
// the number 3.1). Pure values; thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "pipeline/expression/template.h"

namespace sluice::pipeline::github {

enum class TokenKind { Null, Boolean, Number, Text, Sequence, Mapping };

struct TokenEntry;

struct Token {
  TokenKind kind = TokenKind::Null;
  YamlStyle style = YamlStyle::Plain;
  TextPosition position;  // line 0: the key is absent
  Value literal;          // of a scalar without expressions
  Template text;          // parts are empty when there is no expression in it
  std::vector<Token> items;
  std::vector<TokenEntry> entries;

  bool present() const { return position.line > 0; }
  bool has_expression() const { return !text.parts.empty(); }  // in the scalar itself
  bool has_expression_inside() const;                          // anywhere below, keys included
  const Token* find(std::string_view key) const;               // of a mapping, without case
  std::string literal_text() const { return literal.to_text(); }
  // As the user wrote it, for messages and names: the text with its `${{ }}`.
  std::string source() const;
};

struct TokenEntry {
  Token key;
  Token value;
  bool insert = false;  // `${{ insert }}: value`: the members of value belong here
};

// Where byte `offset` of a scalar's text stands in the file. `file_text` is the whole file; block
// scalars are found in it line by line.
TextPosition position_inside(TextPosition start, YamlStyle style, std::string_view text,
                             std::size_t offset, std::string_view file_text);

// Calls `visit` with each expression in the token, in file order.
void for_each_expression(const Token& token,
                         const std::function<void(const Token&, const Expression&)>& visit);

// Evaluates tokens one after another and keeps the first trouble: a failed expression, or a hash of
// files that is not known yet. After that every answer is empty, so a caller evaluates all it needs
// and looks once.
class TokenEvaluator {
 public:
  struct Problem {
    TextPosition position;
    std::string message;
  };

  TokenEvaluator(const EvaluationContext& context, std::string_view file_text)
      : context_(context), file_text_(file_text) {}

  Value value(const Token& token);
  std::string text(const Token& token);  // containers are a problem
  bool boolean(const Token& token, std::string_view what);
  double number(const Token& token, std::string_view what);
  // A mapping of texts, in order; of equal names the last counts.
  std::vector<std::pair<std::string, std::string>> texts(const Token& token);

  // What the evaluated token is cannot be used: the first trouble, unless there is one.
  void reject(const Token& token, std::string message) { fail(token, std::move(message)); }

  bool ok() const { return !problem_ && !needs_hash_; }
  const std::optional<Problem>& problem() const { return problem_; }
  const std::optional<NeedsHash>& needs_hash() const { return needs_hash_; }

 private:
  Value scalar(const Token& token);
  void fail(const Token& token, std::string message);

  const EvaluationContext& context_;
  std::string_view file_text_;
  std::optional<Problem> problem_;
  std::optional<NeedsHash> needs_hash_;
};

}  // namespace sluice::pipeline::github
