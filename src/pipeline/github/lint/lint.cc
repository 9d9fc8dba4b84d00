#include "pipeline/github/lint/lint.h"

#include "pipeline/github/lint/scripts.h"

namespace sluice::pipeline::github {
namespace {

using Rule = void (*)(const Subject&, Findings&);

constexpr Rule kRules[] = {
    lint_hidden_pipe_failure,
    lint_ignored_test_failure,
    lint_uncancellable_job,
    lint_job_outputs,
    lint_failure_not_seen,
    lint_never_runs,
    lint_boolean_and_text,
    lint_unquoted_version,
    lint_cache_key,
    lint_before_checkout,
    lint_concurrency,
    lint_gpu_without_timeout,
    lint_filters,
    lint_secret_in_output,
    lint_model_gates,
    lint_hollow_check,
    lint_literal_metric,
    lint_unapproved_model,
};

// They follow what needs what; where that is wrong they would only tell the same mistake again.
constexpr Rule kGraphRules[] = {
    lint_skipped_by_ancestor,
    lint_artifact_without_producer,
    lint_deploy_without_gate,
};

}  // namespace

std::vector<Diagnostic> lint(const Subject& file) {
  const WorkflowScripts scripts = read_scripts(file);
  const Subject subject{file.workflow, file.root, file.source, &scripts};
  const Workflow& workflow = subject.workflow;
  Findings out;
  lint_unknown_needs(workflow, out);
  lint_needs_cycle(workflow, out);
  const bool graph_stands = out.empty();
  lint_needs_context(workflow, out);
  lint_duplicate_step_id(workflow, out);
  lint_step_references(workflow, out);
  lint_always_true_if(workflow, out);
  lint_artifact_clash(workflow, out);
  for (const auto rule : kRules) rule(subject, out);
  if (graph_stands)
    for (const auto rule : kGraphRules) rule(subject, out);
  return out;
}

}  // namespace sluice::pipeline::github
