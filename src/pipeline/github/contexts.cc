#include "pipeline/github/contexts.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/mask.h"

namespace sluice::pipeline::github {
namespace {

std::string ref_name(std::string_view ref) {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/", "refs/pull/"})
    if (ref.starts_with(prefix)) return std::string(ref.substr(prefix.size()));
  return std::string(ref);
}

std::string api_url(const std::string& server) {
  return server == "https://github.com" ? "https://api.github.com" : cat(server, "/api/v3");
}

std::string graphql_url(const std::string& server) {
  return server == "https://github.com" ? "https://api.github.com/graphql"
                                        : cat(server, "/api/graphql");
}

std::string token_of(const RunValues& values) {
  for (const auto& [name, value] : values.secrets)
    if (equal_ignoring_case(name, "GITHUB_TOKEN")) return value;
  return {};
}

Value map_value(const std::map<std::string, std::string>& map) {
  ValueMembers members;
  for (const auto& [name, value] : map) members.emplace_back(name, Value::string(value));
  return Value::object(std::move(members));
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Numbers that GitHub gives to people and repositories: known only where the event tells them.
struct EventId {
  std::string_view name;
  std::string_view variable;
  std::vector<std::string_view> path;  // in the event
};

std::vector<EventId> event_ids() {
  return {{"repository_id", "GITHUB_REPOSITORY_ID", {"repository", "id"}},
          {"repository_owner_id", "GITHUB_REPOSITORY_OWNER_ID", {"repository", "owner", "id"}},
          {"actor_id", "GITHUB_ACTOR_ID", {"sender", "id"}}};
}

void add_event_ids(const Value& payload, ValueMembers& github) {
  for (const EventId& id : event_ids()) {
    const Value* at = &payload;
    for (const std::string_view name : id.path)
      if (at != nullptr) at = at->find(name);
    if (at != nullptr && at->is_primitive() && !at->is_null())
      github.emplace_back(id.name, Value::string(at->to_text()));
  }
}

Result<Value> typed_input(const DispatchInput& input, const std::string& text) {
  const auto wrong = [&](std::string_view expected) {
    return invalid_input(cat("input '", input.name, "' must be ", expected, ", got '", text, "'"));
  };
  switch (input.type) {
    case InputType::Boolean:
      if (text == "true") return Value::boolean(true);
      if (text == "false" || text.empty()) return Value::boolean(false);
      return wrong("true or false");
    case InputType::Number: {
      const double number = parse_number(text);
      if (number != number) return wrong("a number");
      return Value::number(number);
    }
    case InputType::Choice:
      if (text.empty() && !input.required) return Value::string(text);
      if (std::find(input.options.begin(), input.options.end(), text) == input.options.end())
        return wrong(cat("one of ", join(input.options, ", ")));
      return Value::string(text);
    case InputType::Text:
    case InputType::Environment:
      return Value::string(text);
  }
  UNREACHABLE();
}

const std::string* given_input(const TriggerEvent& event, std::string_view name) {
  for (const auto& [given, value] : event.inputs)
    if (equal_ignoring_case(given, name)) return &value;
  return nullptr;
}

Result<void> check_input_names(const Trigger& trigger, const TriggerEvent& event) {
  for (const auto& [given, value] : event.inputs) {
    std::vector<std::string> known;
    bool found = false;
    for (const DispatchInput& input : trigger.inputs) {
      known.push_back(input.name);
      found = found || equal_ignoring_case(input.name, given);
    }
    if (!found)
      return invalid_input(
          cat("the workflow has no input '", given, "'", did_you_mean(given, known)));
  }
  return success();
}

const JobFacts* find_facts(const RunFacts& facts, const std::string& prefix, const Job& job) {
  const auto found = facts.jobs.find(prefix.empty() ? job.id : prefix + job.id);
  return found == facts.jobs.end() ? nullptr : &found->second;
}

Value facts_value(const JobFacts& facts) {
  return Value::object({{"result", Value::string(result_word(facts.result))},
                        {"outputs", map_value(facts.outputs)}});
}

std::string text_of(const ValueMembers& members, std::string_view name) {
  for (const auto& [key, value] : members)
    if (key == name) return value.to_text();
  return {};
}

}  // namespace

std::string_view result_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::Succeeded:
      return "success";
    case Outcome::Cancelled:
      return "cancelled";
    case Outcome::Skipped:
      return "skipped";
    case Outcome::Failed:
    case Outcome::TimedOut:
    case Outcome::Errored:
      return "failure";
  }
  UNREACHABLE();
}

