// Failures that a script hides.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "pipeline/github/lint/scripts.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

// Commands on the left of a pipe whose failure nobody waits for.
bool hardly_fails(const ShellCommand& command) {
  static constexpr std::string_view kPrograms[] = {
      "",    "echo", "printf", "cat",  "yes",  "true", "date", "pwd",
      "env", "set",  "ls",     "head", "tail", "seq",  "sort", "history"};
  return std::find(std::begin(kPrograms), std::end(kPrograms), command.program()) !=
         std::end(kPrograms);
}

// Commands that succeed whatever comes in, even nothing.
bool swallows(const ShellCommand& command) {
  const std::string_view program = command.program();
  if (program == "tee") return true;
  return (program == "bash" || program == "sh") &&
         (command.words.size() == 1 || command.words[1].starts_with('-'));
}

// The command that fails unseen; null when there is none.
const ShellCommand* hidden_failure(const Script& script) {
  const auto& commands = script.commands;
  for (std::size_t i = 0; i + 1 < commands.size(); ++i) {
    if (commands[i].after != Joint::Pipe || commands[i].position == Position::Condition) continue;
    std::size_t last = i + 1;
    while (last + 1 < commands.size() && commands[last].after == Joint::Pipe) ++last;
    const bool lost =
        swallows(commands[last]) || (runs_tests(commands[i]) && !hardly_fails(commands[last]));
    if (lost && !hardly_fails(commands[i])) return &commands[i];
  }
  return nullptr;
}

// Whether a pipe's result is that of its last command alone. GitHub gives pipefail to `bash` as a
// single word; the default shell, `sh`, and commands of the user's own have what they say.
bool lacks_pipefail(std::string_view shell) {
  return trim(shell) != "bash" && shell.find("pipefail") == std::string_view::npos &&
         shell.find("${{") == std::string_view::npos;
}

std::string pipe_advice(std::string_view shell) {
  if (shell.empty())
    return "the default shell has no pipefail; say 'shell: bash', or 'set -o pipefail'";
  if (trim(shell) == "sh") return "'sh' has no pipefail; say 'shell: bash'";
  return cat("the shell '", trim(shell),
             "' is not told to use pipefail; add '-o pipefail', or say 'set -o pipefail'");
}

// `shell: bash` in front of `run`, in the style of the mapping. Not where the user chose a shell,
// and not in a container, whose image may have no bash.
std::optional<Fix> add_bash(const Subject& subject, const Script& script) {
  if (!written_shell(subject.workflow, script.job, script.step).empty() ||
      script.job.container.present())
    return std::nullopt;
  const YamlNode* node = node_of(subject, script.job, script.step);
  const YamlNode* key = node == nullptr ? nullptr : node->find_key("run");
  if (key == nullptr) return std::nullopt;
  const bool flow = node->style == YamlStyle::Flow;
  const std::string indent(static_cast<std::size_t>(key->position.column - 1), ' ');
  const std::string text = flow ? "shell: bash, " : cat("shell: bash\n", indent);
  return Fix{"add 'shell: bash'", {{key->position, key->position, text}}};
}

bool is_harmless(const ShellCommand& command) {
  const std::string_view program = command.program();
  return program == "true" || program == ":" || program == "echo" || program == "printf" ||
         (program == "exit" && command.words.size() > 1 && command.words[1] == "0");
}

}  // namespace

void lint_hidden_pipe_failure(const Subject& subject, Findings& out) {
  for_each_script(subject, [&](const Script& script) {
    const std::string shell = written_shell(subject.workflow, script.job, script.step);
    if (!lacks_pipefail(shell)) return;
    if (script.text.find("pipefail") != std::string::npos ||
        script.text.find("PIPESTATUS") != std::string::npos)
      return;
    const ShellCommand* lost = hidden_failure(script);
    if (lost == nullptr) return;
    Diagnostic& finding = add_at_command(
        subject, script, *lost, Severity::Warning, "hidden-pipe-failure",
        cat("a failure of '", lost->program(), "' is lost in the pipe: ", pipe_advice(shell)), out);
    finding.fix = add_bash(subject, script);
  });
}

void lint_ignored_test_failure(const Subject& subject, Findings& out) {
  for_each_script(subject, [&](const Script& script) {
    const auto& commands = script.commands;
    for (std::size_t i = 0; i + 1 < commands.size(); ++i)
      if (commands[i].after == Joint::Or && runs_tests(commands[i]) && is_harmless(commands[i + 1]))
        add_at_command(subject, script, commands[i], Severity::Warning, "ignored-test-failure",
                       cat("'|| ", join(commands[i + 1].words, " "),
                           "' makes failed tests look passed; if they must not stop the job, say "
                           "'continue-on-error: true', which stays visible"),
                       out);
  });
}

}  // namespace sluice::pipeline::github
