// Evaluation of expressions, and its explanation as a tree of what each part was.
//
// Pure: all that is not in the expression comes from an EvaluationContext. hashFiles may not be
// known yet: then the evaluation is NeedsHash, the caller finds the hash out and evaluates again;
// the same context gives the same result every time. Thread-safe when the context is.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pipeline/expression/expression.h"
#include "pipeline/expression/value.h"

namespace sluice::pipeline {

// What an expression can see. Called during evaluate() only, possibly several times per name.
class EvaluationContext {
 public:
  virtual ~EvaluationContext() = default;

  // The value of a context, e.g. "github" (as written); nothing is null.
  virtual std::optional<Value> context(std::string_view name) const = 0;
  // A function of the environment, e.g. "success" (as written). An error ends the evaluation.
  virtual Result<Value> call(std::string_view name, std::span<const Value> arguments) const = 0;
  // The result of hashFiles; nothing when it is not known yet. An error ends the evaluation.
  virtual std::optional<Result<std::string>> hash_files(
      std::span<const std::string> patterns) const = 0;

  // A forecast asks before the run is there: whether anything is unknown now.
  virtual bool forecasts() const { return false; }
  // Why there is no value yet at a constant path ({"needs", "build", "outputs", "x"}), of a
  // function of the environment ({"success()"}) or of {"hashFiles()"}; empty when there is one.
  virtual std::string unknown(std::span<const std::string>) const { return {}; }
  // A text of a value as people may see it: secrets are "***".
  virtual std::string shown(std::string_view text) const { return std::string(text); }
  // What decided a function of the environment, for explanations: "'build' failed"; may be empty.
  virtual std::string remark(std::string_view) const { return {}; }
};

struct EvaluationError {
  std::size_t offset = 0;  // in Expression::text
  std::string message;
};

struct NeedsHash {
  std::vector<std::string> patterns;
};

using Evaluation = std::variant<Value, EvaluationError, NeedsHash>;

struct EvaluationLimits {
  std::size_t max_memory = 10u << 20;  // bytes of a single intermediate result
};

Evaluation evaluate(const Expression& expression, const EvaluationContext& context,
                    const EvaluationLimits& limits = {});

// NotEvaluated: short-circuited. Waiting: for the hash of files. Unknown: only the run will tell.
enum class ExplanationState { Evaluated, NotEvaluated, Failed, Waiting, Unknown };

// One part of an expression and what it was.
struct ExplainedPart {
  std::string source;
  ExplanationState state = ExplanationState::NotEvaluated;
  Value value;          // Evaluated
  std::string message;  // why it failed, is unknown, or has this value
  bool secret = false;  // built from a secret: never print `value`
  std::vector<ExplainedPart> children;
};

struct ExplainOptions {
  // Constant paths that hold secrets; all that is built from them, but booleans, is secret too.
  std::vector<std::vector<std::string>> secrets = {{"secrets"}, {"github", "token"}};
  std::size_t max_value_length = 200;  // characters of a printed value
};

// The expression as a condition. In a context that forecasts, evaluation goes on past what is
// unknown: `unknown && false` is false, `unknown && true` is unknown.
ExplainedPart explain(const Expression& expression, const EvaluationContext& context,
                      const ExplainOptions& options = {});
// The first part without parts of its own that is unknown; null when there is none.
const ExplainedPart* first_unknown(const ExplainedPart& part);
// The first thing in the expression that has no value yet, and why; empty when all is known.
std::string unknown_in(const Expression& expression, const EvaluationContext& context);
// One line per part, children indented by two spaces: `github.ref == 'x' → false`. Secrets are ***.
std::string explanation_text(const ExplainedPart& explanation, const ExplainOptions& options = {});

// The same as data: {source, state, text, message?, children}; `text` is the printed outcome.
Json to_json(const ExplainedPart& part, const ExplainOptions& options = {});
std::string_view to_string(ExplanationState state);

}  // namespace sluice::pipeline
