#include "pipeline/github/lint/lint.h"

namespace sluice::pipeline::github {

std::vector<Diagnostic> lint(const Subject& subject) {
  const Workflow& workflow = subject.workflow;
  Findings out;
  lint_unknown_needs(workflow, out);
  lint_needs_cycle(workflow, out);
  lint_needs_context(workflow, out);
  lint_duplicate_step_id(workflow, out);
  lint_step_references(workflow, out);
  lint_always_true_if(workflow, out);
  lint_hidden_pipe_failure(workflow, out);
  lint_artifact_clash(workflow, out);
  return out;
}

}  // namespace sluice::pipeline::github
