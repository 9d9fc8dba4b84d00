#include "pipeline/github/lint/uses_rules.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/expression/template.h"
#include "pipeline/github/lint/interfaces.h"
#include "pipeline/github/lint/popular_actions.h"
#include "pipeline/github/lint/value_rules.h"

namespace sluice::pipeline::github {
namespace {

std::vector<std::string> names_of(const std::vector<InterfaceInput>& inputs) {
  std::vector<std::string> names;
  for (const InterfaceInput& input : inputs) names.push_back(input.name);
  return names;
}

const InterfaceInput* find_input(const std::vector<InterfaceInput>& inputs, std::string_view name) {
  for (const InterfaceInput& input : inputs)
    if (equal_ignoring_case(input.name, name)) return &input;
  return nullptr;
}

bool is_given(const YamlNode* with, std::string_view name) {
  if (with == nullptr) return false;
  return std::any_of(with->members.begin(), with->members.end(), [&](const auto& member) {
    return equal_ignoring_case(member.first.text, name);
  });
}

std::string known_list(const std::vector<std::string>& names) {
  return names.empty() ? std::string("it has none") : cat("it has ", join(names, ", "));
}

void check_inputs(const Interface& called, const YamlNode& uses, const YamlNode* with,
                  Mistakes& out) {
  if (with != nullptr && !with->is_mapping()) return;
  for (const InterfaceInput& input : called.inputs)
    if (input.required && !is_given(with, input.name))
      out.warning(uses.position, "missing-input",
                  cat("'", called.what, "' needs the input '", input.name, "'"));
  if (with == nullptr) return;
  for (const auto& [name, value] : with->members) {
    const InterfaceInput* input = find_input(called.inputs, name.text);
    if (input != nullptr && !input->deprecation.empty())
      out.warning(name.position, "deprecated-input",
                  cat("the input '", name.text, "' of '", called.what,
                      "' should not be used any more: ", input->deprecation));
    if (input != nullptr || called.any_input) continue;
    const std::vector<std::string> known = names_of(called.inputs);
    out.warning(name.position, "unknown-input",
                cat("'", name.text, "' is no input of '", called.what, "'; ", known_list(known),
                    did_you_mean(to_lower(name.text), known)));
  }
}

// What is wrong with the form "owner/repository[/path]@ref"; empty: nothing.
std::string_view form_problem(std::string_view uses) {
  const std::size_t at = uses.find('@');
  if (at == std::string_view::npos) return "the '@' and the version are missing";
  if (at + 1 == uses.size()) return "the version behind '@' is missing";
  const auto parts = split(uses.substr(0, at), '/');
  if (parts.size() < 2) return "the owner or the repository is missing";
  if (parts[0].empty() || parts[1].empty()) return "the owner or the repository is empty";
  return {};
}

void check_image(const YamlNode& uses, Mistakes& out) {
  const std::string_view image = std::string_view(uses.text).substr(9);
  if (image.empty())
    out.error(uses.position, "invalid-uses", "the name of the image behind 'docker://' is missing");
  else if (image.ends_with(':'))
    out.error(uses.position, "invalid-uses",
              cat("the tag of the image '", image, "' behind ':' is missing"));
}

void check_age(const YamlNode& uses, Mistakes& out) {
  const std::size_t at = uses.text.rfind('@');
  const std::string_view name = std::string_view(uses.text).substr(0, at);
  const std::string_view version = std::string_view(uses.text).substr(at + 1);
  const int major = major_version(version);
  const int runnable = first_runnable_major(name);
  if (major < 0 || major >= runnable) return;
  out.warning(uses.position, "outdated-action",
              cat("'", uses.text, "' needs a Node.js that GitHub's runners no longer have; use ",
                  "v", runnable, " or a later version"));
}

void check_action(const YamlNode& step, const SourceFile& file, Mistakes& out) {
  const YamlNode* uses = step.find("uses");
  if (uses == nullptr || !uses->is_scalar() || uses->text.empty() ||
      contains_expression(uses->text))
    return;
  const std::string& text = uses->text;
  if (text.starts_with("docker://")) return check_image(*uses, out);
  const bool local = text.starts_with("./") || text.starts_with("$/");
  if (!local) {
    if (const std::string_view problem = form_problem(text); !problem.empty()) {
      out.error(uses->position, "invalid-uses",
                cat("'", text, "' names no action: ", problem,
                    "; expected {owner}/{repository}[/path]@{ref}, ./path or docker://image:tag"));
      return;
    }
    check_age(*uses, out);
  }
  for (const std::string& problem : metadata_problems(file, text))
    out.warning(uses->position, "action-metadata", cat("'", text, "': ", problem));
  if (local) return;  // the reader checks its inputs
  if (const auto called = action_interface(file, text))
    check_inputs(*called, *uses, step.find("with"), out);
}

bool is_workflow_name(std::string_view uses) {
  if (uses.starts_with("./") || uses.starts_with("$/"))
    return uses.size() > 2 && uses.find('@') == std::string_view::npos;
  if (uses.starts_with('/') || uses.starts_with('.')) return false;
  const std::size_t at = uses.find('@');
  if (at == std::string_view::npos || at + 1 == uses.size()) return false;
  const auto parts = split(uses.substr(0, at), '/');
  return parts.size() >= 3 && std::none_of(parts.begin(), parts.begin() + 2,
                                           [](std::string_view part) { return part.empty(); });
}

// One kind of what is given to a called workflow: its inputs or its secrets.
void check_arguments(const Interface& called, const std::vector<InterfaceInput>& declared,
                     std::string_view kind, const YamlNode& uses, const YamlNode* given,
                     Mistakes& out) {
  for (const InterfaceInput& input : declared)
    if (input.required && !is_given(given, input.name))
      out.error(uses.position, "call-arguments",
                cat("'", called.what, "' needs the ", kind, " '", input.name, "'"));
  if (given == nullptr) return;
  const std::vector<std::string> known = names_of(declared);
  for (const auto& [name, value] : given->members)
    if (find_input(declared, name.text) == nullptr)
      out.error(value.position, "call-arguments",
                cat("'", name.text, "' is no ", kind, " of '", called.what, "'; ",
                    known_list(known), did_you_mean(to_lower(name.text), known)));
}

void check_secrets(const Interface& called, const YamlNode& uses, const YamlNode* secrets,
                   Mistakes& out) {
  if (secrets != nullptr && secrets->is_scalar() && secrets->text == "inherit") return;
  check_arguments(called, called.secrets, "secret", uses, secrets, out);
}

}  // namespace

void check_actions(const YamlNode& root, const SourceFile& file, Mistakes& out) {
  for_each_job(root, [&](const YamlNode&, const YamlNode& job) {
    for_each_step(job, [&](const YamlNode& step) { check_action(step, file, out); });
  });
}

void check_calls(const YamlNode& root, const SourceFile& file, Mistakes& out) {
  for_each_job(root, [&](const YamlNode&, const YamlNode& job) {
    const YamlNode* uses = job.find("uses");
    if (uses == nullptr || !uses->is_scalar() || uses->text.empty() ||
        contains_expression(uses->text))
      return;
    if (!is_workflow_name(uses->text)) {
      out.error(uses->position, "invalid-uses",
                cat("'", uses->text,
                    "' names no workflow; expected "
                    "{owner}/{repository}/{path}.yml@{ref} or ./.github/workflows/{name}.yml"));
      return;
    }
    const auto called = workflow_interface(file, uses->text);
    if (!called) return;
    check_arguments(*called, called->inputs, "input", *uses, job.find("with"), out);
    check_secrets(*called, *uses, job.find("secrets"), out);
  });
}

}  // namespace sluice::pipeline::github
