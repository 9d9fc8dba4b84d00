#include <map>

#include "app/conformance/suite_files.h"
#include "app/conformance/suites.h"
#include "base/strings.h"
#include "pipeline/expression/evaluate.h"

namespace sluice::app::conformance {
namespace {

using pipeline::Evaluation;
using pipeline::Value;

constexpr std::uint64_t kLargestFile = 64u << 20;

// The contexts of a case are the names that it may use.
class CaseContext : public pipeline::EvaluationContext {
 public:
  explicit CaseContext(const Json* contexts) {
    const JsonObject* named = contexts == nullptr ? nullptr : contexts->if_object();
    if (named == nullptr) return;
    for (const auto& member : *named)
      values_.emplace(std::string(member.key()), pipeline::from_json(member.value()));
  }
  std::optional<Value> context(std::string_view name) const override {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional<Value>(found->second);
  }
  Result<Value> call(std::string_view name, std::span<const Value>) const override {
    return unsupported(cat("no function ", name));
  }
  std::optional<Result<std::string>> hash_files(std::span<const std::string>) const override {
    return std::nullopt;
  }
  pipeline::ExpressionScope scope() const {
    pipeline::ExpressionScope scope;
    for (const auto& value : values_) scope.contexts.push_back(value.first);
    return scope;
  }

 private:
  std::map<std::string, Value, std::less<>> values_;
};

struct Answer {
  std::string error;  // empty: there is a value
  Value value;
};

Answer answer_of(const std::string& text, const CaseContext& context) {
  const pipeline::ParsedExpression parsed = pipeline::parse_expression(text, context.scope());
  if (parsed.problem) return {parsed.problem->message, {}};
  Evaluation evaluation = pipeline::evaluate(*parsed.expression, context);
  if (const auto* value = std::get_if<Value>(&evaluation)) return {{}, *value};
  if (const auto* error = std::get_if<pipeline::EvaluationError>(&evaluation))
    return {error->message, {}};
  return {"the value waits for a hash of files", {}};
}

// NaN and the infinities are texts in the suite: JSON has no numbers for them.
Value expected_value(const JsonObject& result) {
  const Json* value = find(result, "value");
  if (value == nullptr) return {};
  const auto* text = value->if_string();
  if (text != nullptr && string_or(result, "kind", "") == "Number")
    return Value::number(pipeline::parse_number(view(*text)));
  return pipeline::from_json(*value);
}

std::string shown(std::string_view kind, const Value& value) {
  return cat(kind, " ", pipeline::to_json_text(value));
}

void judge_value(const JsonObject& result, const Answer& answer, CaseResult& judged) {
  judged.expected = shown(string_or(result, "kind", "?"), expected_value(result));
  judged.got = answer.error.empty() ? shown(to_string(answer.value.kind()), answer.value)
                                    : cat("error: ", answer.error);
  judged.verdict = judged.got == judged.expected ? Verdict::Passed : Verdict::Failed;
}

// An error matches when its text contains the expected one.
void judge_error(const JsonObject& error, const Answer& answer, CaseResult& judged) {
  const std::string part = string_or(error, "value", "");
  judged.expected = cat("error: ", part);
  judged.got = answer.error.empty() ? shown(to_string(answer.value.kind()), answer.value)
                                    : cat("error: ", answer.error);
  const bool found = !answer.error.empty() && answer.error.find(part) != std::string::npos;
  judged.verdict = found ? Verdict::Passed : Verdict::Failed;
}

// Skipped for the two implementations whose language this is: nothing is said about it.
bool is_for_others_only(const JsonObject& test) {
  const Json* options = find(test, "options");
  const JsonObject* object = options == nullptr ? nullptr : options->if_object();
  const Json* skip = object == nullptr ? nullptr : find(*object, "skip");
  const JsonArray* names = skip == nullptr ? nullptr : skip->if_array();
  if (names == nullptr) return false;
  bool go = false;
  bool c_sharp = false;
  for (const Json& name : *names) {
    const auto* text = name.if_string();
    if (text == nullptr) continue;
    go = go || equal_ignoring_case(view(*text), "go");
    c_sharp = c_sharp || equal_ignoring_case(view(*text), "c#") ||
              equal_ignoring_case(view(*text), "csharp");
  }
  return go && c_sharp;
}

CaseResult judge_case(std::string_view file, std::string_view group, const Json& value) {
  CaseResult judged{std::string(file), std::string(group), Verdict::Failed, "a case", "none"};
  const JsonObject* test = value.if_object();
  const Json* text = test == nullptr ? nullptr : find(*test, "expr");
  if (text == nullptr || !text->is_string()) return judged;
  const std::string expression(view(text->get_string()));
  judged.name = cat(group, ": ", expression);
  if (is_for_others_only(*test)) {
    judged = {judged.file, judged.name, Verdict::NotApplicable, "skipped by the suite", ""};
    return judged;
  }
  const Answer answer = answer_of(expression, CaseContext(find(*test, "contexts")));
  if (const Json* error = find(*test, "err"); error != nullptr && error->is_object())
    judge_error(error->get_object(), answer, judged);
  else if (const Json* result = find(*test, "result"); result != nullptr && result->is_object())
    judge_value(result->get_object(), answer, judged);
  else
    judged.got = "neither 'result' nor 'err'";
  return judged;
}

}  // namespace

// A group is a list of cases, or one case alone; any other member is a remark of the suite's
// authors.
std::vector<CaseResult> judge_expressions(std::string_view file, std::string_view text) {
  std::vector<CaseResult> results;
  const Result<Json> document = parse_json(text);
  if (!document.ok() || !document->is_object()) {
    const std::string trouble =
        document.ok() ? "a document of another kind" : document.error().describe();
    results.push_back({std::string(file), "", Verdict::Failed, "groups of cases", trouble});
    return results;
  }
  for (const auto& group : document->get_object()) {
    if (group.value().is_array())
      for (const Json& test : group.value().get_array())
        results.push_back(judge_case(file, group.key(), test));
    else if (group.value().is_object() && find(group.value().get_object(), "expr") != nullptr)
      results.push_back(judge_case(file, group.key(), group.value()));
  }
  return results;
}

Result<SuiteReport> run_expressions(const os::World& world, const os::Path& folder) {
  SuiteReport report;
  const auto names = TRY(files_in(world.files, folder, {".json"}));
  for (const std::string& name : names) {
    const std::string text = TRY(world.files.read(folder / name, kLargestFile));
    for (CaseResult& result : judge_expressions(name, text))
      report.cases.push_back(std::move(result));
  }
  return report;
}

}  // namespace sluice::app::conformance
