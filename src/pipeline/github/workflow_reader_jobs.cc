#include <algorithm>
#include <unordered_map>

#include "base/strings.h"
#include "pipeline/github/concurrency.h"
#include "pipeline/github/matrix.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

void check_literal_number(Reading& reading, const Token& token, std::string_view key) {
  if (!token.present() || token.has_expression()) return;
  const double number = token.literal.to_number();
  if (token.kind == TokenKind::Number && number > 0) return;
  reading.error(token.position, "wrong-type",
                cat("'", key, "' must be a number above 0, got '", token.literal_text(), "'"));
}

void check_literal_boolean(Reading& reading, const Token& token, std::string_view key) {
  if (!token.present() || token.has_expression() || token.kind == TokenKind::Boolean) return;
  reading.error(token.position, "wrong-type",
                cat("'", key, "' must be true or false, got '", token.literal_text(), "'"));
}

Strategy read_strategy(Reading& reading, const YamlNode& job) {
  Strategy strategy;
  const YamlNode* node = job.find("strategy");
  if (node == nullptr || node->kind == YamlKind::Null) return strategy;
  if (node->is_string() && contains_expression(node->text)) {
    strategy.whole = reading.token_at(job, "strategy", Shape::Mapping, reading.scopes().strategy);
    return strategy;
  }
  if (!reading.is_mapping(*node, "'strategy'")) return strategy;
  reading.check_keys(*node, strategy_keys(), "'strategy'");
  const ExpressionScope& scope = reading.scopes().strategy;
  strategy.matrix = reading.token_at(*node, "matrix", Shape::Mapping, scope);
  strategy.fail_fast = reading.token_at(*node, "fail-fast", Shape::Scalar, scope);
  strategy.max_parallel = reading.token_at(*node, "max-parallel", Shape::Scalar, scope);
  check_literal_boolean(reading, strategy.fail_fast, "fail-fast");
  check_literal_number(reading, strategy.max_parallel, "max-parallel");
  for (const MatrixProblem& problem : check_matrix(strategy.matrix))
    reading.error(problem.position, "matrix", problem.message);
  return strategy;
}

void note_runner(Reading& reading, const Job& job) {
  if (job.runs_on.has_expression_inside()) return;
  const std::vector<std::string> labels = written_labels(job.runs_on);
  const TextPosition at = job.runs_on.position;
  if (const auto reason = unavailable_runner(labels)) {
    reading.not_honoured(at, "unavailable-runner", cat("job '", job.id, "' ", *reason));
    return;
  }
  for (const std::string& label : labels)
    if (const Treatment use = use_of_label(label); use.use == KeyUse::Approximated)
      reading.not_enforced(
          at, "approximated-runner",
          cat("runner '", label, "' of job '", job.id, "' is approximated by ", use.remark));
}

void check_group(Reading& reading, const YamlNode& group) {
  if (!group.is_scalar() || contains_expression(group.text)) return;
  const auto parts = split(group.text, '/');
  if (parts.size() == 1) return;
  const bool known = parts.size() == 2 && has_word("org organization ent enterprise", parts[0]);
  if (known && !parts[1].empty()) return;
  const std::string_view hint =
      parts.size() == 2 && parts[1].empty()
          ? ""
          : "; a prefix is 'organization/' or 'enterprise/', and there is one";
  reading.error(group.position, "wrong-type",
                cat("invalid group of runners '", group.text, "'", hint));
}

Token read_runs_on(Reading& reading, const YamlNode& job) {
  const YamlNode* node = job.find("runs-on");
  if (node == nullptr) return {};
  if (!node->is_mapping())
    return reading.token_at(job, "runs-on", Shape::ScalarOrSequence, reading.scopes().job);
  reading.check_keys(*node, runs_on_keys(), "'runs-on'");
  if (const YamlNode* group = node->find("group")) check_group(reading, *group);
  if (const YamlNode* labels = node->find("labels"); labels && labels->is_mapping())
    reading.error(labels->position, "wrong-type", "'labels' must be a value or a sequence");
  return reading.token(*node, reading.scopes().job);
}

