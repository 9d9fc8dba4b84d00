#include "pipeline/github/workflow_reader.h"

#include "base/strings.h"
#include "pipeline/github/calls.h"
#include "pipeline/github/concurrency.h"
#include "pipeline/github/lint/check_file.h"
#include "pipeline/github/lint/mistakes.h"
#include "pipeline/github/local_action.h"

namespace sluice::pipeline::github {
namespace {

void read_name(Reading& reading, const YamlNode& root, Workflow& workflow) {
  const YamlNode* name = root.find("name");
  if (name == nullptr) return;
  if (!name->is_scalar()) {
    reading.error(name->position, "wrong-type", "'name' must be a text");
    return;
  }
  if (name->kind != YamlKind::Null && !name->text.empty()) workflow.name = name->text;
}

void read_root(Reading& reading, const YamlNode& root, Workflow& workflow) {
  if (root.kind == YamlKind::Null) {
    reading.error({1, 1}, "empty-file", "the workflow is empty; it needs 'on' and 'jobs'");
    return;
  }
  if (!reading.is_mapping(root, "a workflow")) return;
  reading.check_keys(root, workflow_keys(), "a workflow");
  const Scopes& scopes = reading.scopes();
  read_name(reading, root, workflow);
  workflow.run_name = reading.token_at(root, "run-name", Shape::Scalar, scopes.run_name);
  workflow.env = reading.texts_at(root, "env", scopes.workflow_env);
  workflow.defaults = reading.run_defaults_at(root, ExpressionScope{});
  workflow.concurrency = read_concurrency(reading, root, scopes.workflow_concurrency);
  workflow.permissions = read_permissions(root);
  if (const YamlNode* on = root.find("on"))
    workflow.triggers = read_triggers(reading, *on);
  else
    reading.error(root.position, "missing-key", "the workflow needs 'on': what starts it");
  if (const YamlNode* jobs = root.find("jobs"))
    workflow.jobs = read_jobs(reading, *jobs);
  else
    reading.error(root.position, "missing-key", "the workflow needs 'jobs'");
  for (std::size_t i = 0; i < workflow.jobs.size(); ++i)
    workflow.job_index.emplace(to_lower(workflow.jobs[i].id), i);
}

ReadWorkflow read_parsed(const SourceFile& file, YamlParse parse) {
  ReadWorkflow result;
  result.workflow.file = file.path;
  result.workflow.name = file.path;
  result.workflow.text = file.text;
  Reading reading(file.path, file.text);
  if (parse.is_readable()) read_root(reading, parse.root, result.workflow);
  result.diagnostics = merge_findings(check_file(file, parse), reading.take_diagnostics());
  if (parse.is_readable()) result.root = std::move(parse.root);
  attach_local_actions(file, result.workflow, result.diagnostics);
  result.workflow.not_enforced = reading.take_not_enforced();
  return result;
}

}  // namespace

std::optional<std::string_view> wrong_input_value(InputType type, const Token& value) {
  if (!value.present() || value.has_expression()) return std::nullopt;
  if (type == InputType::Boolean && value.kind != TokenKind::Boolean) return "true or false";
  if (type == InputType::Number && value.kind != TokenKind::Number) return "a number";
  const bool container = value.kind == TokenKind::Sequence || value.kind == TokenKind::Mapping;
  if (container) return "a text";
  return std::nullopt;
}

YamlParse parse_workflow(std::string_view text, const ReaderLimits& limits) {
  return parse_yaml(text, {.max_bytes = limits.max_file_size, .max_depth = limits.max_depth});
}

ReadWorkflow read_workflow(const SourceFile& file, const ReaderLimits& limits) {
  return read_workflow(file, parse_workflow(file.text, limits), limits);
}

ReadWorkflow read_workflow(const SourceFile& file, YamlParse parse, const ReaderLimits& limits) {
  ReadWorkflow read = read_parsed(file, std::move(parse));
  std::vector<Diagnostic> found;
  load_calls(read.workflow, file, limits, found);
  read.diagnostics = merge_findings(std::move(read.diagnostics), std::move(found));
  return read;
}

ReadWorkflow read_one_workflow(const SourceFile& file, const ReaderLimits& limits) {
  return read_parsed(file, parse_workflow(file.text, limits));
}

}  // namespace sluice::pipeline::github