bool is_failure(Outcome outcome) {
  return outcome == Outcome::Failed || outcome == Outcome::TimedOut || outcome == Outcome::Errored;
}

Json event_document(const Workflow& workflow, const TriggerEvent& event, const Value& inputs) {
  JsonObject document = event.payload.is_object() ? event.payload.get_object() : JsonObject{};
  if (event.name != "workflow_dispatch") return document;
  JsonObject texts;
  for (const auto& [name, value] : inputs.members()) texts[name] = value.to_text();
  document["inputs"] = std::move(texts);
  document["workflow"] = workflow.file;
  return document;
}

Result<Value> dispatch_inputs(const Workflow& workflow, const TriggerEvent& event) {
  const Trigger* trigger = workflow.find_trigger("workflow_dispatch");
  if (event.name != "workflow_dispatch" || trigger == nullptr) return Value::object({});
  TRY(check_input_names(*trigger, event));
  ValueMembers members;
  for (const DispatchInput& input : trigger->inputs) {
    const std::string* given = given_input(event, input.name);
    if (given == nullptr && input.required && !input.default_value)
      return invalid_input(
          cat("input '", input.name, "' is required; give it with --input ", input.name, "=VALUE"));
    if (given == nullptr && !input.default_value && input.type == InputType::Number) {
      members.emplace_back(input.name, Value());
      continue;
    }
    const std::string text = given != nullptr ? *given : input.default_value.value_or("");
    members.emplace_back(input.name, TRY(typed_input(input, text)));
  }
  return Value::object(std::move(members));
}

RunContexts make_run_contexts(const Workflow& workflow, const TriggerEvent& event,
                              const RunIdentity& run, const RunValues& values, Value inputs) {
  RunContexts contexts;
  const auto add = [&contexts](std::string_view name, std::string_view value) {
    contexts.github.emplace_back(name, Value::string(value));
  };
  const std::string& server = run.server_url;
  add("token", token_of(values));
  add("ref", event.ref);
  add("sha", event.sha);
  add("repository", run.repository);
  add("repository_owner", run.repository.substr(0, run.repository.find('/')));
  add("repositoryUrl", cat(replace_all(server, "https://", "git://"), "/", run.repository, ".git"));
  add("run_id", run.run_id);
  add("run_number", std::to_string(run.run_number));
  add("run_attempt", std::to_string(run.attempt));
  add("retention_days", "90");
  add("actor", run.actor);
  add("triggering_actor", run.actor);
  add("workflow", workflow.name);
  add("workflow_ref", cat(run.repository, "/", workflow.file, "@", event.ref));
  add("workflow_sha", event.sha);
  add("head_ref", event.head_ref);
  add("base_ref", event.base_ref);
  add("event_name", event.name);
  contexts.github.emplace_back("event", from_json(event_document(workflow, event, inputs)));
  const Value payload = contexts.github.back().second;
  add_event_ids(payload, contexts.github);
  add("server_url", server);
  add("api_url", api_url(server));
  add("graphql_url", graphql_url(server));
  add("ref_name", ref_name(event.ref));
  contexts.github.emplace_back("ref_protected", Value::boolean(false));
  add("ref_type", event.ref.starts_with("refs/tags/") ? "tag" : "branch");
  add("secret_source", "Actions");
  contexts.vars = map_value(values.variables);
  contexts.secrets = map_value(values.secrets);
  contexts.inputs = std::move(inputs);
  return contexts;
}

std::string event_path(const JobPlace& place) {
  const std::string folder = parent_of(place.temp);
  return cat(folder == "/" ? "" : folder, "/event.json");
}

Value job_github_context(const RunContexts& run, const Job& job, const JobPlace& place) {
  ValueMembers members = run.github;
  members.emplace_back("job", Value::string(job.id));
  members.emplace_back("workspace", Value::string(place.workspace));
  members.emplace_back("event_path", Value::string(event_path(place)));
  return Value::object(std::move(members));
}

Value needs_context(const Workflow& workflow, const Job& job, const RunFacts& facts,
                    const std::string& prefix) {
  ValueMembers members;
  for (const Reference& need : job.needs) {
    const Job* needed = workflow.find_job(need.name);
    if (needed == nullptr) continue;
    if (const JobFacts* known = find_facts(facts, prefix, *needed))
      members.emplace_back(needed->id, facts_value(*known));
  }
  return Value::object(std::move(members));
}

Value jobs_context(const Workflow& workflow, const RunFacts& facts, const std::string& prefix) {
  ValueMembers members;
  for (const Job& job : workflow.jobs)
    if (const JobFacts* known = find_facts(facts, prefix, job))
      members.emplace_back(job.id, facts_value(*known));
  return Value::object(std::move(members));
}

