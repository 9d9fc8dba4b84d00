#include "app/conformance/workflow_json.h"

#include <cmath>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

// Whether literals keep their type or are the texts that GitHub's schema makes of them.
enum class Literals { Typed, Text };

Json expression_json(std::string text) {
  return JsonObject{{"type", 3}, {"expr", std::move(text)}};
}

std::string escaped(std::string_view text) {
  std::string out = replace_all(std::string(text), "'", "''");
  return replace_all(replace_all(std::move(out), "{", "{{"), "}", "}}");
}

std::string_view constant_text(const Expression& expression, bool& constant) {
  const ExpressionNode& root = expression.root;
  constant = root.kind == NodeKind::Literal && root.literal.kind() == ValueKind::String;
  return constant ? root.literal.as_string() : std::string_view{};
}

// A text with expressions is one format() call; constant ones are part of its text.
Json template_json(const Template& text) {
  std::string format;
  std::string plain;
  std::string arguments;
  int count = 0;
  for (const TemplatePart& part : text.parts) {
    std::string_view literal;
    bool constant = true;
    if (const auto* piece = std::get_if<LiteralPart>(&part))
      literal = piece->text;
    else
      literal = constant_text(std::get<Expression>(part), constant);
    if (constant) {
      format += escaped(literal);
      plain += literal;
      continue;
    }
    const auto& expression = std::get<Expression>(part);
    format += cat("{", count++, "}");
    arguments += cat(", ", expression.source(expression.root));
  }
  if (count == 0) return Json(plain);
  if (const Expression* single = text.single_expression())
    return expression_json(single->source(single->root));
  return expression_json(cat("format('", format, "'", arguments, ")"));
}

Json number_json(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return static_cast<std::int64_t>(number);
  return number;
}

Json token_json(const Token& token, Literals literals) {
  if (token.has_expression()) return template_json(token.text);
  if (token.kind == TokenKind::Sequence) {
    JsonArray items;
    for (const Token& item : token.items) items.push_back(token_json(item, literals));
    return JsonObject{{"type", 1}, {"seq", std::move(items)}};
  }
  if (token.kind == TokenKind::Mapping) {
    JsonArray members;
    for (const TokenEntry& entry : token.entries) {
      Json key = entry.insert ? Json(JsonObject{{"type", 4}, {"directive", "insert"}})
                              : token_json(entry.key, Literals::Text);
      members.push_back(
          JsonObject{{"Key", std::move(key)}, {"Value", token_json(entry.value, literals)}});
    }
    return JsonObject{{"type", 2}, {"map", std::move(members)}};
  }
  if (literals == Literals::Text) return Json(token.literal_text());
  if (token.kind == TokenKind::Number) return number_json(token.literal.as_number());
  return to_json(token.literal);
}

void add(JsonObject& object, std::string_view key, const Token& token, Literals literals) {
  if (token.present()) object[key] = token_json(token, literals);
}

Json pair_json(std::string_view key, Json value) {
  return JsonObject{{"Key", key}, {"Value", std::move(value)}};
}

void add_defaults(JsonObject& object, const RunDefaults& defaults) {
  JsonArray run;
  if (defaults.shell.present())
    run.push_back(pair_json("shell", token_json(defaults.shell, Literals::Text)));
  if (defaults.working_directory.present())
    run.push_back(
        pair_json("working-directory", token_json(defaults.working_directory, Literals::Text)));
  if (run.empty()) return;
  JsonArray outer;
  outer.push_back(pair_json("run", JsonObject{{"type", 2}, {"map", std::move(run)}}));
  object["defaults"] = JsonObject{{"type", 2}, {"map", std::move(outer)}};
}

void add_strategy(JsonObject& object, const Strategy& strategy) {
  std::vector<std::pair<TextPosition, Json>> members;
  const auto put = [&members](std::string_view key, const Token& token) {
    if (token.present())
      members.emplace_back(token.position, pair_json(key, token_json(token, Literals::Typed)));
  };
  put("matrix", strategy.matrix);
  put("fail-fast", strategy.fail_fast);
  put("max-parallel", strategy.max_parallel);
  if (members.empty()) return;
  JsonArray map;
  for (auto& [position, member] : members) map.push_back(std::move(member));
  object["strategy"] = JsonObject{{"type", 2}, {"map", std::move(map)}};
}

