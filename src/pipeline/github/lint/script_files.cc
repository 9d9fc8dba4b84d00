#include "pipeline/github/lint/script_files.h"

#include <algorithm>
#include <filesystem>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::size_t kMostScripts = 50;

bool ends_with_any(std::string_view word, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return word.ends_with(end); });
}

std::string first_word_ending(const ShellCommand& command,
                              std::initializer_list<std::string_view> ends) {
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const std::string& word = command.words[i];
    if (word == "-c" || word == "-m") return {};
    if (!word.starts_with('-') && ends_with_any(word, ends)) return word;
  }
  return {};
}

std::string named_file(const ShellCommand& command) {
  const std::string_view program = command.program();
  if (program.starts_with("python")) return first_word_ending(command, {".py"});
  if (program == "bash" || program == "sh") return first_word_ending(command, {".sh", ".bash"});
  if (command.begins_with("sluice gate")) return first_word_ending(command, {".yml", ".yaml"});
  if (command.begins_with("uv run") || command.begins_with("poetry run") ||
      command.begins_with("pipenv run"))
    return first_word_ending(command, {".py"});
  const bool script = ends_with_any(program, {".py", ".sh"});
  return script && command.words.front().find('/') != std::string::npos ? command.words.front()
                                                                        : std::string();
}

std::string text_at(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  return value != nullptr && value->is_scalar() ? value->text : std::string();
}

bool may_name_file(std::string_view script) {
  const auto parts = {".py", ".sh", ".bash", "sluice gate"};
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return script.find(part) != std::string_view::npos;
  });
}

std::string default_folder(const YamlNode& holder) {
  const YamlNode* defaults = holder.find("defaults");
  const YamlNode* run = defaults == nullptr ? nullptr : defaults->find("run");
  return run == nullptr ? std::string() : text_at(*run, "working-directory");
}

void add_step(const YamlNode& step, const std::string& folder, std::vector<std::string>& paths) {
  const std::string script = text_at(step, "run");
  if (!may_name_file(script)) return;
  const std::string own = text_at(step, "working-directory");
  for (const ShellCommand& command : shell_commands(script)) {
    std::string path = script_path(command, own.empty() ? folder : own);
    const bool fresh = std::find(paths.begin(), paths.end(), path) == paths.end();
    if (!path.empty() && fresh && paths.size() < kMostScripts) paths.push_back(std::move(path));
  }
}

}  // namespace

std::string script_path(const ShellCommand& command, std::string_view working_directory) {
  const std::string file = named_file(command);
  const std::string whole = cat(working_directory, working_directory.empty() ? "" : "/", file);
  if (file.empty() || file.starts_with('/') || whole.find_first_of("$*~") != std::string::npos)
    return {};
  std::string path = std::filesystem::path(whole).lexically_normal().string();
  if (path.starts_with("..") || path.starts_with('/')) return {};
  return path;
}

std::vector<std::string> script_references(const YamlParse& parse) {
  std::vector<std::string> paths;
  const YamlNode* jobs = parse.problems.empty() ? parse.root.find("jobs") : nullptr;
  if (jobs == nullptr) return paths;
  const std::string outer = default_folder(parse.root);
  for (const auto& [id, job] : jobs->members) {
    const YamlNode* steps = job.find("steps");
    if (steps == nullptr) continue;
    const std::string inner = default_folder(job);
    for (const YamlNode& step : steps->items) add_step(step, inner.empty() ? outer : inner, paths);
  }
  return paths;
}

}  // namespace sluice::pipeline::github
