// Runs GitHub's own test data where it is installed; it is no part of this repository.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "pipeline/expression/evaluate.h"

namespace sluice::pipeline {
namespace {

class MapContext : public EvaluationContext {
 public:
  explicit MapContext(const Json* contexts) {
    if (contexts == nullptr) return;
    for (const auto& member : contexts->as_object())
      values_.emplace(std::string(member.key()), from_json(member.value()));
  }
  std::optional<Value> context(std::string_view name) const override {
    auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional<Value>(found->second);
  }
  Result<Value> call(std::string_view name, std::span<const Value>) const override {
    return unsupported("no function " + std::string(name));
  }
  std::optional<std::string> hash_files(std::span<const std::string>) const override {
    return std::nullopt;
  }
  ExpressionScope scope() const {
    ExpressionScope scope;
    for (const auto& value : values_) scope.contexts.push_back(value.first);
    return scope;
  }

 private:
  std::map<std::string, Value, std::less<>> values_;
};

std::filesystem::path data_folder() {
  const char* set = std::getenv("SLUICE_CONFORMANCE_DIR");
  return std::filesystem::path(set == nullptr ? SLUICE_CONFORMANCE_DIR : set) / "github" /
         "expressions";
}

std::string message_of(const Evaluation& evaluation) {
  if (const auto* error = std::get_if<EvaluationError>(&evaluation)) return error->message;
  return "no error";
}

void check_case(const JsonObject& test, const std::string& where) {
  std::string text = get_string(test, "expr").value();
  MapContext context(find(test, "contexts"));
  ParsedExpression parsed = parse_expression(text, context.scope());
  const Json* expected_error = find(test, "err");
  if (expected_error != nullptr) {
    std::string part = get_string(expected_error->as_object(), "value").value();
    std::string message = parsed.problem ? parsed.problem->message
                                         : message_of(evaluate(*parsed.expression, context));
    EXPECT_NE(message.find(part), std::string::npos)
        << where << ": " << text << "\n  expected: " << part << "\n  found: " << message;
    return;
  }
  ASSERT_FALSE(parsed.problem) << where << ": " << text << "\n  " << parsed.problem->message;
  Evaluation evaluation = evaluate(*parsed.expression, context);
  ASSERT_TRUE(std::holds_alternative<Value>(evaluation))
      << where << ": " << text << "\n  " << message_of(evaluation);
  const Value& value = std::get<Value>(evaluation);
  const JsonObject& result = find(test, "result")->as_object();
  EXPECT_EQ(to_string(value.kind()), get_string(result, "kind").value()) << where << ": " << text;
  EXPECT_EQ(to_json_text(value), to_json_text(from_json(*find(result, "value"))))
      << where << ": " << text;
}

TEST(ExpressionConformance, agrees_with_github_on_every_case) {
  std::filesystem::path folder = data_folder();
  if (!std::filesystem::exists(folder))
    GTEST_SKIP() << "no conformance data at " << folder << "; set SLUICE_CONFORMANCE_DIR";
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    Json document = parse_json(text.str()).value();
    for (const auto& group : document.as_object()) {
      for (const Json& test : group.value().as_array()) {
        check_case(test.as_object(),
                   entry.path().filename().string() + " " + std::string(group.key()));
        ++cases;
      }
    }
  }
  EXPECT_GT(cases, 0) << "no case found in " << folder;
  std::cout << cases << " cases checked\n";
}

}  // namespace
}  // namespace sluice::pipeline