// Text around an expression makes the condition a format() call.
Json condition_json(const If& condition) {
  if (!condition.condition.always_true_text) return expression_json(condition.evaluated());
  const ExpressionScope any{{"github", "needs", "vars", "inputs", "env", "steps", "matrix"},
                            job_status_functions()};
  const Json text = template_json(parse_template(condition.source, any).value);
  const std::string call = get_string(text.as_object(), "expr").value();
  return expression_json(condition.condition.adds_success ? cat("success() && (", call, ")")
                                                          : call);
}

void add_control(JsonObject& object, const Step& step) {
  if (!step.name.present()) object["name"] = step.shown_name();
  JsonArray ids;
  for (const Reference& target : step.waits_for) ids.emplace_back(target.name);
  if (step.kind == StepKind::WaitAll)
    object["wait-all"] = true;
  else if (step.kind == StepKind::Cancel)
    object["cancel"] = ids.empty() ? Json(nullptr) : ids.front();
  else
    object["wait"] = std::move(ids);
}

Json step_json(const Step& step) {
  JsonObject object{{"id", step.context_name}};
  if (step.is_control())
    add_control(object, step);
  else
    object["if"] = condition_json(step.condition);
  if (step.mode == StepMode::Background) object["background"] = true;
  add(object, "name", step.name, Literals::Text);
  add(object, "env", step.env, Literals::Text);
  add(object, "run", step.run, Literals::Text);
  if (step.uses)
    object["uses"] = step.uses->version.empty() ? step.uses->name
                                                : cat(step.uses->name, "@", step.uses->version);
  add(object, "with", step.with, Literals::Text);
  add(object, "shell", step.shell, Literals::Text);
  add(object, "working-directory", step.working_directory, Literals::Text);
  add(object, "continue-on-error", step.continue_on_error, Literals::Typed);
  add(object, "timeout-minutes", step.timeout_minutes, Literals::Typed);
  return object;
}

Json job_json(const Job& job) {
  JsonObject object{{"type", "job"}, {"id", job.id}};
  object["name"] = job.name.present() && !job.name.source().empty()
                       ? token_json(job.name, Literals::Text)
                       : Json(job.id);
  if (!job.needs.empty()) {
    JsonArray needs;
    for (const Reference& need : job.needs) needs.push_back(Json(need.name));
    object["needs"] = std::move(needs);
  }
  object["if"] = condition_json(job.condition);
  add_strategy(object, job.strategy);
  add(object, "continue-on-error", job.continue_on_error, Literals::Typed);
  add(object, "timeout-minutes", job.timeout_minutes, Literals::Typed);
  add(object, "cancel-timeout-minutes", job.cancel_timeout_minutes, Literals::Typed);
  add(object, "env", job.env, Literals::Text);
  add(object, "concurrency", job.concurrency.written, Literals::Typed);
  add(object, "runs-on", job.runs_on, Literals::Text);
  add_defaults(object, job.defaults);
  add(object, "outputs", job.outputs, Literals::Text);
  JsonArray steps;
  for (const Step& step : job.steps) steps.push_back(step_json(step));
  object["steps"] = std::move(steps);
  return object;
}

std::string_view input_type_name(InputType type) {
  switch (type) {
    case InputType::Text:
      return "string";
    case InputType::Boolean:
      return "boolean";
    case InputType::Number:
      return "number";
    case InputType::Choice:
      return "choice";
    case InputType::Environment:
      return "environment";
  }
  UNREACHABLE();
}

}  // namespace

Json workflow_json(const Workflow& workflow) {
  JsonObject object;
  if (const Trigger* dispatch = workflow.find_trigger("workflow_dispatch");
      dispatch != nullptr && !dispatch->inputs.empty()) {
    JsonObject types;
    for (const DispatchInput& input : dispatch->inputs)
      types[input.name] = input_type_name(input.type);
    object["input-types"] = std::move(types);
  }
  add(object, "concurrency", workflow.concurrency.written, Literals::Typed);
  add(object, "env", workflow.env, Literals::Text);
  add_defaults(object, workflow.defaults);
  JsonArray jobs;
  for (const Job& job : workflow.jobs) jobs.push_back(job_json(job));
  object["jobs"] = std::move(jobs);
  return object;
}

}  // namespace sluice::pipeline::github
