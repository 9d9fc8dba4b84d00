// Secrets where they are lost on the way.
#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/lint/scripts.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

bool is_secret_path(const ExpressionNode& node) {
  const std::vector<std::string> path = constant_path(node);
  return path.size() >= 2 && equal_ignoring_case(path[0], "secrets") &&
         !equal_ignoring_case(path[1], "GITHUB_TOKEN");
}

// The text is or holds a secret; a comparison with one is only true or false.
bool names_secret(const Token& token) {
  bool found = false;
  for_each_expression(token, [&](const Token&, const Expression& expression) {
    const ExpressionNode& root = expression.root;
    found = found || is_secret_path(root);
    if (root.kind == NodeKind::Call || root.kind == NodeKind::Or)
      found = found || std::any_of(root.children.begin(), root.children.end(), is_secret_path);
  });
  return found;
}

// Variables of the step or job whose value is a secret.
std::vector<std::string> secret_variables(const Job& job, const Step& step) {
  std::vector<std::string> names;
  for (const Token* env : {&step.env, &job.env})
    for (const TokenEntry& entry : env->entries)
      if (!entry.insert && names_secret(entry.value)) names.push_back(entry.key.literal_text());
  return names;
}

bool reads_variable(std::string_view text, const std::string& name) {
  if (text.find(cat("${", name, "}")) != std::string_view::npos) return true;
  const std::size_t at = text.find(cat("$", name));
  if (at == std::string_view::npos) return false;
  const std::size_t end = at + 1 + name.size();
  const char next = end < text.size() ? text[end] : ' ';
  return !(next == '_' || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
           (next >= '0' && next <= '9'));
}

bool is_job_output(const Job& job, const Step& step, std::string_view name) {
  bool found = false;
  for_each_path(job.outputs, [&](const ReadPath& read) {
    found = found || (read.names.size() == 4 && equal_ignoring_case(read.names[0], "steps") &&
                      equal_ignoring_case(read.names[1], step.id) &&
                      equal_ignoring_case(read.names[3], name));
  });
  return found;
}

// `echo "name=…" >> $GITHUB_OUTPUT`: the name, when a secret is what is written.
void check_command(const Subject& subject, const Script& script, const ShellCommand& command,
                   const std::vector<std::string>& variables, Findings& out) {
  if (command.redirected.find("GITHUB_OUTPUT") == std::string::npos || command.words.size() < 2)
    return;
  const std::string& written = command.words.back();
  const std::size_t equals = written.find('=');
  if (equals == std::string::npos) return;
  const std::string value = written.substr(equals + 1);
  const bool secret = value.find("secrets.") != std::string::npos ||
                      std::any_of(variables.begin(), variables.end(), [&](const std::string& name) {
                        return reads_variable(value, name);
                      });
  if (!secret || !is_job_output(script.job, script.step, written.substr(0, equals))) return;
  add_at_command(subject, script, command, Severity::Warning, "secret-in-output",
                 cat("the output '", written.substr(0, equals), "' of job '", script.job.id,
                     "' holds a secret, so it is dropped and empty in other jobs; let them read "
                     "the secret themselves"),
                 out);
}

}  // namespace

void lint_secret_in_output(const Subject& subject, Findings& out) {
  for (const Job& job : subject.workflow.jobs)
    for (const TokenEntry& entry : job.outputs.entries)
      if (names_secret(entry.value))
        add_finding(subject.workflow, Severity::Warning, "secret-in-output", entry.value.position,
                    cat("an output that holds a secret is dropped, so '", entry.key.literal_text(),
                        "' is empty in other jobs; let them read the secret themselves"),
                    out);
  for_each_script(subject, [&](const Script& script) {
    if (script.step.id.empty() || script.text.find("GITHUB_OUTPUT") == std::string::npos) return;
    const std::vector<std::string> variables = secret_variables(script.job, script.step);
    for (const ShellCommand& command : script.commands)
      check_command(subject, script, command, variables, out);
  });
}

}  // namespace sluice::pipeline::github
