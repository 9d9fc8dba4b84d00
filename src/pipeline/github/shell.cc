#include "pipeline/github/shell.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

std::string extension_of(std::string_view program) {
  const std::string_view name = program.substr(program.find_last_of('/') + 1);
  if (name == "pwsh" || name == "powershell") return ".ps1";
  if (name == "python" || name == "python3") return ".py";
  if (name == "cmd") return ".cmd";
  return ".sh";
}

// PowerShell ends with 0 after a failed command unless it is told otherwise.
std::string powershell_script(std::string_view script) {
  return cat("$ErrorActionPreference = 'stop'\n", script,
             "\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }");
}

// Words of a custom shell; double and single quotes group.
std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

}  // namespace

std::optional<std::string_view> unavailable_shell(std::string_view shell) {
  shell = trim(shell);
  if (shell == "cmd" || shell == "powershell") return "exists on Windows only";
  return std::nullopt;
}

Result<ScriptAction> script_action(std::string_view shell, std::string_view script) {
  ScriptAction action;
  action.text = std::string(script);
  shell = trim(shell);
  if (shell.empty()) {
    action.command = {"bash", "-e", "{0}"};
    action.fallback = {"sh", "-e", "{0}"};
  } else if (shell == "bash") {
    action.command = {"bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "{0}"};
  } else if (shell == "sh") {
    action.command = {"sh", "-e", "{0}"};
  } else if (shell == "python") {
    action.command = {"python", "{0}"};
    action.fallback = {"python3", "{0}"};
    action.extension = ".py";
  } else if (shell == "pwsh" || shell == "powershell") {
    action.command = {std::string(shell), "-command", ". '{0}'"};
    action.extension = ".ps1";
    action.text = powershell_script(script);
  } else if (shell == "cmd") {
    action.command = {"cmd", "/D", "/E:ON", "/V:OFF", "/S", "/C", "CALL \"{0}\""};
    action.extension = ".cmd";
  } else if (shell.find("{0}") == std::string_view::npos) {
    return invalid_input(cat("invalid shell '", shell,
                             "': it must be bash, sh, python or pwsh, or a command that holds "
                             "'{0}', where the script's path goes"));
  } else {
    action.command = split_words(shell);
    action.extension = extension_of(action.command.front());
  }
  return action;
}

}  // namespace sluice::pipeline::github
