#include "pipeline/expression/expression.h"

#include <gtest/gtest.h>

#include <map>

#include "base/strings.h"
#include "pipeline/expression/evaluate.h"
#include "pipeline/expression/template.h"

namespace sluice::pipeline {
namespace {

class TestContext : public EvaluationContext {
 public:
  explicit TestContext(std::string_view json = "{}") {
    Value all = from_json_text(json).value();
    for (const auto& [name, value] : all.members()) contexts_.emplace(name, value);
  }
  std::optional<Value> context(std::string_view name) const override {
    auto found = contexts_.find(to_lower(name));
    return found == contexts_.end() ? std::nullopt : std::optional<Value>(found->second);
  }
  Result<Value> call(std::string_view name, std::span<const Value> arguments) const override {
    if (equal_ignoring_case(name, "failure")) return Value::boolean(false);
    if (equal_ignoring_case(name, "cancelled")) return failed_precondition("no state here");
    return Value::boolean(arguments.empty());
  }
  std::optional<Result<std::string>> hash_files(
      std::span<const std::string> patterns) const override {
    auto found = hashes_.find(patterns[0]);
    return found == hashes_.end() ? std::nullopt : std::optional<std::string>(found->second);
  }
  void know(const std::string& pattern, const std::string& hash) { hashes_[pattern] = hash; }

