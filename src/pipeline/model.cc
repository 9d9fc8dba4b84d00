#include "base/strings.h"
#include "pipeline/diagnostic.h"
#include "pipeline/event.h"
#include "pipeline/explanation.h"
#include "pipeline/plan.h"
#include "pipeline/ports/job_program.h"

namespace sluice::pipeline {
namespace {

constexpr std::pair<DecidedBy, std::string_view> kDecidedBy[] = {
    {DecidedBy::Default, "default"},        {DecidedBy::Trigger, "trigger"},
    {DecidedBy::Filter, "filter"},          {DecidedBy::Commit, "commit"},
    {DecidedBy::Condition, "condition"},    {DecidedBy::Ancestor, "ancestor"},
    {DecidedBy::Cancelled, "cancelled"},    {DecidedBy::Failure, "failure"},
    {DecidedBy::Unevaluable, "evaluation"}, {DecidedBy::Open, "open"},
};

constexpr std::pair<Outcome, std::string_view> kOutcomes[] = {
    {Outcome::Succeeded, "succeeded"}, {Outcome::Failed, "failed"},
    {Outcome::TimedOut, "timed_out"},  {Outcome::Cancelled, "cancelled"},
    {Outcome::Skipped, "skipped"},     {Outcome::Errored, "errored"},
};

template <class Enum, std::size_t N>
std::string_view name_of(const std::pair<Enum, std::string_view> (&table)[N], Enum value) {
  for (const auto& [candidate, name] : table)
    if (candidate == value) return name;
  UNREACHABLE();
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(const std::pair<Enum, std::string_view> (&table)[N],
                             std::string_view text) {
  for (const auto& [value, name] : table)
    if (name == text) return value;
  return std::nullopt;
}

JsonArray to_json(const std::vector<std::string>& texts) {
  return JsonArray(texts.begin(), texts.end());
}

JsonArray to_json(const std::vector<Diagnostic>& diagnostics) {
  JsonArray array;
  for (const Diagnostic& diagnostic : diagnostics)
    array.push_back(::sluice::pipeline::to_json(diagnostic));
  return array;
}

JsonObject to_json(const std::map<std::string, std::string>& map) {
  JsonObject object;
  for (const auto& [key, value] : map) object.emplace(key, value);
  return object;
}

Json to_json(const Digest& digest) {
  return Json(digest.to_string());
}

std::map<std::string, std::string> string_map(const JsonObject& object, std::string_view key) {
  std::map<std::string, std::string> map;
  const Json* member = find(object, key);
  if (member == nullptr || !member->is_object()) return map;
  for (const auto& [name, value] : member->get_object())
    if (const auto* text = value.if_string()) map.emplace(name, view(*text));
  return map;
}

std::vector<std::string> string_list(const JsonObject& object, std::string_view key) {
  std::vector<std::string> list;
  const Json* member = find(object, key);
  if (member == nullptr || !member->is_array()) return list;
  for (const Json& value : member->get_array())
    if (const auto* text = value.if_string()) list.emplace_back(view(*text));
  return list;
}

Json position_json(TextPosition position) {
  return JsonObject{{"line", position.line}, {"column", position.column}};
}

std::string_view expansion_name(Expansion expansion) {
  switch (expansion) {
    case Expansion::Single:
      return "single";
    case Expansion::Static:
      return "static";
    case Expansion::Dynamic:
      return "dynamic";
  }
  UNREACHABLE();
}

Json to_json(const PlannedStep& step) {
  JsonObject object{{"id", step.id},
                    {"name", step.name},
                    {"condition", step.condition},
                    {"not_honoured", to_json(step.not_honoured)},
                    {"position", position_json(step.position)}};
  JsonArray nested;
  for (const PlannedStep& inner : step.nested) nested.push_back(to_json(inner));
  if (!nested.empty()) object["steps"] = std::move(nested);
  return object;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  return name_of(kOutcomes, outcome);
}

std::optional<Outcome> outcome_from_string(std::string_view text) {
  return value_of(kOutcomes, text);
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::Note:
    case Severity::Unsupported:
      return "note";
    case Severity::Warning:
      return "warning";
    case Severity::Error:
      return "error";
  }
  UNREACHABLE();
}

std::string to_string(const Diagnostic& diagnostic) {
  return cat(diagnostic.file, ":", diagnostic.position.line, ":", diagnostic.position.column, ": ",
             to_string(diagnostic.severity), ": ", diagnostic.message, " [", diagnostic.rule, "]");
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.severity == Severity::Error) return true;
  return false;
}

JsonObject to_json(const Fix& fix) {
  JsonArray edits;
  for (const TextEdit& edit : fix.edits)
    edits.push_back(JsonObject{{"line", edit.begin.line},
                               {"column", edit.begin.column},
                               {"end_line", edit.end.line},
                               {"end_column", edit.end.column},
                               {"text", edit.text}});
  return JsonObject{{"title", fix.title}, {"edits", std::move(edits)}};
}

Json to_json(const Diagnostic& diagnostic) {
  JsonObject object{{"severity", to_string(diagnostic.severity)},
                    {"rule", diagnostic.rule},
                    {"file", diagnostic.file},
                    {"line", diagnostic.position.line},
                    {"column", diagnostic.position.column},
                    {"message", diagnostic.message}};
  if (diagnostic.end.line > 0) {
    object["end_line"] = diagnostic.end.line;
    object["end_column"] = diagnostic.end.column;
  }
  if (diagnostic.severity == Severity::Unsupported) object["not_honoured"] = true;
  if (diagnostic.fix) object["fix"] = to_json(*diagnostic.fix);
  return object;
}

std::string_view to_string(DecidedBy decided_by) {
  return name_of(kDecidedBy, decided_by);
}

Json to_json(const Explanation& explanation) {
  return JsonObject{{"decided_by", to_string(explanation.decided_by)},
                    {"summary", explanation.summary},
                    {"expression", explanation.expression},
                    {"tree", explanation.tree},
                    {"subject", explanation.subject},
                    {"position", position_json(explanation.position)}};
}

Result<Explanation> explanation_from_json(const Json& value) {
  const JsonObject& object = *TRY(as_object(value, "explanation"));
  Explanation explanation;
  const auto decided_by = value_of(kDecidedBy, TRY(get_string(object, "decided_by")));
  if (!decided_by) return corrupt("explanation: unknown 'decided_by'");
  explanation.decided_by = *decided_by;
  explanation.summary = string_or(object, "summary", "");
  explanation.expression = string_or(object, "expression", "");
  explanation.subject = string_or(object, "subject", "");
  if (const Json* tree = find(object, "tree")) explanation.tree = *tree;
  const JsonObject& position = *TRY(get_object(object, "position"));
  explanation.position.line = static_cast<int>(TRY(get_int(position, "line")));
  explanation.position.column = static_cast<int>(TRY(get_int(position, "column")));
  return explanation;
}

Json to_json(const TriggerEvent& event) {
  JsonObject object{{"name", event.name},
                    {"action", event.action},
                    {"ref", event.ref},
                    {"sha", event.sha},
                    {"before_sha", event.before_sha},
                    {"base_ref", event.base_ref},
                    {"head_ref", event.head_ref},
                    {"comparison_base", event.comparison_base},
                    {"inputs", to_json(event.inputs)},
                    {"payload", event.payload}};
  if (!event.commit_message.empty()) object["commit_message"] = event.commit_message;
  if (event.changed_files) object["changed_files"] = to_json(*event.changed_files);
  return object;
}

Result<TriggerEvent> trigger_event_from_json(const Json& value) {
  const JsonObject& object = *TRY(as_object(value, "event"));
  TriggerEvent event;
  event.name = TRY(get_string(object, "name"));
  event.action = string_or(object, "action", "");
  event.ref = string_or(object, "ref", "");
  event.sha = string_or(object, "sha", "");
  event.before_sha = string_or(object, "before_sha", "");
  event.base_ref = string_or(object, "base_ref", "");
  event.head_ref = string_or(object, "head_ref", "");
  event.comparison_base = string_or(object, "comparison_base", "");
  event.inputs = string_map(object, "inputs");
  event.commit_message = string_or(object, "commit_message", "");
  if (object.contains("changed_files")) event.changed_files = string_list(object, "changed_files");
  if (const Json* payload = find(object, "payload")) event.payload = *payload;
  return event;
}

Json to_json(const RunIdentity& run) {
  return JsonObject{{"run_id", run.run_id},
                    {"run_number", run.run_number},
                    {"attempt", run.attempt},
                    {"repository", run.repository},
                    {"default_branch", run.default_branch},
                    {"actor", run.actor},
                    {"server_url", run.server_url},
                    {"created", to_micros(run.created)}};
}

Result<RunIdentity> run_identity_from_json(const Json& value) {
  const JsonObject& object = *TRY(as_object(value, "run"));
  RunIdentity run;
  run.run_id = TRY(get_string(object, "run_id"));
  run.run_number = TRY(get_int(object, "run_number"));
  run.attempt = TRY(get_int(object, "attempt"));
  run.repository = TRY(get_string(object, "repository"));
  run.default_branch = TRY(get_string(object, "default_branch"));
  run.actor = TRY(get_string(object, "actor"));
  run.server_url = TRY(get_string(object, "server_url"));
  run.created = from_micros(TRY(get_int(object, "created")));
  return run;
}

std::vector<Diagnostic> Plan::all_not_honoured(const PlannedJob& job) {
  std::vector<Diagnostic> all = job.not_honoured;
  for (const PlannedStep& step : job.steps)
    all.insert(all.end(), step.not_honoured.begin(), step.not_honoured.end());
  for (const PlannedJob& called : job.called) {
    if (!called.would_run) continue;
    const std::vector<Diagnostic> inner = all_not_honoured(called);
    all.insert(all.end(), inner.begin(), inner.end());
  }
  return all;
}

namespace {

const PlannedJob* find_among(const std::vector<PlannedJob>& jobs, std::string_view id) {
  for (const PlannedJob& job : jobs) {
    if (job.id == id) return &job;
    const bool below = id.starts_with(job.id) && !job.called.empty() &&
                       (id[job.id.size()] == '/' || id[job.id.size()] == '.');
    if (!below) continue;
    if (const PlannedJob* found = find_among(job.called, id)) return found;
  }
  return nullptr;
}

}  // namespace

const PlannedJob* Plan::find_job(std::string_view id) const {
  return find_among(jobs, id);
}

const PlannedJob* Plan::find_caller(std::string_view id) const {
  const std::size_t slash = id.rfind('/');
  if (slash == std::string_view::npos) return nullptr;
  const std::string_view leg = id.substr(0, slash);
  if (const PlannedJob* caller = find_job(leg)) return caller;
  return find_job(leg.substr(0, leg.rfind('.')));
}

Json to_json(const PlannedJob& job) {
  JsonArray legs;
  for (const Leg& leg : job.legs)
    legs.push_back(JsonObject{{"index", leg.index}, {"name", leg.name}, {"matrix", leg.matrix}});
  JsonArray steps;
  for (const PlannedStep& step : job.steps) steps.push_back(to_json(step));
  JsonArray called;
  for (const PlannedJob& inner : job.called) called.push_back(to_json(inner));
  JsonObject object{{"id", job.id},
                    {"name", job.name},
                    {"position", position_json(job.position)},
                    {"needs", to_json(job.needs)},
                    {"condition", job.condition},
                    {"labels", to_json(job.labels)},
                    {"expansion", expansion_name(job.expansion)},
                    {"legs", std::move(legs)},
                    {"steps", std::move(steps)},
                    {"not_honoured", to_json(job.not_honoured)},
                    {"would_run", job.would_run},
                    {"reason", to_json(job.reason)}};
  if (!job.calls.empty()) {
    object["calls"] = job.calls;
    object["called"] = std::move(called);
  }
  if (!job.permissions.is_null()) object["permissions"] = job.permissions;
  if (!job.environment.is_null()) object["environment"] = job.environment;
  return object;
}

Json to_json(const Plan& plan) {
  JsonArray jobs;
  for (const PlannedJob& job : plan.jobs) jobs.push_back(to_json(job));
  JsonArray not_enforced;
  for (const Diagnostic& diagnostic : plan.not_enforced)
    not_enforced.push_back(to_json(diagnostic));
  JsonObject object{{"language", plan.language},
                    {"name", plan.name},
                    {"title", plan.title},
                    {"file", plan.file},
                    {"source", to_json(plan.source)},
                    {"triggered", plan.triggered},
                    {"reason", to_json(plan.reason)},
                    {"jobs", std::move(jobs)},
                    {"not_enforced", std::move(not_enforced)}};
  if (plan.concurrency) object["concurrency"] = to_json(*plan.concurrency);
  return object;
}

Json to_json(const ConcurrencyGroup& group) {
  return JsonObject{{"group", group.name},
                    {"cancel_in_progress", group.cancel_in_progress},
                    {"queue", group.queue == GroupQueue::Max ? "max" : "single"}};
}

Json to_json(const StepResult& result) {
  JsonArray commands;
  for (const LogCommand& command : result.commands)
    commands.push_back(JsonObject{{"name", command.name},
                                  {"properties", to_json(command.properties)},
                                  {"data", command.data}});
  return JsonObject{{"outcome", to_string(result.outcome)},
                    {"exit_code", result.exit_code},
                    {"message", result.message},
                    {"files", to_json(result.files)},
                    {"commands", std::move(commands)},
                    {"outputs", to_json(result.outputs)},
                    {"environment", to_json(result.environment)},
                    {"path_additions", to_json(result.path_additions)},
                    {"state", to_json(result.state)},
                    {"took_us", result.took.count()}};
}

Result<StepResult> step_result_from_json(const Json& value) {
  const JsonObject& object = *TRY(as_object(value, "step result"));
  StepResult result;
  const auto outcome = outcome_from_string(TRY(get_string(object, "outcome")));
  if (!outcome) return corrupt("step result: unknown outcome");
  result.outcome = *outcome;
  result.exit_code = static_cast<int>(TRY(get_int(object, "exit_code")));
  result.message = string_or(object, "message", "");
  result.files = string_map(object, "files");
  result.outputs = string_map(object, "outputs");
  result.environment = string_map(object, "environment");
  result.path_additions = string_list(object, "path_additions");
  result.state = string_map(object, "state");
  if (const Json* took = find(object, "took_us"); took != nullptr && took->is_int64())
    result.took = Duration(took->get_int64());
  for (const Json& item : *TRY(get_array(object, "commands"))) {
    const JsonObject& command = *TRY(as_object(item, "command"));
    result.commands.push_back({string_or(command, "name", ""), string_map(command, "properties"),
                               string_or(command, "data", "")});
  }
  return result;
}

}  // namespace sluice::pipeline
