#include "pipeline/github/workflow.h"

#include "base/printable.h"
#include "base/strings.h"

namespace sluice::pipeline::github {

std::string If::evaluated() const {
  const Expression& expression = condition.expression;
  if (!condition.adds_success || expression.root.children.size() != 2)
    return expression.source(expression.root);
  return cat("success() && (", expression.source(expression.root.children[1]), ")");
}

namespace {

// GitHub's names.
std::string_view control_name(StepKind kind) {
  if (kind == StepKind::WaitAll) return "Wait for all";
  return kind == StepKind::Cancel ? "Cancel" : "Wait";
}

}  // namespace

std::string Step::shown_name() const {
  if (name.present() && !name.source().empty()) return one_line(name.source());
  if (is_control()) return std::string(control_name(kind));
  if (uses && uses->version.empty()) return cat("Run ", uses->name);
  if (uses) return cat("Run ", uses->name, "@", uses->version);
  const std::string script = run.source();
  const std::string_view first = trim(script);
  return cat("Run ", one_line(first.substr(0, first.find('\n'))));
}

const CallInput* CallInterface::find_input(std::string_view name) const {
  for (const CallInput& input : inputs)
    if (equal_ignoring_case(input.name, name)) return &input;
  return nullptr;
}

const CallSecret* CallInterface::find_secret(std::string_view name) const {
  for (const CallSecret& secret : secrets)
    if (equal_ignoring_case(secret.name, name)) return &secret;
  return nullptr;
}

const Job* Workflow::find_job(std::string_view id) const {
  const auto found = job_index.find(to_lower(id));
  return found == job_index.end() ? nullptr : &jobs[found->second];
}

const Trigger* Workflow::find_trigger(std::string_view event) const {
  for (const Trigger& trigger : triggers)
    if (equal_ignoring_case(trigger.event, event)) return &trigger;
  return nullptr;
}

std::vector<std::string> runner_labels(const Value& runs_on) {
  if (runs_on.kind() == ValueKind::Object) {
    const Value* labels = runs_on.find("labels");
    return labels == nullptr ? std::vector<std::string>{} : runner_labels(*labels);
  }
  if (runs_on.kind() != ValueKind::Array) return {runs_on.to_text()};
  std::vector<std::string> labels;
  for (const Value& item : runs_on.items()) labels.push_back(item.to_text());
  return labels;
}

std::vector<std::string> written_labels(const Token& runs_on) {
  std::vector<std::string> labels;
  if (runs_on.kind == TokenKind::Mapping) {
    const Token* below = runs_on.find("labels");
    return below != nullptr ? written_labels(*below) : labels;
  }
  if (runs_on.kind == TokenKind::Sequence)
    for (const Token& item : runs_on.items) labels.push_back(item.source());
  else if (runs_on.present())
    labels.push_back(runs_on.source());
  return labels;
}

std::string_view foreign_system(std::string_view label) {
  const std::string lower = to_lower(label);
  if (lower.starts_with("windows")) return "Windows";
  if (lower.starts_with("macos")) return "macOS";
  return {};
}

std::string_view foreign_system(const std::vector<std::string>& labels) {
  for (const std::string& label : labels)
    if (const std::string_view system = foreign_system(label); !system.empty()) return system;
  return {};
}

Treatment use_of_label(std::string_view label) {
  if (!foreign_system(label).empty()) return {KeyUse::Unsupported, "this host runs Linux"};
  const std::string lower = to_lower(label);
  if (lower == "self-hosted" || lower == "linux") return {};
  return {KeyUse::Approximated, "this host and what is installed on it"};
}

std::optional<std::string> unavailable_runner(const std::vector<std::string>& labels) {
  for (const std::string& label : labels)
    if (const Treatment use = use_of_label(label); use.use == KeyUse::Unsupported)
      return cat("needs a runner '", label, "'; ", use.remark);
  return std::nullopt;
}

}  // namespace sluice::pipeline::github
