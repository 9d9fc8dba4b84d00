#include <algorithm>
#include <map>

#include "base/strings.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

const Step* find_step(const Job& job, std::string_view id) {
  for (const Step& step : job.steps)
    if (!step.id.empty() && equal_ignoring_case(step.id, id)) return &step;
  return nullptr;
}

std::vector<std::string> step_ids(const Job& job) {
  std::vector<std::string> ids;
  for (const Step& step : job.steps)
    if (!step.id.empty()) ids.push_back(step.id);
  return ids;
}

// `before`: the first step that cannot be read yet; null when all have run.
void check_step_read(const Workflow& workflow, const Job& job, const Step* before,
                     const ReadPath& read, Findings& out) {
  if (read.names.size() < 2 || !equal_ignoring_case(read.names[0], "steps")) return;
  const std::string& id = read.names[1];
  if (id == "*") return;
  const Step* step = find_step(job, id);
  if (step == nullptr) {
    add_finding(workflow, Severity::Warning, "undefined-step", position_of(workflow, read),
                cat("no step of job '", job.id, "' has the id '", id, "', so 'steps.", id,
                    "' is always empty", did_you_mean(id, step_ids(job))),
                out);
  } else if (before != nullptr && step >= before) {
    add_finding(workflow, Severity::Warning, "step-too-early", position_of(workflow, read),
                cat("'steps.", id, "' is read before the step '", id, "' has run, so it is empty"),
                out);
  }
}

void check_condition_text(const Workflow& workflow, const If& condition, Findings& out) {
  if (!condition.present() || !condition.condition.always_true_text) return;
  add_finding(workflow, Severity::Warning, "always-true-if", condition.position,
              "there is text around '${{ }}', which makes the condition a text that is never "
              "empty: it is always true; put the whole condition inside",
              out);
}

struct Upload {
  const Step* step;
  std::string name;
};

// Names that are the same whatever the leg; nothing when the name depends on something.
std::optional<std::string> fixed_upload_name(const Step& step) {
  if (!step.uses || step.uses->name != "actions/upload-artifact") return std::nullopt;
  const Token* overwrite = step.with.find("overwrite");
  if (overwrite != nullptr && overwrite->source() == "true") return std::nullopt;
  const Token* name = step.with.find("name");
  if (name == nullptr) return "artifact";
  // With an `if` the step may run in one leg, or one job, alone.
  if (name->has_expression() || step.condition.present()) return std::nullopt;
  return name->literal_text();
}

bool is_immutable(const Step& step) {
  const std::string& version = step.uses->version;
  return !(version == "v1" || version == "v2" || version == "v3" || version.starts_with("v1.") ||
           version.starts_with("v2.") || version.starts_with("v3."));
}

bool has_legs(const Job& job) {
  if (!job.strategy.matrix.present()) return false;
  return job.strategy.matrix.has_expression() || !job.strategy.matrix.entries.empty();
}

}  // namespace

void lint_duplicate_step_id(const Workflow& workflow, Findings& out) {
  for (const Job& job : workflow.jobs)
    for (const Step& step : job.steps) {
      if (step.id.empty()) continue;
      const Step* first = find_step(job, step.id);
      if (first == &step) continue;
      add_finding(workflow, Severity::Error, "duplicate-step-id", step.id_position,
                  cat("the step id '", step.id, "' is used already at line ",
                      first->id_position.line, " of this job (case does not count)"),
                  out);
    }
}

void lint_step_references(const Workflow& workflow, Findings& out) {
  for (const Job& job : workflow.jobs) {
    for_each_path(
        job, [&](const ReadPath& read) { check_step_read(workflow, job, nullptr, read, out); });
    for (const Step& step : job.steps)
      for_each_path(
          step, [&](const ReadPath& read) { check_step_read(workflow, job, &step, read, out); });
  }
}

void lint_always_true_if(const Workflow& workflow, Findings& out) {
  for (const Job& job : workflow.jobs) {
    check_condition_text(workflow, job.condition, out);
    for (const Step& step : job.steps) check_condition_text(workflow, step.condition, out);
  }
}

void lint_artifact_clash(const Workflow& workflow, Findings& out) {
  std::map<std::string, const Step*> first;
  for (const Job& job : workflow.jobs)
    for (const Step& step : job.steps) {
      const auto name = fixed_upload_name(step);
      if (!name || !is_immutable(step)) continue;
      const auto [same, fresh] = first.emplace(*name, &step);
      if (has_legs(job))
        add_finding(workflow, Severity::Warning, "artifact-name-clash", step.uses->position,
                    cat("every leg of job '", job.id, "' uploads an artifact '", *name,
                        "', and the second one fails; put a matrix value into its name"),
                    out);
      else if (!fresh)
        add_finding(workflow, Severity::Warning, "artifact-name-clash", step.uses->position,
                    cat("the artifact '", *name, "' is uploaded already at line ",
                        same->second->position.line, "; the second upload of a name fails"),
                    out);
    }
}

}  // namespace sluice::pipeline::github
