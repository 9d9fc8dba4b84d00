// Secrets where they are lost on the way.
#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/lint/scripts.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

using Paths = std::function<bool(const std::vector<std::string>&)>;

// Whether the value of the expression can be, or hold, what one of the paths names; a comparison
// with it is only true or false.
bool may_hold(const ExpressionNode& node, const Paths& wanted) {
  const auto child_may = [&](const ExpressionNode& child) { return may_hold(child, wanted); };
  const auto& children = node.children;
  switch (node.kind) {
    case NodeKind::Index:
      return wanted(constant_path(node));
    case NodeKind::And:
      return child_may(children.back());
    case NodeKind::Or:
      return std::any_of(children.begin(), children.end(), child_may);
    case NodeKind::Call:
      return (node.function == FunctionId::Format || node.function == FunctionId::Join ||
              node.function == FunctionId::ToJson || node.function == FunctionId::Case) &&
             std::any_of(children.begin(), children.end(), child_may);
    default:
      return false;
  }
}

bool may_hold(const Token& token, const Paths& wanted) {
  bool found = false;
  for_each_expression(token, [&](const Token&, const Expression& expression) {
    found = found || may_hold(expression.root, wanted);
  });
  return found;
}

// A secret by its own name, or by that of a variable which holds one.
Paths secret_paths(const std::vector<std::string>& variables) {
  return [&variables](const std::vector<std::string>& path) {
    if (path.size() < 2) return false;
    if (equal_ignoring_case(path[0], "secrets")) return true;
    return equal_ignoring_case(path[0], "env") &&
           std::any_of(variables.begin(), variables.end(),
                       [&](const std::string& name) { return equal_ignoring_case(path[1], name); });
  };
}

// Variables whose value is a secret, from the outer to the inner `env`; an inner one wins.
std::vector<std::string> secret_variables(std::initializer_list<const Token*> levels) {
  std::vector<std::string> names;
  for (const Token* env : levels) {
    const std::vector<std::string> outer = names;
    for (const TokenEntry& entry : env->entries) {
      if (entry.insert) continue;
      const std::string name = entry.key.literal_text();
      std::erase(names, name);
      if (may_hold(entry.value, secret_paths(outer))) names.push_back(name);
    }
  }
  return names;
}

bool is_job_output(const Job& job, const Step& step, std::string_view name) {
  return may_hold(job.outputs, [&](const std::vector<std::string>& path) {
    return path.size() == 4 && equal_ignoring_case(path[0], "steps") &&
           equal_ignoring_case(path[1], step.id) && equal_ignoring_case(path[3], name);
  });
}

bool names_outputs(std::string_view file) {
  return file.find("GITHUB_OUTPUT") != std::string_view::npos;
}

// `{ …; } >> $GITHUB_OUTPUT` around the command.
bool stands_in_output_group(const Script& script, std::size_t at) {
  int depth = 0;
  for (++at; at < script.commands.size(); ++at) {
    const ShellCommand& command = script.commands[at];
    if (command.program() == "}") {
      if (depth == 0) return names_outputs(command.redirected);
      --depth;
    } else if (script.text[command.begin] == '{') {
      ++depth;
    }
  }
  return false;
}

bool writes_outputs(const Script& script, std::size_t at) {
  const ShellCommand& command = script.commands[at];
  if (!command.redirected.empty()) return names_outputs(command.redirected);
  if (command.after == Joint::Pipe && at + 1 < script.commands.size()) {
    const ShellCommand& next = script.commands[at + 1];
    return next.program() == "tee" &&
           std::any_of(next.words.begin(), next.words.end(), names_outputs);
  }
  return stands_in_output_group(script, at);
}

// The output that `echo "name=…"` or `echo "::set-output name=…::…"` sets; empty for none.
std::string output_name(const Script& script, std::size_t at) {
  static constexpr std::string_view kCommand = "::set-output name=";
  const ShellCommand& command = script.commands[at];
  if (command.program() != "echo" && command.program() != "printf") return {};
  const auto& words = command.words;
  const auto text = std::find_if(words.begin() + 1, words.end(),
                                 [](const std::string& word) { return !word.starts_with('-'); });
  if (text == words.end()) return {};
  if (text->starts_with(kCommand)) {
    const std::size_t end = text->find("::", kCommand.size());
    return end == std::string::npos ? "" : text->substr(kCommand.size(), end - kCommand.size());
  }
  const std::size_t equals = text->find('=');
  if (equals == std::string::npos || !writes_outputs(script, at)) return {};
  return text->substr(0, equals);
}

// Whether `name=…` stands as an assignment in the text.
bool assigns(std::string_view text, const std::string& name) {
  const std::string wanted = cat(name, "=");
  for (std::size_t at = text.find(wanted); at != std::string_view::npos;
       at = text.find(wanted, at + 1))
    if (at == 0 || std::string_view(" \t\n;&(").find(text[at - 1]) != std::string_view::npos)
      return true;
  return false;
}

bool puts_in_secret(const Script& script, const Expansion& expansion,
                    const std::vector<std::string>& variables) {
  if (!expansion.variable.empty())
    return std::find(variables.begin(), variables.end(), expansion.variable) != variables.end() &&
           !assigns(std::string_view(script.text).substr(0, expansion.begin), expansion.variable);
  bool found = false;
  for_each_expression(script.step.run, [&](const Token&, const Expression& expression) {
    const bool here = expansion.begin < expression.begin && expression.end <= expansion.end;
    found = found || (here && may_hold(expression.root, secret_paths(variables)));
  });
  return found;
}

void check_command(const Subject& subject, const Script& script, std::size_t at,
                   const std::vector<std::string>& variables, Findings& out) {
  const std::string name = output_name(script, at);
  if (name.empty() || !is_job_output(script.job, script.step, name)) return;
  const ShellCommand& command = script.commands[at];
  const auto expansions = plain_expansions(script.text, command.begin, command.end);
  if (std::none_of(expansions.begin(), expansions.end(), [&](const Expansion& expansion) {
        return puts_in_secret(script, expansion, variables);
      }))
    return;
  add_at_command(subject, script, command, Severity::Warning, "secret-in-output",
                 cat("the output '", name, "' of job '", script.job.id,
                     "' holds a secret, so it is dropped and empty in other jobs; let them read "
                     "the secret themselves"),
                 out);
}

}  // namespace

void lint_secret_in_output(const Subject& subject, Findings& out) {
  const Workflow& workflow = subject.workflow;
  for (const Job& job : workflow.jobs) {
    if (!job.outputs.present()) continue;
    const std::vector<std::string> variables = secret_variables({&workflow.env, &job.env});
    for (const TokenEntry& entry : job.outputs.entries)
      if (may_hold(entry.value, secret_paths(variables)))
        add_finding(workflow, Severity::Warning, "secret-in-output", entry.value.position,
                    cat("an output that holds a secret is dropped, so '", entry.key.literal_text(),
                        "' is empty in other jobs; let them read the secret themselves"),
                    out);
  }
  for_each_script(subject, [&](const Script& script) {
    if (script.step.id.empty() || !script.job.outputs.present()) return;
    const std::vector<std::string> variables =
        secret_variables({&workflow.env, &script.job.env, &script.step.env});
    for (std::size_t at = 0; at < script.commands.size(); ++at)
      check_command(subject, script, at, variables, out);
  });
}

}  // namespace sluice::pipeline::github
