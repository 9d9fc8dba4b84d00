// Expressions of GitHub's language (`a.b == 'c' && contains(d, e)`): text to syntax tree.
//
// Parsing knows which contexts and functions the place allows; any other name is a problem with
// its position. Offsets are bytes from the start of the text given; messages count characters from
// 1, as GitHub does. Limits: 21000 characters, depth 50. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/expression/value.h"

namespace sluice::pipeline {

inline constexpr std::size_t kMaxExpressionLength = 21'000;
inline constexpr std::size_t kMaxExpressionDepth = 50;
inline constexpr std::size_t kAnyNumberOfArguments = 255;

enum class NodeKind : std::uint8_t {
  Literal,
  Context,   // a named value: `github`
  Call,      // a function
  Index,     // children: the object, the index (a Literal string for `.name`)
  Wildcard,  // the `*` of `.*` and `[*]`, as second child of Index
  Not,
  Equal,
  NotEqual,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  And,  // two or more children
  Or,
};

enum class FunctionId : std::uint8_t {
  Environment,  // answered by the EvaluationContext: success, failure, always, cancelled, …
  Contains,
  StartsWith,
  EndsWith,
  Format,
  Join,
  ToJson,
  FromJson,
  Case,
  HashFiles,
};

struct ExpressionNode {
  NodeKind kind = NodeKind::Literal;
  FunctionId function = FunctionId::Environment;  // Call
  std::size_t begin = 0;                          // source is text[begin, end); empty range: added
  std::size_t end = 0;                            // by sluice, not written by the user
  std::string name;                               // Context, Call: as written
  Value literal;                                  // Literal
  std::vector<ExpressionNode> children;
};

// A function that the place allows beside the built-in ones.
struct FunctionSpec {
  std::string name;
  std::size_t min_arguments = 0;
  std::size_t max_arguments = 0;
};

// What may be named at a place of the file. Names are compared without case.
struct ExpressionScope {
  std::vector<std::string> contexts;
  std::vector<FunctionSpec> functions;
};

// success, failure, always, cancelled as a step has them (no arguments) and as a job has them
// (success and failure take job ids), and hashFiles.
std::vector<FunctionSpec> step_status_functions();
std::vector<FunctionSpec> job_status_functions();
FunctionSpec hash_files_function();
// The names of the functions that every expression has.
std::vector<std::string> built_in_functions();

struct Expression {
  std::string text;       // the whole text that offsets count in
  std::size_t begin = 0;  // the expression is text[begin, end)
  std::size_t end = 0;
  ExpressionNode root;

  // The node's own text; for a node added by sluice, what it stands for.
  std::string source(const ExpressionNode& node) const;
};

struct ExpressionProblem {
  std::size_t offset = 0;
  std::string message;
};

struct ParsedExpression {
  std::optional<Expression> expression;  // absent exactly when there is a problem
  std::optional<ExpressionProblem> problem;
};

ParsedExpression parse_expression(std::string_view text, const ExpressionScope& scope);
// The expression that stands at text[begin, end); offsets count from the start of `text`.
ParsedExpression parse_expression_at(std::string_view text, std::size_t begin, std::size_t end,
                                     const ExpressionScope& scope);

// Calls `visit` for each node, parents first.
void for_each_node(const ExpressionNode& root,
                   const std::function<void(const ExpressionNode&)>& visit);
// Whether success, failure, always or cancelled is called anywhere in it.
bool calls_status_function(const ExpressionNode& root);
// `needs.a.outputs.x` as {"needs", "a", "outputs", "x"}, as far as the path is constant; `.*` is
// "*". Empty when the node is no such path.
std::vector<std::string> constant_path(const ExpressionNode& node);
// The longest constant paths in the expression, in order of appearance, with repetitions.
std::vector<std::vector<std::string>> referenced_paths(const ExpressionNode& root);

}  // namespace sluice::pipeline
