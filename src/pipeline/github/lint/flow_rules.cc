// Which jobs and steps run, and which never do, seen over the whole graph.
#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/graph.h"
#include "pipeline/github/lint/event_facts.h"
#include "pipeline/github/lint/scripts.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

bool calls(const If& condition, std::string_view function) {
  if (!condition.present()) return false;
  bool found = false;
  for_each_node(condition.condition.expression.root, [&](const ExpressionNode& node) {
    found = found || (node.kind == NodeKind::Call && equal_ignoring_case(node.name, function));
  });
  return found;
}

// Runs although something before it was skipped.
bool overrides_skips(const Job& job) {
  return calls(job.condition, "always") || calls(job.condition, "cancelled");
}

bool adds_success(const Job& job) {
  return !job.condition.present() || job.condition.source.empty() ||
         job.condition.condition.adds_success;
}

// Skipped by its own condition in a run where nothing fails.
bool may_be_skipped(const Job& job) {
  return job.condition.present() && !job.condition.source.empty() && !overrides_skips(job) &&
         !job.condition.condition.always_true_text &&
         job.condition.condition.expression.root.kind != NodeKind::Literal &&
         !(job.condition.condition.expression.root.kind == NodeKind::Call);
}

void check_skipped_ancestor(const Workflow& workflow, const JobGraph& graph, std::size_t index,
                            Findings& out) {
  const Job& job = workflow.jobs[index];
  if (!adds_success(job)) return;
  for (const std::size_t need : graph.needs(index)) {
    if (!overrides_skips(workflow.jobs[need])) continue;
    const std::vector<bool> ancestors = graph.ancestors(need);
    for (std::size_t i = 0; i < workflow.jobs.size(); ++i) {
      const bool direct = std::find(graph.needs(index).begin(), graph.needs(index).end(), i) !=
                          graph.needs(index).end();
      if (i == need || direct || !ancestors[i] || !may_be_skipped(workflow.jobs[i])) continue;
      add_finding(
          workflow, Severity::Warning, "skipped-by-ancestor", job.position,
          cat("job '", job.id, "' is skipped whenever '", workflow.jobs[i].id, "' is, although '",
              workflow.jobs[need].id,
              "' then runs: without a status function, an 'if' looks at all jobs before; say 'if: "
              "${{ !cancelled() && needs.",
              workflow.jobs[need].id, ".result == 'success' }}'"),
          out);
      return;
    }
  }
}

bool is_clean_up(const Job& job) {
  for (const std::string_view word :
       {"clean", "teardown", "tear-down", "destroy", "delete", "stop", "terminate", "release-lock"})
    if (name_has(job.id, word) || name_has(job.name.source(), word)) return true;
  return false;
}

const Step* step_of(const Job& job, std::string_view id) {
  for (const Step& step : job.steps)
    if (!step.id.empty() && equal_ignoring_case(step.id, id)) return &step;
  return nullptr;
}

// `${{ steps.ID.outputs.NAME }}` and nothing else: the step.
const Step* source_step(const Job& job, const Token& output) {
  const Expression* expression = output.text.single_expression();
  if (expression == nullptr) return nullptr;
  const std::vector<std::string> path = constant_path(expression->root);
  if (path.size() != 4 || !equal_ignoring_case(path[0], "steps")) return nullptr;
  return step_of(job, path[1]);
}

bool mentions(const If& condition, std::string_view context) {
  if (!condition.present()) return false;
  const auto paths = referenced_paths(condition.condition.expression.root);
  return std::any_of(paths.begin(), paths.end(), [&](const std::vector<std::string>& path) {
    return !path.empty() && equal_ignoring_case(path[0], context);
  });
}

// At least two legs, as far as it is written.
bool has_several_legs(const Token& matrix) {
  if (!matrix.present()) return false;
  if (matrix.has_expression()) return true;
  for (const TokenEntry& entry : matrix.entries)
    if (entry.insert || entry.value.has_expression() || entry.value.items.size() > 1) return true;
  return false;
}

