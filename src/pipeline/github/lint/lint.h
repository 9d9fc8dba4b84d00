// Mistakes of a workflow that show only when its parts are seen together. One function per rule;
// each adds its findings. Pure.
#pragma once

#include <vector>

#include "pipeline/diagnostic.h"
#include "pipeline/github/lint/subject.h"

namespace sluice::pipeline::github {

// All rules, in the order below.
std::vector<Diagnostic> lint(const Subject& subject);

using Findings = std::vector<Diagnostic>;

// graph_rules.cc
void lint_unknown_needs(const Workflow& workflow, Findings& out);  // unknown-needs
void lint_needs_cycle(const Workflow& workflow, Findings& out);    // needs-cycle
void lint_needs_context(const Workflow& workflow, Findings& out);  // needs-not-listed

// step_rules.cc
void lint_duplicate_step_id(const Workflow& workflow, Findings& out);  // duplicate-step-id
void lint_step_references(const Workflow& workflow,
                          Findings& out);  // undefined-step, step-too-early
void lint_always_true_if(const Workflow& workflow, Findings& out);       // always-true-if
void lint_hidden_pipe_failure(const Workflow& workflow, Findings& out);  // hidden-pipe-failure
void lint_artifact_clash(const Workflow& workflow, Findings& out);       // artifact-name-clash

}  // namespace sluice::pipeline::github