Value runner_context(const JobPlace& place) {
  return Value::object({{"os", Value::string(place.os)},
                        {"arch", Value::string(place.arch)},
                        {"name", Value::string("sluice")},
                        {"environment", Value::string("self-hosted")},
                        {"tool_cache", Value::string(place.tool_cache)},
                        {"temp", Value::string(place.temp)},
                        {"workspace", Value::string(parent_of(place.workspace))}});
}

Value texts_value(const NamedTexts& texts, KeyCase key_case) {
  ValueMembers members;
  for (const auto& [name, value] : texts) members.emplace_back(name, Value::string(value));
  return Value::object(std::move(members), key_case);
}

std::map<std::string, std::string> default_environment(const RunContexts& run,
                                                       const RunIdentity& identity, const Job& job,
                                                       const JobPlace& place) {
  std::map<std::string, std::string> env;
  static constexpr std::pair<std::string_view, std::string_view> kFromGithub[] = {
      {"GITHUB_ACTOR", "actor"},
      {"GITHUB_API_URL", "api_url"},
      {"GITHUB_BASE_REF", "base_ref"},
      {"GITHUB_EVENT_NAME", "event_name"},
      {"GITHUB_GRAPHQL_URL", "graphql_url"},
      {"GITHUB_HEAD_REF", "head_ref"},
      {"GITHUB_REF", "ref"},
      {"GITHUB_REF_NAME", "ref_name"},
      {"GITHUB_REF_PROTECTED", "ref_protected"},
      {"GITHUB_REF_TYPE", "ref_type"},
      {"GITHUB_REPOSITORY", "repository"},
      {"GITHUB_REPOSITORY_OWNER", "repository_owner"},
      {"GITHUB_RETENTION_DAYS", "retention_days"},
      {"GITHUB_RUN_ATTEMPT", "run_attempt"},
      {"GITHUB_RUN_ID", "run_id"},
      {"GITHUB_RUN_NUMBER", "run_number"},
      {"GITHUB_SERVER_URL", "server_url"},
      {"GITHUB_SHA", "sha"},
      {"GITHUB_TRIGGERING_ACTOR", "triggering_actor"},
      {"GITHUB_WORKFLOW", "workflow"},
      {"GITHUB_WORKFLOW_REF", "workflow_ref"},
      {"GITHUB_WORKFLOW_SHA", "workflow_sha"},
  };
  for (const auto& [variable, name] : kFromGithub) env.emplace(variable, text_of(run.github, name));
  for (const EventId& id : event_ids())
    if (std::string value = text_of(run.github, id.name); !value.empty())
      env.emplace(id.variable, std::move(value));
  env.emplace("GITHUB_ACTIONS", "true");
  env.emplace("GITHUB_EVENT_PATH", event_path(place));
  env.emplace("GITHUB_JOB", job.id);
  env.emplace("GITHUB_WORKSPACE", place.workspace);
  env.emplace("RUNNER_ARCH", place.arch);
  env.emplace("RUNNER_ENVIRONMENT", "self-hosted");
  env.emplace("RUNNER_NAME", "sluice");
  env.emplace("RUNNER_OS", place.os);
  env.emplace("RUNNER_TEMP", place.temp);
  env.emplace("RUNNER_TOOL_CACHE", place.tool_cache);
  env.emplace("RUNNER_WORKSPACE", parent_of(place.workspace));
  env.emplace("SLUICE_HOME", place.home);
  env.emplace("SLUICE_RUN_ID", identity.run_id);
  return env;
}

void ContextSet::set(std::string_view name, Value value) {
  for (auto& [known, current] : values_)
    if (known == name) {
      current = std::move(value);
      return;
    }
  values_.emplace_back(name, std::move(value));
}

std::optional<Value> ContextSet::context(std::string_view name) const {
  for (const auto& [known, value] : values_)
    if (equal_ignoring_case(known, name)) return value;
  return std::nullopt;
}

Result<Value> ContextSet::call(std::string_view name, std::span<const Value>) const {
  return unsupported(cat("the function '", name, "' cannot be used here"));
}

std::optional<Result<std::string>> ContextSet::hash_files(std::span<const std::string>) const {
  return std::nullopt;
}

void ContextSet::set_unknown(std::vector<std::string> path, std::string why) {
  unknown_.emplace_back(std::move(path), std::move(why));
}

std::string ContextSet::shown(std::string_view text) const {
  return masks_ == nullptr ? std::string(text) : masked(*masks_, text);
}