using VisitRead = std::function<void(const Job& reader, const ReadPath& read)>;

// Reads of `needs.JOB.outputs.NAME`.
void for_each_output_read(const Workflow& workflow, const Job& producer, std::string_view output,
                          const VisitRead& visit) {
  for (const Job& job : workflow.jobs) {
    const VisitPath check = [&](const ReadPath& read) {
      if (read.names.size() >= 4 && equal_ignoring_case(read.names[0], "needs") &&
          equal_ignoring_case(read.names[1], producer.id) &&
          equal_ignoring_case(read.names[2], "outputs") &&
          equal_ignoring_case(read.names[3], output))
        visit(job, read);
    };
    for_each_path(job, check);
    for (const Step& step : job.steps) for_each_path(step, check);
  }
}

void check_matrix_outputs(const Workflow& workflow, const Job& job, Findings& out) {
  if (!has_several_legs(job.strategy.matrix)) return;
  for (const TokenEntry& entry : job.outputs.entries) {
    if (entry.insert || entry.key.has_expression()) continue;
    const Step* source = source_step(job, entry.value);
    if (source != nullptr && mentions(source->condition, "matrix")) continue;
    const std::string name = entry.key.literal_text();
    bool read = false;
    for_each_output_read(workflow, job, name, [&](const Job&, const ReadPath&) { read = true; });
    if (!read) continue;
    add_finding(workflow, Severity::Warning, "matrix-output", entry.key.position,
                cat("every leg of job '", job.id, "' sets the output '", name,
                    "', and the leg that ends last wins; write it to an artifact named after the "
                    "leg, or let one leg alone set it"),
                out);
  }
}

bool is_in_condition(const ReadPath& read, const If& condition) {
  return condition.present() && read.text_start == condition.position;
}

bool read_only_in_conditions(const Workflow& workflow, const Job& job, std::string_view output) {
  bool only = true;
  for_each_output_read(workflow, job, output, [&](const Job& reader, const ReadPath& read) {
    bool inside = is_in_condition(read, reader.condition);
    for (const Step& step : reader.steps) inside = inside || is_in_condition(read, step.condition);
    // A reader with an `if` on this output runs only when it is set.
    inside = inside || mentions(reader.condition, "needs");
    only = only && inside;
  });
  return only;
}

void check_conditional_outputs(const Workflow& workflow, const Job& job, Findings& out) {
  for (const TokenEntry& entry : job.outputs.entries) {
    if (entry.insert || entry.key.has_expression()) continue;
    const Step* source = source_step(job, entry.value);
    if (source == nullptr || !source->condition.present() || source->condition.source.empty())
      continue;
    const auto& root = source->condition.condition.expression.root;
    if (root.kind == NodeKind::Call || root.kind == NodeKind::Literal) continue;
    const std::string name = entry.key.literal_text();
    if (read_only_in_conditions(workflow, job, name)) continue;
    add_finding(workflow, Severity::Warning, "conditional-output", entry.value.position,
                cat("the output '", name, "' is empty when the step '", source->id,
                    "' is skipped (its 'if' at line ", source->condition.position.line,
                    "), and it is used without a check; give it another value with '||', or check "
                    "it where it is used"),
                out);
  }
}

bool is_lenient(const Step& step) {
  return step.continue_on_error.present() && step.continue_on_error.kind == TokenKind::Boolean &&
         step.continue_on_error.literal.as_boolean();
}

