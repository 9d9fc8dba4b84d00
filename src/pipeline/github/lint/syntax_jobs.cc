#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/lint/syntax.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

void check_needs(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.text_or_sequence(value, "'needs'");
}

void check_labels(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  syntax.text_or_sequence(value, cat("'", key.text, "'"));
}

constexpr Member kRunsOn[] = {{"labels", check_labels}, {"group", check_text}};

void check_runs_on(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (value.is_mapping())
    syntax.section(value, "'runs-on'", kRunsOn, Empty::Refused);
  else
    check_labels(syntax, key, value);
}

constexpr Member kEnvironment[] = {
    {"name", check_text}, {"url", check_text}, {"deployment", check_boolean}};

void check_environment(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (value.is_scalar()) {
    syntax.text(value, Empty::Refused);
    return;
  }
  syntax.section(value, "'environment'", kEnvironment, Empty::Refused);
  if (value.is_mapping() && value.find("name") == nullptr)
    syntax.missing(key.position, "'environment' needs a 'name'");
}

void check_outputs(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (!syntax.is_expression(value))
    syntax.named(value, "'outputs'", Empty::Refused, check_any_text);
}

void check_matrix_value(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  for (const YamlNode& item : value.items) check_matrix_value(syntax, item, item);
  if (value.is_mapping())
    syntax.named(value, "a value of the matrix", Empty::Allowed, check_matrix_value);
}

void check_combinations(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  const std::string what = cat("'", key.text, "'");
  if (syntax.is_expression(value) || !syntax.sequence(value, what, Empty::Refused)) return;
  for (const YamlNode& item : value.items)
    if (!syntax.is_expression(item))
      syntax.named(item, cat("an entry of ", what), Empty::Refused, check_matrix_value);
}

void check_matrix_row(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (key.text == "include" || key.text == "exclude") return check_combinations(syntax, key, value);
  if (syntax.is_expression(value)) return;
  if (!syntax.sequence(value, cat("the values of '", key.text, "' in the matrix"), Empty::Refused))
    return;
  for (const YamlNode& item : value.items) check_matrix_value(syntax, key, item);
}

void check_matrix(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (!syntax.is_expression(value))
    syntax.named(value, "'matrix'", Empty::Refused, check_matrix_row);
}

void check_max_parallel(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  syntax.integer_above_zero(value, key.text);
}

constexpr Member kStrategy[] = {
    {"matrix", check_matrix}, {"fail-fast", check_boolean}, {"max-parallel", check_max_parallel}};

void check_strategy(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (!syntax.is_expression(value)) syntax.section(value, "'strategy'", kStrategy, Empty::Refused);
}

constexpr Member kCredentials[] = {{"username", check_text}, {"password", check_text}};

void check_credentials(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (syntax.is_expression(value)) return;
  syntax.section(value, "'credentials'", kCredentials, Empty::Refused);
  if (value.find("username") == nullptr || value.find("password") == nullptr)
    syntax.missing(key.position, "'credentials' needs 'username' and 'password'");
}

void check_texts(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (!syntax.is_expression(value)) syntax.text_sequence(value, cat("'", key.text, "'"));
}

constexpr Member kContainer[] = {
    {"image", check_text},  {"credentials", check_credentials}, {"env", check_env},
    {"ports", check_texts}, {"volumes", check_texts},           {"options", check_any_text},
};
constexpr Member kService[] = {
    {"image", check_text},       {"credentials", check_credentials}, {"env", check_env},
    {"ports", check_texts},      {"volumes", check_texts},           {"options", check_any_text},
    {"command", check_any_text}, {"entrypoint", check_any_text},
};

void check_container(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (value.is_scalar())
    syntax.text(value, Empty::Refused);
  else
    syntax.section(value, "'container'", kContainer, Empty::Refused);
}

void check_service(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (value.is_scalar())
    syntax.text(value, Empty::Refused);
  else
    syntax.section(value, cat("the service '", key.text, "'"), kService, Empty::Refused);
}

void check_services(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (!syntax.is_expression(value))
    syntax.named(value, "'services'", Empty::Refused, check_service);
}

constexpr Member kSnapshot[] = {
    {"image-name", check_text}, {"version", check_text}, {"if", check_text}};

void check_snapshot(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (value.is_scalar()) {
    syntax.text(value, Empty::Refused);
    return;
  }
  syntax.section(value, "'snapshot'", kSnapshot, Empty::Refused);
  if (value.is_mapping() && value.find("image-name") == nullptr)
    syntax.missing(key.position, "'snapshot' needs 'image-name'");
}

void check_call_with(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.named(value, "'with'", Empty::Refused, check_any_text);
}

void check_call_secrets(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (!value.is_scalar()) return syntax.named(value, "'secrets'", Empty::Refused, check_any_text);
  if (value.text != "inherit")
    syntax.out().error(value.position, "wrong-type",
                       cat("'secrets' must be a mapping or 'inherit', not '", value.text, "'"));
}

constexpr Member kJob[] = {
    {"name", check_any_text},
    {"needs", check_needs},
    {"if", check_text},
    {"runs-on", check_runs_on},
    {"permissions", check_permissions_syntax},
    {"environment", check_environment},
    {"concurrency", check_concurrency},
    {"outputs", check_outputs},
    {"env", check_env},
    {"defaults", check_defaults},
    {"strategy", check_strategy},
    {"timeout-minutes", check_minutes},
    {"cancel-timeout-minutes", check_minutes},
    {"continue-on-error", check_boolean},
    {"container", check_container},
    {"services", check_services},
    {"snapshot", check_snapshot},
    {"steps", check_steps_syntax},
    {"uses", check_text},
    {"with", check_call_with},
    {"secrets", check_call_secrets},
};

constexpr std::string_view kOnlyWithSteps =
    "runs-on environment outputs env defaults timeout-minutes cancel-timeout-minutes "
    "continue-on-error container services snapshot steps";

void check_call_keys(Syntax& syntax, const YamlNode& id, const YamlNode& job) {
  for (const auto& [key, value] : job.members)
    if (has_word(kOnlyWithSteps, key.text))
      syntax.out().error(
          key.position, "misplaced-key",
          cat("the job '", id.text, "' calls a workflow by 'uses', so it has no '", key.text,
              "'; only name, needs, if, uses, with, secrets, permissions, strategy "
              "and concurrency may stand beside it"));
}

void check_steps_job_keys(Syntax& syntax, const YamlNode& id, const YamlNode& job) {
  for (const std::string_view key : {"runs-on", "steps"}) {
    const YamlNode* value = job.find(key);
    if (value == nullptr || (key == "steps" && value->kind == YamlKind::Null))
      syntax.missing(id.position, cat("job '", id.text, "' needs '", key, "'"));
  }
  for (const std::string_view key : {"with", "secrets"})
    if (const YamlNode* at = job.find_key(key))
      syntax.out().error(at->position, "misplaced-key",
                         cat("'", key,
                             "' belongs to a job that calls a workflow by 'uses', which "
                             "job '",
                             id.text, "' does not"));
}

void check_job(Syntax& syntax, const YamlNode& id, const YamlNode& job) {
  syntax.section(job, cat("job '", id.text, "'"), kJob, Empty::Refused);
  if (job.find("uses") != nullptr)
    check_call_keys(syntax, id, job);
  else if (job.is_mapping() || job.kind == YamlKind::Null)
    check_steps_job_keys(syntax, id, job);
}

}  // namespace

void check_jobs_syntax(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.named(value, "'jobs'", Empty::Refused, check_job);
}

}  // namespace sluice::pipeline::github
