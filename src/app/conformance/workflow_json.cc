#include "app/conformance/workflow_json.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

// Whether literals keep their type or are the texts that GitHub's schema makes of them.
enum class Literals { Typed, Text };

// As the suite numbers them.
enum class TokenType { Text, Sequence, Mapping, Expression, Insert, Boolean, Number, Null };

std::string escaped(std::string_view text) {
  std::string out = replace_all(std::string(text), "'", "''");
  return replace_all(replace_all(std::move(out), "{", "{{"), "}", "}}");
}

std::string_view constant_text(const Expression& expression, bool& constant) {
  const ExpressionNode& root = expression.root;
  constant = root.kind == NodeKind::Literal && root.literal.kind() == ValueKind::String;
  return constant ? root.literal.as_string() : std::string_view{};
}

Json number_json(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return static_cast<std::int64_t>(number);
  return number;
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

// What GitHub's own reader calls the levels of `read-all` and `write-all`.
constexpr std::string_view kAllPermissions =
    "actions checks contents deployments discussions issues packages pages pull-requests "
    "repository-projects statuses security-events id-token";

Json permissions_json(const Permissions& permissions) {
  JsonObject object;
  for (const auto& [name, level] : permissions.levels)
    if (level != PermissionLevel::None) object[name] = to_string(level);
  if (permissions.all)
    for (const std::string_view name : split(kAllPermissions, ' '))
      object[name] = to_string(*permissions.all);
  return object;
}

Json pair_json(Json key, Json value) {
  return JsonObject{{"Key", std::move(key)}, {"Value", std::move(value)}};
}

const Permissions* permissions_or(const std::optional<Permissions>& own, const Permissions* outer) {
  return own ? &*own : outer;
}

class WorkflowWriter {
 public:
  explicit WorkflowWriter(Sources sources) : sources_(sources) {}

  Json write(const Workflow& workflow);

 private:
  bool with_sources() const { return sources_ == Sources::Include; }
  std::size_t file_number(const std::string& name);
  void add_source(JsonObject& object, TextPosition position) const;
  Json scalar(TokenType type, std::string_view key, Json value, TextPosition position) const;
  Json text(std::string_view value, TextPosition position) const;
  Json expression(std::string source, TextPosition position) const;
  Json templated(const Template& text, TextPosition position) const;
  Json token(const Token& token, Literals literals) const;
  void add(JsonObject& object, std::string_view key, const Token& value, Literals literals) const;
  void add_defaults(JsonObject& object, const RunDefaults& defaults) const;
  void add_strategy(JsonObject& object, const Strategy& strategy) const;
  Json condition(const If& condition) const;
  void add_control(JsonObject& object, const Step& step) const;
  Json step(const Step& step) const;
  JsonObject any_job(const Job& job, std::string_view type) const;
  Json steps_job(const Job& job, const Permissions* outer) const;
  Json calling_job(const Job& job, const Permissions* outer);
  Json jobs(const Workflow& workflow, const Permissions* outer);

  Sources sources_;
  std::vector<std::string> files_;
  std::size_t file_ = 0;  // the one that is written, from 1
};

std::size_t WorkflowWriter::file_number(const std::string& name) {
  const auto known = std::find(files_.begin(), files_.end(), name);
  if (known != files_.end()) return static_cast<std::size_t>(known - files_.begin()) + 1;
  files_.push_back(name);
  return files_.size();
}

void WorkflowWriter::add_source(JsonObject& object, TextPosition position) const {
  if (!with_sources() || position.line == 0) return;
  object["file"] = file_;
  object["line"] = position.line;
  object["col"] = position.column;
}

Json WorkflowWriter::scalar(TokenType type, std::string_view key, Json value,
                            TextPosition position) const {
  if (!with_sources() || position.line == 0) return value;
  JsonObject object{{"type", static_cast<int>(type)}};
  add_source(object, position);
  if (!key.empty()) object[key] = std::move(value);
  return object;
}

Json WorkflowWriter::text(std::string_view value, TextPosition position) const {
  return scalar(TokenType::Text, "lit", Json(value), position);
}

Json WorkflowWriter::expression(std::string source, TextPosition position) const {
  JsonObject object{{"type", static_cast<int>(TokenType::Expression)}};
  add_source(object, position);
  object["expr"] = std::move(source);
  return object;
}

// A text with expressions is one format() call; constant ones are part of its text.
Json WorkflowWriter::templated(const Template& written, TextPosition position) const {
  std::string format;
  std::string plain;
  std::string arguments;
  int count = 0;
  for (const TemplatePart& part : written.parts) {
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
    const auto& inner = std::get<Expression>(part);
    format += cat("{", count++, "}");
    arguments += cat(", ", inner.source(inner.root));
  }
  if (count == 0) return text(plain, position);
  if (const Expression* single = written.single_expression())
    return expression(single->source(single->root), position);
  return expression(cat("format('", format, "'", arguments, ")"), position);
}

Json WorkflowWriter::token(const Token& value, Literals literals) const {
  if (value.has_expression()) return templated(value.text, value.position);
  if (value.kind == TokenKind::Sequence) {
    JsonArray items;
    for (const Token& item : value.items) items.push_back(token(item, literals));
    JsonObject object{{"type", static_cast<int>(TokenType::Sequence)}};
    add_source(object, value.position);
    if (!items.empty()) object["seq"] = std::move(items);
    return object;
  }
  if (value.kind == TokenKind::Mapping) {
    JsonArray members;
    for (const TokenEntry& entry : value.entries) {
      JsonObject insert{{"type", static_cast<int>(TokenType::Insert)}, {"directive", "insert"}};
      if (entry.insert) add_source(insert, entry.key.position);
      Json key = entry.insert ? Json(std::move(insert)) : token(entry.key, Literals::Text);
      members.push_back(pair_json(std::move(key), token(entry.value, literals)));
    }
    JsonObject object{{"type", static_cast<int>(TokenType::Mapping)}};
    add_source(object, value.position);
    if (!members.empty()) object["map"] = std::move(members);
    return object;
  }
  if (literals == Literals::Text || value.kind == TokenKind::Text)
    return text(value.literal_text(), value.position);
  if (value.kind == TokenKind::Number)
    return scalar(TokenType::Number, "num", number_json(value.literal.as_number()), value.position);
  if (value.kind == TokenKind::Boolean)
    return scalar(TokenType::Boolean, "bool", value.literal.as_boolean(), value.position);
  return scalar(TokenType::Null, "", nullptr, value.position);
}

void WorkflowWriter::add(JsonObject& object, std::string_view key, const Token& value,
                         Literals literals) const {
  if (value.present()) object[key] = token(value, literals);
}

void WorkflowWriter::add_defaults(JsonObject& object, const RunDefaults& defaults) const {
  JsonArray run;
  if (defaults.shell.present())
    run.push_back(pair_json("shell", token(defaults.shell, Literals::Text)));
  if (defaults.working_directory.present())
    run.push_back(
        pair_json("working-directory", token(defaults.working_directory, Literals::Text)));
  if (run.empty()) return;
  JsonArray outer;
  outer.push_back(pair_json("run", JsonObject{{"type", 2}, {"map", std::move(run)}}));
  object["defaults"] = JsonObject{{"type", 2}, {"map", std::move(outer)}};
}

void WorkflowWriter::add_strategy(JsonObject& object, const Strategy& strategy) const {
  if (strategy.whole.present()) return add(object, "strategy", strategy.whole, Literals::Typed);
  std::vector<std::pair<TextPosition, Json>> members;
  const auto put = [this, &members](std::string_view key, const Token& value) {
    if (value.present())
      members.emplace_back(value.position, pair_json(Json(key), token(value, Literals::Typed)));
  };
  put("matrix", strategy.matrix);
  put("fail-fast", strategy.fail_fast);
  put("max-parallel", strategy.max_parallel);
  if (members.empty()) return;
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  JsonArray map;
  for (auto& [position, member] : members) map.push_back(std::move(member));
  object["strategy"] = JsonObject{{"type", 2}, {"map", std::move(map)}};
}

// Text around an expression makes the condition a format() call.
Json WorkflowWriter::condition(const If& condition) const {
  if (!condition.condition.always_true_text)
    return expression(condition.evaluated(), condition.position);
  const ExpressionScope any{{"github", "needs", "vars", "inputs", "env", "steps", "matrix"},
                            job_status_functions()};
  const Json text = templated(parse_template(condition.source, any).value, {});
  const std::string call = get_string(text.as_object(), "expr").value();
  return expression(condition.condition.adds_success ? cat("success() && (", call, ")") : call,
                    condition.position);
}

void WorkflowWriter::add_control(JsonObject& object, const Step& step) const {
  if (!step.name.present()) object["name"] = step.shown_name();
  JsonArray ids;
  for (const Reference& target : step.waits_for) ids.push_back(text(target.name, target.position));
  if (step.kind == StepKind::WaitAll)
    object["wait-all"] = true;
  else if (step.kind == StepKind::Cancel)
    object["cancel"] = ids.empty() ? Json(nullptr) : ids.front();
  else
    object["wait"] = std::move(ids);
}

Json WorkflowWriter::step(const Step& step) const {
  JsonObject object{{"id", step.context_name}};
  if (step.is_control())
    add_control(object, step);
  else
    object["if"] = condition(step.condition);
  if (step.mode == StepMode::Background) object["background"] = true;
  add(object, "name", step.name, Literals::Text);
  add(object, "env", step.env, Literals::Text);
  add(object, "run", step.run, Literals::Text);
  if (step.uses)
    object["uses"] =
        text(step.uses->version.empty() ? step.uses->name
                                        : cat(step.uses->name, "@", step.uses->version),
             step.uses->position);
  add(object, "with", step.with, Literals::Text);
  add(object, "shell", step.shell, Literals::Text);
  add(object, "working-directory", step.working_directory, Literals::Text);
  add(object, "continue-on-error", step.continue_on_error, Literals::Typed);
  add(object, "timeout-minutes", step.timeout_minutes, Literals::Typed);
  return object;
}

// What both kinds of jobs have.
JsonObject WorkflowWriter::any_job(const Job& job, std::string_view type) const {
  JsonObject object{{"type", type}, {"id", text(job.id, job.position)}};
  object["name"] = job.name.present() && !job.name.source().empty()
                       ? token(job.name, Literals::Text)
                       : text(job.id, job.position);
  if (!job.needs.empty() || job.call) {
    JsonArray needs;
    for (const Reference& need : job.needs) needs.push_back(text(need.name, need.position));
    object["needs"] = std::move(needs);
  }
  object["if"] = condition(job.condition);
  add_strategy(object, job.strategy);
  add(object, "concurrency", job.concurrency.written, Literals::Typed);
  return object;
}

Json WorkflowWriter::steps_job(const Job& job, const Permissions* outer) const {
  JsonObject object = any_job(job, "job");
  if (const Permissions* permissions = permissions_or(job.permissions, outer))
    object["permissions"] = permissions_json(*permissions);
  add(object, "continue-on-error", job.continue_on_error, Literals::Typed);
  add(object, "timeout-minutes", job.timeout_minutes, Literals::Typed);
  add(object, "cancel-timeout-minutes", job.cancel_timeout_minutes, Literals::Typed);
  add(object, "env", job.env, Literals::Text);
  add(object, "environment", job.environment, Literals::Typed);
  add(object, "runs-on", job.runs_on, Literals::Text);
  add(object, "container", job.container, Literals::Text);
  add(object, "services", job.services, Literals::Text);
  add(object, "snapshot", job.snapshot, Literals::Text);
  add_defaults(object, job.defaults);
  add(object, "outputs", job.outputs, Literals::Text);
  JsonArray steps;
  for (const Step& one : job.steps) steps.push_back(step(one));
  if (!steps.empty()) object["steps"] = std::move(steps);
  return object;
}

Json WorkflowWriter::calling_job(const Job& job, const Permissions* outer) {
  JsonObject object = any_job(job, "reusableWorkflowJob");
  const Call& call = *job.call;
  object["ref"] = text(call.target.name, call.target.position);
  add(object, "input-values", call.with, Literals::Typed);
  add(object, "secret-values", call.secrets, Literals::Typed);
  if (call.inherit_secrets) object["inherit-secrets"] = true;
  const Permissions* permissions = permissions_or(job.permissions, outer);
  if (call.workflow) {
    const Workflow& called = *call.workflow;
    const std::size_t caller = std::exchange(file_, file_number(called.file));
    permissions = permissions_or(called.permissions, permissions);
    if (const Trigger* trigger = called.find_trigger("workflow_call")) {
      add(object, "input-definitions", trigger->call.written_inputs, Literals::Typed);
      add(object, "secret-definitions", trigger->call.written_secrets, Literals::Typed);
      add(object, "outputs", trigger->call.written_outputs, Literals::Typed);
    }
    add_defaults(object, called.defaults);
    add(object, "env", called.env, Literals::Text);
    add(object, "embedded-concurrency", called.concurrency.written, Literals::Typed);
    object["jobs"] = jobs(called, permissions);
    file_ = caller;
  }
  if (permissions != nullptr) object["permissions"] = permissions_json(*permissions);
  return object;
}

Json WorkflowWriter::jobs(const Workflow& workflow, const Permissions* outer) {
  JsonArray all;
  for (const Job& job : workflow.jobs)
    all.push_back(job.call ? calling_job(job, outer) : steps_job(job, outer));
  return all;
}

Json WorkflowWriter::write(const Workflow& workflow) {
  file_ = file_number(workflow.file);
  JsonObject object;
  if (const Trigger* dispatch = workflow.find_trigger("workflow_dispatch");
      dispatch != nullptr && !dispatch->inputs.empty()) {
    JsonObject types;
    for (const DispatchInput& input : dispatch->inputs)
      types[input.name] = input_type_name(input.type);
    object["input-types"] = std::move(types);
  }
  if (workflow.permissions) object["permissions"] = permissions_json(*workflow.permissions);
  add(object, "concurrency", workflow.concurrency.written, Literals::Typed);
  add(object, "env", workflow.env, Literals::Text);
  add_defaults(object, workflow.defaults);
  object["jobs"] = jobs(workflow, permissions_or(workflow.permissions, nullptr));
  if (with_sources()) object["file-table"] = JsonArray(files_.begin(), files_.end());
  return object;
}

}  // namespace

Json workflow_json(const Workflow& workflow, Sources sources) {
  return WorkflowWriter(sources).write(workflow);
}

}  // namespace sluice::pipeline::github
