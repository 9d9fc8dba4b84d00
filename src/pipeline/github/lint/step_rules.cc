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

// Whether each line of a script that has a pipe would hide the failure of its left side.
bool pipes_into_command(std::string_view script) {
  for (const std::string_view line : split_lines(script)) {
    const std::string_view text = trim(line);
    if (text.starts_with('#')) continue;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '\\') {
        ++i;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '|') {
        if (i + 1 < text.size() && text[i + 1] == '|')
          ++i;
        else if (i > 0 && text[i - 1] != '>')
          return true;
      }
    }
  }
  return false;
}

// Programs whose own success says nothing about what is piped into them.
bool pipes_into_tee(std::string_view script) {
  for (std::size_t at = script.find('|'); at != std::string_view::npos;
       at = script.find('|', at + 1)) {
    const std::string_view after = trim(script.substr(at + 1, 16));
    if (after.starts_with("tee ") || after.starts_with("tee\t")) return true;
  }
  return false;
}

bool hides_pipe_failure(const Workflow& workflow, const Job& job, const Step& step) {
  if (step.uses || step.shell.present() || job.defaults.shell.present() ||
      workflow.defaults.shell.present())
    return false;
  const std::string script = step.run.source();
  if (script.find("pipefail") != std::string::npos) return false;
  return pipes_into_command(script) && pipes_into_tee(script);
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
  if (name->has_expression()) return std::nullopt;
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

void lint_hidden_pipe_failure(const Workflow& workflow, Findings& out) {
  for (const Job& job : workflow.jobs)
    for (const Step& step : job.steps)
      if (hides_pipe_failure(workflow, job, step))
        add_finding(workflow, Severity::Warning, "hidden-pipe-failure", step.run.position,
                    "a failure left of '| tee' is lost: the default shell has no pipefail; say "
                    "'shell: bash', or 'set -o pipefail'",
                    out);
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