Token read_environment(Reading& reading, const YamlNode& job) {
  const Scopes& scopes = reading.scopes();
  const YamlNode* node = job.find("environment");
  if (node == nullptr) return {};
  if (!node->is_mapping()) return reading.token_at(job, "environment", Shape::Scalar, scopes.job);
  reading.check_keys(*node, environment_keys(), "'environment'");
  Token environment = reading.mapping_of(*node);
  for (const auto& [key, value] : node->members) {
    const bool url = key.text == "url";
    reading.add_entry(environment, key,
                      reading.token_at(*node, key.text, Shape::Scalar,
                                       url ? scopes.environment_url : scopes.job));
  }
  if (const Token* deployment = environment.find("deployment"))
    check_literal_boolean(reading, *deployment, "deployment");
  return environment;
}

Token read_snapshot(Reading& reading, const YamlNode& job) {
  const Scopes& scopes = reading.scopes();
  const YamlNode* node = job.find("snapshot");
  if (node == nullptr) return {};
  if (!node->is_mapping()) return reading.token_at(job, "snapshot", Shape::Scalar, scopes.job);
  reading.check_keys(*node, snapshot_keys(), "'snapshot'");
  reading.condition_at(*node, scopes.snapshot_if);
  Token snapshot = reading.mapping_of(*node);
  for (const auto& [key, value] : node->members)
    if (key.text != "if")
      reading.add_entry(snapshot, key,
                        reading.token_at(*node, key.text, Shape::Scalar, scopes.job));
  const Token* version = snapshot.find("version");
  if (version != nullptr && !version->has_expression()) {
    const std::string text = version->literal_text();
    const bool major_only = text.size() > 2 && text.ends_with(".*") &&
                            text.find_first_not_of("0123456789") == text.size() - 2;
    if (!major_only)
      reading.error(snapshot.position, "wrong-type",
                    cat("'version' of 'snapshot' must be MAJOR.*, such as 2.*, got '", text, "'"));
  }
  return snapshot;
}

bool is_reusable_call(const YamlNode& node) {
  return node.find("uses") != nullptr;
}

void check_required(Reading& reading, const YamlNode& key, const YamlNode& node) {
  if (is_reusable_call(node)) return;
  if (node.find("runs-on") == nullptr)
    reading.error(key.position, "missing-key", cat("job '", key.text, "' needs 'runs-on'"));
  if (node.find("steps") == nullptr)
    reading.error(key.position, "missing-key", cat("job '", key.text, "' needs 'steps'"));
}

// A job has steps or calls a workflow; the keys of the other kind are mistakes.
// `container: null`, `container: {image: ''}`, `services: {}`: as if they were not written. Whether
// an image that an expression gives is empty is asked when it can be known (BoundWorkflow).
bool may_ask_for_no_container(std::string_view key, const YamlNode& value) {
  if (key != "container" && key != "services") return false;
  if (value.kind == YamlKind::Null) return true;
  if (value.is_mapping() && value.members.empty()) return key == "services";
  const YamlNode* image = value.is_mapping() ? value.find("image") : &value;
  return key == "container" && image != nullptr &&
         (image->kind == YamlKind::Null ||
          (image->is_string() && (trim(image->text).empty() || contains_expression(image->text))));
}

void check_job_keys(Reading& reading, const YamlNode& node) {
  const bool calls = is_reusable_call(node);
  const auto rules = calls ? call_job_keys() : job_keys();
  const std::vector<std::string> others = key_names(calls ? job_keys() : call_job_keys());
  const std::vector<std::string> own = key_names(rules);
  YamlNode rest;  // the other keys, without their values
  rest.position = node.position;
  rest.kind = YamlKind::Mapping;
  for (const auto& [key, value] : node.members) {
    const std::string& name = key.text;
    const bool misplaced = std::find(own.begin(), own.end(), name) == own.end() &&
                           std::find(others.begin(), others.end(), name) != others.end();
    if (!misplaced && may_ask_for_no_container(name, value)) continue;
    if (!misplaced)
      rest.members.emplace_back(key, YamlNode());
    else
      reading.error(key.position, "unknown-key",
                    calls ? cat("'", name, "' does not go with 'uses': the called workflow says it")
                          : cat("'", name, "' goes with a job that calls a workflow by 'uses'"));
  }
  reading.check_keys(rest, rules, "a job");
}

