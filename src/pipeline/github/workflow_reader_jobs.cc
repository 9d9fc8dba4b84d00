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
    reading.not_honoured(node->position, "unsupported-key",
                         "an expression as the whole 'strategy' is not honoured here; write "
                         "'matrix: ${{ … }}' below it");
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
  std::vector<std::string> labels;
  if (job.runs_on.kind == TokenKind::Sequence)
    for (const Token& item : job.runs_on.items) labels.push_back(item.literal_text());
  else
    labels.push_back(job.runs_on.literal_text());
  const TextPosition at = job.runs_on.position;
  if (const auto reason = unavailable_runner(labels)) {
    reading.not_honoured(at, "unavailable-runner", cat("job '", job.id, "' ", *reason));
    return;
  }
  for (const std::string& label : labels) {
    const std::string lower = to_lower(label);
    if (lower == "self-hosted" || lower == "linux") continue;
    reading.not_enforced(at, "approximated-runner",
                         cat("runner '", label, "' of job '", job.id,
                             "' is approximated by this host and what is installed on it"));
  }
}

Token read_runs_on(Reading& reading, const YamlNode& job) {
  const YamlNode* node = job.find("runs-on");
  if (node == nullptr) return {};
  if (!node->is_mapping())
    return reading.token_at(job, "runs-on", Shape::ScalarOrSequence, reading.scopes().job);
  reading.check_keys(*node, runs_on_keys(), "'runs-on'");
  if (const YamlNode* group = node->find("group"))
    reading.not_enforced(group->position, "not-enforced",
                         "groups of runners are not enforced: there is one host");
  Token labels = reading.token_at(*node, "labels", Shape::ScalarOrSequence, reading.scopes().job);
  if (!labels.present()) {
    labels.position = node->position;
    labels.kind = TokenKind::Text;
    labels.literal = Value::string("self-hosted");
  }
  return labels;
}

// These have no effect here, but a mistake in them is one on GitHub.
void check_informing_keys(Reading& reading, const YamlNode& job) {
  const Scopes& scopes = reading.scopes();
  const YamlNode* environment = job.find("environment");
  if (environment == nullptr) return;
  if (!environment->is_mapping()) {
    reading.token_at(job, "environment", Shape::Scalar, scopes.job);
    return;
  }
  reading.check_keys(*environment, environment_keys(), "'environment'");
  reading.token_at(*environment, "name", Shape::Scalar, scopes.job);
  reading.token_at(*environment, "url", Shape::Scalar, scopes.environment_url);
}

bool is_reusable_call(const YamlNode& node) {
  return node.find("uses") != nullptr;
}

void check_required(Reading& reading, const YamlNode& key, const YamlNode& node) {
  if (is_reusable_call(node)) return;  // reported as not supported
  if (node.find("runs-on") == nullptr)
    reading.error(key.position, "missing-key", cat("job '", key.text, "' needs 'runs-on'"));
  if (node.find("steps") == nullptr)
    reading.error(key.position, "missing-key", cat("job '", key.text, "' needs 'steps'"));
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
  reading.check_keys(node, job_keys(), "a job");
  check_required(reading, key, node);
  job.name = reading.token_at(node, "name", Shape::Scalar, reading.scopes().job);
  if (const YamlNode* needs = node.find("needs"); needs && needs->kind != YamlKind::Null)
    job.needs = reading.names(*needs, "an entry of 'needs'");
  job.condition = reading.condition_at(node, reading.scopes().job_if);
  job.strategy = read_strategy(reading, node);
  job.concurrency = read_concurrency(reading, node, reading.scopes().job);
  job.runs_on = read_runs_on(reading, node);
  if (job.runs_on.present()) note_runner(reading, job);
  check_informing_keys(reading, node);
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
    std::vector<Diagnostic> not_honoured =
        reading.not_honoured_in([&] { jobs.push_back(read_job(reading, key, value)); });
    jobs.back().not_honoured = std::move(not_honoured);
  }
  return jobs;
}

}  // namespace sluice::pipeline::github
