// Any bytes as an expression, a template and a condition: a problem inside the text, or something
// that evaluates and explains without showing the secret.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "pipeline/expression/evaluate.h"
#include "pipeline/expression/template.h"

namespace {

using namespace sluice::pipeline;  // NOLINT: the program is this one file

class FuzzContext : public EvaluationContext {
 public:
  std::optional<Value> context(std::string_view name) const override {
    if (name.front() == 's' || name.front() == 'S') return secrets_;
    return github_;
  }
  sluice::Result<Value> call(std::string_view, std::span<const Value> arguments) const override {
    return Value::boolean(arguments.empty());
  }
  std::optional<sluice::Result<std::string>> hash_files(
      std::span<const std::string> patterns) const override {
    if (patterns.size() > 1) return std::nullopt;
    return std::string("abc");
  }

 private:
  Value secrets_ = from_json_text(R"({"key": "hunter2"})").value();
  Value github_ =
      from_json_text(R"({"ref": "refs/heads/main", "list": [1, "a", null, {"b": [true]}], "n": 2})")
          .value();
};

ExpressionScope make_scope() {
  ExpressionScope scope;
  scope.contexts = {"github", "secrets"};
  scope.functions = job_status_functions();
  scope.functions.push_back(hash_files_function());
  return scope;
}

void check_problem(const ExpressionProblem& problem, std::string_view text) {
  CHECK(problem.offset <= text.size());
  CHECK(!problem.message.empty());
}

void check_expression(std::string_view text, const ExpressionScope& scope,
                      const EvaluationContext& context, const EvaluationLimits& limits) {
  ParsedExpression parsed = parse_expression(text, scope);
  CHECK(parsed.expression.has_value() != parsed.problem.has_value());
  if (parsed.problem) return check_problem(*parsed.problem, text);
  Evaluation first = evaluate(*parsed.expression, context, limits);
  Evaluation second = evaluate(*parsed.expression, context, limits);
  CHECK(first.index() == second.index());
  std::string shown = explanation_text(explain(*parsed.expression, context));
  CHECK(shown.find("hunter2") == std::string::npos || text.find("unter") != std::string_view::npos);
  referenced_paths(parsed.expression->root);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  FuzzContext context;
  ExpressionScope scope = make_scope();
  EvaluationLimits limits;
  limits.max_memory = 1u << 16;
  check_expression(text, scope, context, limits);
  ParsedTemplate whole = parse_template(text, scope);
  for (const auto& problem : whole.problems) check_problem(problem, text);
  if (whole.problems.empty()) evaluate(whole.value, context, limits);
  ParsedCondition condition = parse_condition(text, scope);
  CHECK(condition.condition.has_value() == condition.problems.empty());
  if (condition.condition) evaluate(condition.condition->expression, context, limits);
  return 0;
}