Call read_call(Reading& reading, const YamlNode& node) {
  Call call;
  const Scopes& scopes = reading.scopes();
  const YamlNode& uses = *node.find("uses");
  if (uses.is_scalar() && uses.kind != YamlKind::Null && !uses.text.empty())
    call.target = {uses.text, uses.position};
  else
    reading.error(uses.position, "invalid-uses", "'uses' must name a workflow");
  call.with = reading.texts_at(node, "with", scopes.job);
  const YamlNode* secrets = node.find("secrets");
  if (secrets == nullptr) return call;
  call.inherit_secrets = secrets->is_scalar() && secrets->text == "inherit";
  if (call.inherit_secrets) return call;
  if (secrets->is_mapping())
    call.secrets = reading.texts_at(node, "secrets", scopes.call_secrets);
  else
    reading.error(secrets->position, "wrong-type",
                  "'secrets' must be 'inherit' or a mapping of secrets");
  return call;
}

void read_settings(Reading& reading, const YamlNode& node, Job& job) {
  const Scopes& scopes = reading.scopes();
  job.env = reading.texts_at(node, "env", scopes.job_env);
  job.defaults = reading.run_defaults_at(node, scopes.job_defaults);
  job.outputs = reading.texts_at(node, "outputs", scopes.outputs);
  job.timeout_minutes = reading.token_at(node, "timeout-minutes", Shape::Scalar, scopes.job);
  job.cancel_timeout_minutes =
      reading.token_at(node, "cancel-timeout-minutes", Shape::Scalar, scopes.job);
  job.continue_on_error = reading.token_at(node, "continue-on-error", Shape::Scalar, scopes.job);
  check_literal_number(reading, job.timeout_minutes, "timeout-minutes");
  check_literal_number(reading, job.cancel_timeout_minutes, "cancel-timeout-minutes");
  check_literal_boolean(reading, job.continue_on_error, "continue-on-error");
}

Job read_job(Reading& reading, const YamlNode& key, const YamlNode& node) {
  Job job;
  job.id = key.text;
  job.position = key.position;
  if (!is_valid_identifier(job.id))
    reading.error(key.position, "invalid-id",
                  cat("the job id '", job.id,
                      "' is invalid: letters, digits, '_' and '-', "
                      "beginning with a letter or '_', shorter than 100 characters"));
  if (!reading.is_mapping(node, cat("job '", job.id, "'"))) return job;
  check_job_keys(reading, node);
  check_required(reading, key, node);
  job.name = reading.token_at(node, "name", Shape::Scalar, reading.scopes().job);
  if (const YamlNode* needs = node.find("needs"); needs && needs->kind != YamlKind::Null)
    job.needs = reading.names(*needs, "an entry of 'needs'");
  job.condition = reading.condition_at(node, reading.scopes().job_if);
  job.strategy = read_strategy(reading, node);
  job.concurrency = read_concurrency(reading, node, reading.scopes().job);
  job.permissions = read_permissions(node);
  if (is_reusable_call(node)) {
    job.call = read_call(reading, node);
    return job;
  }
  job.runs_on = read_runs_on(reading, node);
  if (job.runs_on.present()) note_runner(reading, job);
  job.environment = read_environment(reading, node);
  job.container = read_container(reading, node);
  job.services = read_services(reading, node);
  job.snapshot = read_snapshot(reading, node);
  read_settings(reading, node, job);
  if (const YamlNode* steps = node.find("steps"))
    job.steps = read_steps(reading, *steps, StepsOf::Job);
  return job;
}

}  // namespace

std::vector<Job> read_jobs(Reading& reading, const YamlNode& node) {
  std::vector<Job> jobs;
  if (!reading.is_mapping(node, "'jobs'")) return jobs;
  if (node.members.empty())
    reading.error(node.position, "missing-key", "'jobs' needs at least one job");
  std::unordered_map<std::string, std::string_view> seen;
  for (const auto& [key, value] : node.members) {
    const auto [same, fresh] = seen.emplace(to_lower(key.text), key.text);
    if (!fresh)
      reading.error(key.position, "duplicate-key",
                    cat("job '", key.text, "' is the same as '", same->second,
                        "': case does not count in ids"));
    std::vector<Diagnostic> not_honoured = reading.not_honoured_in(
        [&, &key = key, &value = value] { jobs.push_back(read_job(reading, key, value)); });
    jobs.back().not_honoured = std::move(not_honoured);
  }
  return jobs;
}

}  // namespace sluice::pipeline::github