const Value* ContextSet::find(std::span<const std::string> path, Value& root) const {
  std::optional<Value> value = context(path.front());
  if (!value) return nullptr;
  root = *std::move(value);
  const Value* at = &root;
  for (const std::string& name : path.subspan(1)) {
    at = at->find(name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string ContextSet::unknown(std::span<const std::string> path) const {
  for (const auto& [prefix, why] : unknown_) {
    const std::size_t common = std::min(prefix.size(), path.size());
    const bool same = std::equal(prefix.begin(), prefix.begin() + static_cast<long>(common),
                                 path.begin(), [](const std::string& a, const std::string& b) {
                                   return a == "*" || b == "*" || equal_ignoring_case(a, b);
                                 });
    if (!same) continue;
    Value root;
    const Value* value = path.size() > prefix.size() ? find(path, root) : nullptr;
    if (value == nullptr || value->is_null()) return why;
  }
  return {};
}

void set_unknown_needs(ContextSet& contexts, const Workflow& workflow, const Job& job,
                       const RunFacts& facts, const std::string& prefix) {
  for (const Reference& need : job.needs) {
    const Job* needed = workflow.find_job(need.name);
    const JobFacts* known = needed == nullptr ? nullptr : find_facts(facts, prefix, *needed);
    if (known == nullptr || known->known == Known::Everything) continue;
    contexts.set_unknown({"needs", needed->id, "outputs"},
                         cat("'", needed->id, "' sets it while it runs"));
    if (known->known == Known::Nothing)
      contexts.set_unknown({"needs", needed->id, "result"},
                           cat("'", needed->id, "' may run or not"));
  }
}

std::string JobConditionContext::unknown(std::span<const std::string> path) const {
  const bool open = path.front() == "success()" && !ancestors_.open.empty() &&
                    ancestors_.all_succeeded && !facts_.cancelled;
  return open ? cat("'", ancestors_.open, "' may run or not") : ContextSet::unknown(path);
}

std::string JobConditionContext::remark(std::string_view function) const {
  const bool success = equal_ignoring_case(function, "success");
  if (!success && !equal_ignoring_case(function, "failure")) return {};
  if (facts_.cancelled) return "the run was cancelled";
  const bool decided = success ? !ancestors_.all_succeeded : ancestors_.any_failed;
  if (!decided || ancestors_.deciding.empty()) return {};
  return cat("the result of '", ancestors_.deciding, "' is ",
             result_word(ancestors_.deciding_result));
}

Result<Value> JobConditionContext::call(std::string_view name,
                                        std::span<const Value> arguments) const {
  const std::string function = to_lower(name);
  if (function == "always") return Value::boolean(true);
  if (function == "cancelled") return Value::boolean(facts_.cancelled);
  const bool asks_success = function == "success";
  if (!asks_success && function != "failure") return ContextSet::call(name, arguments);
  if (facts_.cancelled) return Value::boolean(false);
  if (arguments.empty())
    return Value::boolean(asks_success ? ancestors_.all_succeeded : ancestors_.any_failed);
  return of_named_jobs(function, arguments);
}

Result<Value> JobConditionContext::of_named_jobs(std::string_view function,
                                                 std::span<const Value> jobs) const {
  bool all = true;
  bool any = false;
  for (const Value& name : jobs) {
    const std::string id = name.to_text();
    const Job* job = workflow_.find_job(id);
    const JobFacts* known = job == nullptr ? nullptr : find_facts(facts_, prefix_, *job);
    if (job == nullptr)
      return failed_precondition(cat(function, "('", id, "'): there is no such job"));
    if (known == nullptr)
      return failed_precondition(
          cat(function, "('", id, "'): that job has not ended; list it in 'needs'"));
    all = all && known->result == Outcome::Succeeded;
    any = any || is_failure(known->result);
  }
  return Value::boolean(function == "success" ? all : any);
}

Result<Value> StepContext::call(std::string_view name, std::span<const Value> arguments) const {
  const std::string function = to_lower(name);
  if (function == "always") return Value::boolean(true);
  if (function == "cancelled") return Value::boolean(status_.job == Outcome::Cancelled);
  if (function == "success") return Value::boolean(status_.before == Outcome::Succeeded);
  if (function == "failure") return Value::boolean(status_.before == Outcome::Failed);
  return ContextSet::call(name, arguments);
}

std::optional<Result<std::string>> StepContext::hash_files(
    std::span<const std::string> patterns) const {
  const auto found = hashes_.find(std::vector<std::string>(patterns.begin(), patterns.end()));
  if (found == hashes_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sluice::pipeline::github