 private:
  std::map<std::string, Value, std::less<>> contexts_;
  std::map<std::string, std::string> hashes_;
};

ExpressionScope scope() {
  ExpressionScope scope;
  scope.contexts = {"github", "env", "secrets", "needs", "steps", "matrix"};
  scope.functions = job_status_functions();
  scope.functions.push_back(hash_files_function());
  return scope;
}

Expression parsed(std::string_view text) {
  ParsedExpression result = parse_expression(text, scope());
  EXPECT_TRUE(result.expression) << text << ": " << result.problem->message;
  return result.expression ? std::move(*result.expression) : Expression{};
}

std::string shown(const Evaluation& evaluation) {
  if (const auto* error = std::get_if<EvaluationError>(&evaluation))
    return cat("error at ", error->offset, ": ", error->message);
  if (const auto* needs = std::get_if<NeedsHash>(&evaluation))
    return cat("needs ", join(needs->patterns, ","));
  return sluice::to_text(to_json(std::get<Value>(evaluation)));
}

std::string result_of(std::string_view text, const TestContext& context = TestContext()) {
  return shown(evaluate(parsed(text), context));
}

TEST(Expression, evaluates) {
  TestContext context(R"({"github": {"ref": "refs/heads/main", "n": 3, "list": [{"a": {"b": 1}},
      {"a": {"b": 2}}, {"c": 0}, 5], "event": {"x": null}}, "env": {"A": "1"}})");
  const std::pair<const char*, const char*> cases[] = {
      {"github.ref == 'REFS/heads/MAIN'", "true"},
      {"GitHub.REF", R"("refs/heads/main")"},
      {"github['n'] + 'x'", ""},
      {"github.n >= 3 && github.n < '4'", "true"},
      {"github.nothing.at.all", "null"},
      {"github.event.x || 'default'", R"("default")"},
      {"github.list.*.a.b", "[1,2]"},
      {"github.list[1].a.b", "2"},
      {"github.list[1.9].a.b", "2"},
      {"github.list[-1]", "null"},
      {"github.list.*.a.*", "[1,2]"},
      {"contains(github.list, 5)", "true"},
      {"github.missing.*.x", "[]"},
      {"!github.n", "false"},
      {"!!''", "false"},
      {"1 == 1 == true", "true"},
      {"true && 'a' || 'b'", R"("a")"},
      {"false && 'a' || 'b'", R"("b")"},
      {"'it''s'", R"("it's")"},
      {"''''", R"("'")"},
      {"format('{{{0}}} {1}{0}', 'x', 2)", R"("{x} 2x")"},
      {"format('none')", R"("none")"},
      {"join(github.list.*.a.b, '-')", R"("1-2")"},
      {"join(fromJSON('[1,[2]]'))", R"("1,Array")"},
      {"toJSON(fromJSON('[]'))", R"("[]")"},
      {"fromJSON(env.A) == 1", "true"},
      {"startsWith(github.ref, 'Refs/') && endsWith(github.ref, '/main')", "true"},
      {"startsWith(github, 'x')", "false"},
      {"contains('abc', github)", "false"},
      {"case(github.n == 1, 'one', github.n == 3, 'three', 'many')", R"("three")"},
      {"case(false, 'one', 'many')", R"("many")"},
      {"success() && !failure()", "true"},
      {"success('a', 'b')", "false"},
      {"NaN == NaN", "false"},
      {"-Infinity < 0", "true"},
      {"((((1))))", "1"},
      {" \t1\n", "1"},
  };
  for (const auto& [text, expected] : cases) {
    if (*expected == '\0') continue;
    EXPECT_EQ(result_of(text, context), expected) << text;
  }
}

TEST(Expression, points_at_the_mistake) {
  struct Case {
    const char* text;
    std::size_t offset;
    const char* part;
  };
  const Case cases[] = {
      {"githb.ref", 0, "Unrecognized named-value: 'githb'. Located at position 1 within"},
      {"1 == foo(2)", 5, "Unrecognized function: 'foo'. Located at position 6"},
      {"github.ref = 'x'", 11, "Unexpected symbol: '='"},
      {"github.ref == \"x\"", 14, "Unexpected symbol: '\"x\"'"},
      {"'open", 0, "Unexpected symbol: ''open'"},
      {"github.", 6, "Unexpected end of expression: '.'"},
      {"1 &&", 2, "Unexpected end of expression: '&&'"},
      {"(1", 1, "Unexpected end of expression: '1'"},
      {"github['a'", 7, "Unexpected end of expression: ''a''"},
      {"", 0, "An expression was expected"},
      {"1 2", 2, "Unexpected symbol: '2'"},
      {"github ref", 7, "Unexpected symbol: 'ref'"},
      {"contains('a',)", 13, "Unexpected symbol: ')'"},
      {"contains('a')", 0, "Too few parameters supplied: 'contains'"},
      {"always(1)", 0, "Too many parameters supplied: 'always'"},
      {"case(true, 1)", 0, "Too few parameters"},
      {"case(true, 1, false, 2)", 0, "Even number of parameters"},
      {"'x'.length", 3, "Unexpected symbol: '.length'"},
      {"github.*x", 8, "Unexpected symbol: 'x'"},
      {"'\xC3\xA4\xF0\x9F\x98\x80' @", 9, "Located at position 7 within"},
  };
  for (const Case& c : cases) {
    ParsedExpression result = parse_expression(c.text, scope());
    ASSERT_TRUE(result.problem) << c.text;
    EXPECT_EQ(result.problem->offset, c.offset) << c.text << ": " << result.problem->message;
    EXPECT_NE(result.problem->message.find(c.part), std::string::npos)
        << c.text << ": " << result.problem->message;
  }
}

TEST(Expression, keeps_to_its_limits) {
  auto problem_of = [](const std::string& text) {
    ParsedExpression result = parse_expression(text, scope());
    return result.problem ? result.problem->message : std::string();
  };
  std::string path = "github";
  for (int i = 0; i < 49; ++i) path += ".a";
  EXPECT_EQ(problem_of(path), "");
  EXPECT_NE(problem_of(path + ".a").find("Exceeded max expression depth 50"), std::string::npos);
  EXPECT_EQ(problem_of(std::string(49, '!') + "1"), "");
  EXPECT_NE(problem_of(std::string(50, '!') + "1").find("depth 50"), std::string::npos);
  EXPECT_NE(problem_of(std::string(20'000, '(')).find("depth 50"), std::string::npos);
  std::string many = "1";
  for (int i = 0; i < 500; ++i) many += " || 1";
  EXPECT_EQ(problem_of(many), "");
  std::string chain = "1";
  for (int i = 0; i < 5'000; ++i) chain += "==1";
  EXPECT_NE(problem_of(chain).find("depth 50"), std::string::npos);
  EXPECT_EQ(problem_of(cat("'", std::string(20'998, 'x'), "'")), "");
  EXPECT_EQ(problem_of(cat("'", std::string(20'999, 'x'), "'")),
            "Exceeded max expression length 21000");
}

TEST(Expression, reports_what_fails_while_it_is_evaluated) {
  const std::pair<const char*, const char*> cases[] = {
      {"1 == format('{0}')", "error at 5: The following format string references more arguments"},
      {"format('{')", "The following format string is invalid: {"},
      {"format('}')", "The following format string is invalid: }"},
      {"format('{0:x}', 1)", "The format specifiers 'x' are not valid"},
      {"format('{999}', 1)", "format string is invalid"},
      {"fromJSON('{')", "Error parsing JSON when evaluating fromJson"},
      {"fromJSON('')", "empty input"},
      {"case('x', 1, 2)", "error at 5: case predicate must evaluate to a boolean value"},
      {"cancelled()", "error at 0: no state here"},
  };
  for (const auto& [text, part] : cases)
    EXPECT_NE(result_of(text).find(part), std::string::npos) << text << ": " << result_of(text);
}

TEST(Expression, evaluates_only_what_it_needs) {
  EXPECT_EQ(result_of("true || fromJSON('')"), "true");
  EXPECT_EQ(result_of("false && fromJSON('')"), "false");
  EXPECT_EQ(result_of("format('{1}', fromJSON(''), 'x')"), R"("x")");
  EXPECT_EQ(result_of("case(true, 1, fromJSON(''))"), "1");
}

TEST(Expression, limits_the_memory_of_results) {
  std::string ten = "'{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}'";
  std::string text = "'0123456789'";
  for (int i = 0; i < 8; ++i) text = cat("format(", ten, ", ", text, ")");
  EXPECT_NE(result_of(text).find("maximum allowed memory size"), std::string::npos);
}

TEST(Expression, asks_for_the_hash_of_files_and_goes_on_when_it_is_known) {
  TestContext context;
  Expression expression = parsed("format('{0}-{1}', hashFiles('a*', 'b'), hashFiles('c'))");
  EXPECT_EQ(shown(evaluate(expression, context)), "needs a*,b");
  context.know("a*", "11");
  EXPECT_EQ(shown(evaluate(expression, context)), "needs c");
  context.know("c", "22");
  EXPECT_EQ(shown(evaluate(expression, context)), R"("11-22")");
}

TEST(Expression, lists_what_it_refers_to) {
  auto paths = referenced_paths(
      parsed("needs.build.outputs['x'] == steps[matrix.id].outcome && github.*.a").root);
  std::vector<std::vector<std::string>> expected = {
      {"needs", "build", "outputs", "x"}, {"steps"}, {"matrix", "id"}, {"github", "*", "a"}};
  EXPECT_EQ(paths, expected);
}

std::string explained(std::string_view text, const TestContext& context) {
  return explanation_text(explain(parsed(text), context));
}

TEST(Explain, shows_every_part_and_what_was_left_out) {
  TestContext context(R"({"github": {"ref": "refs/heads/dev", "n": 1}})");
  EXPECT_EQ(explained("github.ref == 'refs/heads/main' && contains(github.n, 1)", context),
            "github.ref == 'refs/heads/main' && contains(github.n, 1) → false\n"
            "  github.ref == 'refs/heads/main' → false\n"
            "    github.ref → 'refs/heads/dev'\n"
            "  contains(github.n, 1) → not evaluated\n"
            "    github.n → not evaluated\n");
}

TEST(Explain, names_the_part_of_a_path_that_is_not_there) {
  TestContext context(R"({"needs": {"build": {"outputs": {}}}})");
  EXPECT_EQ(explained("needs.bild.outputs.x", context),
            "needs.bild.outputs.x → null (needs has no 'bild', did you mean 'build'?)\n");
}

TEST(Explain, never_shows_a_secret) {
  TestContext context(R"({"secrets": {"key": "hunter2", "a": {"b": "hunter2"}},
                          "github": {"token": "hunter2", "x": 1}})");
  for (const char* text :
       {"secrets.key", "secrets['KEY']", "secrets", "format('a{0}', secrets.key)",
        "secrets.key || 'x'", "toJSON(secrets)", "github.token", "toJSON(github)",
        "fromJSON(secrets.key)", "join(secrets.*, ',')", "github['TOKEN'] != 'a' && github.token",
        "github[format('{0}', 'token')]", "secrets[github.x]", "secrets.a.b", "github.*"}) {
    std::string shown_text = explained(text, context);
    EXPECT_EQ(shown_text.find("hunter2"), std::string::npos) << shown_text;
    EXPECT_EQ(sluice::to_text(to_json(explain(parsed(text), context))).find("hunter2"),
              std::string::npos);
  }
  EXPECT_EQ(explained("secrets.key == 'x'", context),
            "secrets.key == 'x' → false\n  secrets.key → ***\n");
}

TEST(Explain, shows_failures_and_waiting) {
  std::string text = explained("fromJSON('{') && hashFiles('a')", TestContext());
  EXPECT_NE(text.find("error: Error parsing JSON"), std::string::npos) << text;
  EXPECT_NE(explained("hashFiles('a') == ''", TestContext()).find("not known yet"),
            std::string::npos);
}

std::string rendered(std::string_view text, const TestContext& context = TestContext()) {
  ParsedTemplate result = parse_template(text, scope());
  if (!result.problems.empty())
    return cat(result.problems[0].offset, ": ", result.problems[0].message);
  return shown(evaluate(result.value, context));
}

TEST(Template, joins_literals_and_expressions) {
  TestContext context(R"({"env": {"A": "1", "L": [1]}})");
  EXPECT_EQ(rendered("plain", context), R"("plain")");
  EXPECT_EQ(rendered("", context), R"("")");
  EXPECT_EQ(rendered("${{ env.L }}", context), "[1]");
  EXPECT_EQ(rendered(" ${{ env.L }}", context), R"(" Array")");
  EXPECT_EQ(rendered("a${{env.A}}b${{ 'x' }}", context), R"("a1bx")");
  EXPECT_EQ(rendered("${{ '}}' }}", context), R"("}}")");
  EXPECT_EQ(rendered("${{ 'it''s }}' }}!", context), R"("it's }}!")");
  EXPECT_EQ(rendered("$${{ env.A }}", context), R"("$1")");
  EXPECT_EQ(rendered("{0} '${{ env.A }}", context), R"("{0} '1")");
}

TEST(Template, reports_all_mistakes_with_their_place) {
  EXPECT_TRUE(rendered("ab ${{ env.A").starts_with("3: The expression is not closed"));
  EXPECT_TRUE(rendered("ab ${{ }}").starts_with("7: An expression was expected"));
  EXPECT_TRUE(rendered("ab ${{ foo }}").starts_with("7: Unrecognized named-value: 'foo'"));
  EXPECT_EQ(parse_template("${{ a }} ${{ b }}", scope()).problems.size(), 2u);
  EXPECT_TRUE(rendered(cat(std::string(20'990, 'x'), "${{ 1 }}")).find("length 21000") !=
              std::string::npos);
  EXPECT_EQ(rendered(std::string(30'000, 'x')), cat("\"", std::string(30'000, 'x'), "\""));
}

std::string condition(std::string_view text) {
  ParsedCondition result = parse_condition(text, scope());
  if (!result.condition) return cat(result.problems[0].offset, ": ", result.problems[0].message);
  const Expression& expression = result.condition->expression;
  return cat(expression.source(expression.root), result.condition->adds_success ? " [added]" : "",
             result.condition->always_true_text ? " [text]" : "");
}

TEST(Condition, adds_success_where_no_status_function_is_called) {
  EXPECT_EQ(condition(""), "success() [added]");
  EXPECT_EQ(condition("  "), "success() [added]");
  EXPECT_EQ(condition("github.x == 1"), "success() && (github.x == 1) [added]");
  EXPECT_EQ(condition("${{ github.x || github.y }}"),
            "success() && (github.x || github.y) [added]");
  EXPECT_EQ(condition("always()"), "always()");
  EXPECT_EQ(condition("${{ !Cancelled() && github.x }}"), "!Cancelled() && github.x");
  EXPECT_EQ(condition("github.x == 'always()'"), "success() && (github.x == 'always()') [added]");
  EXPECT_TRUE(condition("githb.x").starts_with("0: Unrecognized named-value"));
}

TEST(Condition, text_around_an_expression_makes_it_always_true) {
  for (const char* text : {"!${{ true }}", "${{ false }} ", "${{ false }}\n", "${{ 1 }}${{ 2 }}"}) {
    ParsedCondition result = parse_condition(text, scope());
    ASSERT_TRUE(result.condition) << text;
    EXPECT_TRUE(result.condition->always_true_text) << text;
    EXPECT_TRUE(result.condition->adds_success) << text;
    Evaluation value = evaluate(result.condition->expression, TestContext());
    EXPECT_TRUE(std::get<Value>(value).truthy()) << text;
  }
  EXPECT_FALSE(parse_condition("${{ false }}", scope()).condition->always_true_text);
}

TEST(Condition, evaluates_the_whole) {
  TestContext context(R"({"github": {"x": 1}})");
  auto value = [&](const char* text) {
    return shown(evaluate(parse_condition(text, scope()).condition->expression, context));
  };
  EXPECT_EQ(value("github.x == 2 || github.x == 1"), "true");
  EXPECT_EQ(value("failure()"), "false");
  EXPECT_EQ(value(""), "true");
}

}  // namespace
}  // namespace sluice::pipeline