// `steps.ID.conclusion == 'failure'` of a step that cannot end so.
void check_conclusion(const Workflow& workflow, const Job& job, const If& condition,
                      Findings& out) {
  for_each_node(condition.condition.expression.root, [&](const ExpressionNode& node) {
    if (node.kind != NodeKind::Equal) return;
    const auto path = constant_path(node.children[0]);
    const ExpressionNode& other = node.children[1];
    if (path.size() != 3 || !equal_ignoring_case(path[0], "steps") ||
        !equal_ignoring_case(path[2], "conclusion") || other.kind != NodeKind::Literal ||
        other.literal.to_text() != "failure")
      return;
    const Step* step = step_of(job, path[1]);
    if (step == nullptr || !is_lenient(*step)) return;
    add_finding(workflow, Severity::Warning, "failure-not-seen",
                position_inside(condition.position, condition.style, condition.source, node.begin,
                                workflow.text),
                cat("never true: 'continue-on-error' makes the conclusion of '", step->id,
                    "' a success; ask for its outcome"),
                out);
  });
}

// `failure()` behind steps that all continue on error.
void check_failure_call(const Workflow& workflow, const Job& job, std::size_t index,
                        Findings& out) {
  const If& condition = job.steps[index].condition;
  if (!calls(condition, "failure") || calls(condition, "always")) return;
  const auto& root = condition.condition.expression.root;
  const bool decides = root.kind == NodeKind::Call || root.kind == NodeKind::And;
  const auto begin = job.steps.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(index);
  const bool lenient = std::all_of(begin, end, [](const Step& step) {
    return is_lenient(step) || (step.uses && step.uses->name.starts_with("actions/"));
  });
  const auto last = std::find_if(begin, end, is_lenient);
  if (!decides || !lenient || last == end) return;
  add_finding(workflow, Severity::Warning, "failure-not-seen", condition.position,
              "never true: the steps before have 'continue-on-error', so nothing counts as failed; "
              "ask for 'steps.ID.outcome == 'failure''",
              out);
}

void check_never_runs(const Subject& subject, const EventFacts& facts, const If& condition,
                      std::string_view what, Findings& out) {
  if (!condition.present() || condition.condition.always_true_text) return;
  const auto verdict = facts.judge(condition.condition.expression.root);
  if (verdict.truth != Truth::False || verdict.reason.empty()) return;
  add_finding(subject.workflow, Severity::Warning, "never-runs", condition.position,
              cat(what, " never runs: ", verdict.reason), out);
}

}  // namespace

void lint_skipped_by_ancestor(const Subject& subject, Findings& out) {
  const JobGraph graph(subject.workflow);
  if (!graph.find_cycle().empty()) return;
  for (std::size_t i = 0; i < subject.workflow.jobs.size(); ++i)
    check_skipped_ancestor(subject.workflow, graph, i, out);
}

void lint_uncancellable_job(const Subject& subject, Findings& out) {
  for (const Job& job : subject.workflow.jobs) {
    if (!calls(job.condition, "always") || calls(job.condition, "cancelled") || is_clean_up(job))
      continue;
    add_finding(subject.workflow, Severity::Warning, "uncancellable-job", job.condition.position,
                cat("job '", job.id,
                    "' cannot be cancelled: 'always()' is true for a cancelled run too; say "
                    "'!cancelled()'"),
                out);
  }
}

void lint_job_outputs(const Subject& subject, Findings& out) {
  for (const Job& job : subject.workflow.jobs) {
    check_matrix_outputs(subject.workflow, job, out);
    check_conditional_outputs(subject.workflow, job, out);
  }
}

void lint_failure_not_seen(const Subject& subject, Findings& out) {
  for (const Job& job : subject.workflow.jobs)
    for (std::size_t i = 0; i < job.steps.size(); ++i) {
      if (!job.steps[i].condition.present()) continue;
      check_conclusion(subject.workflow, job, job.steps[i].condition, out);
      check_failure_call(subject.workflow, job, i, out);
    }
}

void lint_never_runs(const Subject& subject, Findings& out) {
  const EventFacts facts(subject);
  for (const Job& job : subject.workflow.jobs) {
    check_never_runs(subject, facts, job.condition, cat("job '", job.id, "'"), out);
    for (const Step& step : job.steps)
      check_never_runs(subject, facts, step.condition, "the step", out);
  }
}

}  // namespace sluice::pipeline::github
