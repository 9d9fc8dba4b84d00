// Mistakes of a workflow that show only when its parts are seen together. One function per rule;
// each adds its findings. Pure.
#pragma once

#include <vector>

#include "pipeline/diagnostic.h"
#include "pipeline/github/lint/subject.h"

namespace sluice::pipeline::github {

// All rules, in the order below.
std::vector<Diagnostic> lint(const Subject& file);

using Findings = std::vector<Diagnostic>;

// graph_rules.cc
void lint_unknown_needs(const Workflow& workflow, Findings& out);  // unknown-needs
void lint_needs_cycle(const Workflow& workflow, Findings& out);    // needs-cycle
void lint_needs_context(const Workflow& workflow, Findings& out);  // needs-not-listed

// step_rules.cc
void lint_duplicate_step_id(const Workflow& workflow, Findings& out);  // duplicate-step-id
void lint_step_references(const Workflow& workflow,
                          Findings& out);  // undefined-step, step-too-early
void lint_always_true_if(const Workflow& workflow, Findings& out);  // always-true-if
void lint_artifact_clash(const Workflow& workflow, Findings& out);  // artifact-name-clash

// script_rules.cc
void lint_hidden_pipe_failure(const Subject& subject, Findings& out);   // hidden-pipe-failure
void lint_ignored_test_failure(const Subject& subject, Findings& out);  // ignored-test-failure

// flow_rules.cc
void lint_skipped_by_ancestor(const Subject& subject, Findings& out);  // skipped-by-ancestor
void lint_uncancellable_job(const Subject& subject, Findings& out);    // uncancellable-job
void lint_job_outputs(const Subject& subject, Findings& out);  // matrix-output, conditional-output
void lint_failure_not_seen(const Subject& subject, Findings& out);  // failure-not-seen
void lint_never_runs(const Subject& subject, Findings& out);        // never-runs

// type_rules.cc
void lint_boolean_and_text(const Subject& subject, Findings& out);  // boolean-and-text
void lint_unquoted_version(const Subject& subject, Findings& out);  // unquoted-version

// data_rules.cc
void lint_artifact_without_producer(const Subject& subject,
                                    Findings& out);          // artifact-without-producer
void lint_cache_key(const Subject& subject, Findings& out);  // cache-key-without-hash
void lint_before_checkout(const Subject& subject,
                          Findings& out);  // action-before-checkout, hash-before-checkout

// run_control_rules.cc
void lint_concurrency(const Subject& subject, Findings& out);          // concurrency-clash,
                                                                       // concurrency-without-ref,
                                                                       // cancelled-deploy
void lint_gpu_without_timeout(const Subject& subject, Findings& out);  // gpu-without-timeout
void lint_filters(const Subject& subject, Findings& out);              // filter-without-match

// secret_rules.cc
void lint_secret_in_output(const Subject& subject, Findings& out);  // secret-in-output

// model_rules.cc
void lint_deploy_without_gate(const Subject& subject, Findings& out);  // deploy-without-gate
void lint_model_gates(const Subject& subject,
                      Findings& out);  // gate-cannot-fail, gate-without-baseline
void lint_hollow_check(const Subject& subject, Findings& out);      // hollow-check
void lint_literal_metric(const Subject& subject, Findings& out);    // literal-metric
void lint_unapproved_model(const Subject& subject, Findings& out);  // unapproved-model

}  // namespace sluice::pipeline::github
