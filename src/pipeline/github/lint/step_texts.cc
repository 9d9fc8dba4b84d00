// Shells and the commands that scripts print.
#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "pipeline/expression/template.h"
#include "pipeline/github/lint/runner_labels.h"
#include "pipeline/github/lint/value_rules.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kUnix = "bash pwsh python sh";
constexpr std::string_view kWindows = "bash pwsh python cmd powershell";
constexpr std::string_view kAll = "bash pwsh python sh cmd powershell";

std::string_view shells_of(RunnerSystem system) {
  switch (system) {
    case RunnerSystem::Linux:
    case RunnerSystem::MacOs:
      return kUnix;
    case RunnerSystem::Windows:
      return kWindows;
    case RunnerSystem::Unknown:
      return kAll;
  }
  return kAll;
}

void check_shell(const YamlNode* shell, RunnerSystem system, Mistakes& out) {
  if (shell == nullptr || !shell->is_scalar() || shell->text.empty()) return;
  const std::string& text = shell->text;
  if (contains_expression(text) || text.find("{0}") != std::string::npos) return;
  const std::string name = to_lower(text);
  if (has_word(shells_of(system), name)) return;
  std::vector<std::string> known;
  for (const std::string_view word : split(shells_of(system), ' ')) known.emplace_back(word);
  const bool elsewhere = has_word(kAll, name);
  out.error(shell->position, "unknown-shell",
            cat("the shell '", text, "' ",
                elsewhere ? "does not exist on the job's system" : "is unknown", "; there are ",
                join(known, ", "), elsewhere ? std::string() : did_you_mean(name, known),
                "; a command of your own needs '{0}' where the script's file goes"));
}

const YamlNode* default_shell(const YamlNode& parent) {
  const YamlNode* defaults = parent.find("defaults");
  const YamlNode* run = defaults == nullptr ? nullptr : defaults->find("run");
  return run == nullptr ? nullptr : run->find("shell");
}

bool is_command_name(char c) {
  return c == '-' || c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

struct OldCommand {
  std::string_view name;
  std::string_view instead;
};
constexpr OldCommand kOld[] = {
    {"set-output", "echo \"name=value\" >> \"$GITHUB_OUTPUT\""},
    {"save-state", "echo \"name=value\" >> \"$GITHUB_STATE\""},
    {"set-env", "echo \"NAME=value\" >> \"$GITHUB_ENV\""},
    {"add-path", "echo \"/a/folder\" >> \"$GITHUB_PATH\""},
};

// Whether the script prints `::NAME name=x::value` (`::add-path::value`) at this place.
bool is_command_at(std::string_view script, std::size_t at, std::string_view name) {
  std::size_t i = at + 2 + name.size();
  if (name == "add-path") return script.substr(i, 2) == "::";
  const std::size_t space = i;
  while (i < script.size() && (script[i] == ' ' || script[i] == '\t')) ++i;
  if (i == space || !script.substr(i).starts_with("name=")) return false;
  i += 5;
  const std::size_t begin = i;
  while (i < script.size() && is_command_name(script[i])) ++i;
  return i > begin && script.substr(i, 2) == "::";
}

void check_script(const YamlNode& run, Mistakes& out) {
  const std::string_view script = run.text;
  for (const OldCommand& old : kOld)
    for (std::size_t at = script.find(cat("::", old.name)); at != std::string_view::npos;
         at = script.find(cat("::", old.name), at + 2)) {
      if (!is_command_at(script, at, old.name)) continue;
      out.warning(run.position, "deprecated-command",
                  cat("the command '", old.name, "' is out of use; write ", old.instead));
      break;
    }
}

}  // namespace

void check_shells(const YamlNode& root, Mistakes& out) {
  check_shell(default_shell(root), RunnerSystem::Unknown, out);
  for_each_job(root, [&](const YamlNode&, const YamlNode& job) {
    const RunnerSystem system = system_of_job(job);
    check_shell(default_shell(job), system, out);
    for_each_step(job, [&](const YamlNode& step) { check_shell(step.find("shell"), system, out); });
  });
}

void check_commands(const YamlNode& root, Mistakes& out) {
  for_each_job(root, [&](const YamlNode&, const YamlNode& job) {
    for_each_step(job, [&](const YamlNode& step) {
      const YamlNode* run = step.find("run");
      if (run != nullptr && run->is_scalar()) check_script(*run, out);
    });
  });
}

}  // namespace sluice::pipeline::github
