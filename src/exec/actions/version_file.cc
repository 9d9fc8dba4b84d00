#include "exec/actions/version_file.h"

#include <optional>
#include <vector>

#include "base/json.h"
#include "base/strings.h"

namespace sluice::exec {
namespace {

using Found = std::optional<std::string>;

std::string_view without_comment(std::string_view line) {
  return trim(line.substr(0, line.find('#')));
}

Found text_at(const JsonObject& object, std::string_view key) {
  std::string text = string_or(object, key, "");
  return text.empty() ? Found() : Found(std::move(text));
}

const JsonObject* object_at(const JsonObject& object, std::string_view key) {
  const Json* const value = find(object, key);
  return value != nullptr ? value->if_object() : nullptr;
}

Found node_of_dev_engines(const JsonObject& engines) {
  const JsonObject* const runtime = object_at(engines, "runtime");
  if (runtime == nullptr || string_or(*runtime, "name", "") != "node") return std::nullopt;
  return text_at(*runtime, "version");
}

Found in_package_json(const JsonObject& package) {
  if (const JsonObject* volta = object_at(package, "volta"))
    if (Found found = text_at(*volta, "node")) return found;
  if (const JsonObject* engines = object_at(package, "devEngines"))
    if (Found found = node_of_dev_engines(*engines)) return found;
  if (const JsonObject* engines = object_at(package, "engines")) return text_at(*engines, "node");
  return std::nullopt;
}

// The text of `key = "…"` in a section of a TOML file.
Found toml_text(std::string_view text, std::string_view section, std::string_view key) {
  bool inside = false;
  for (const std::string_view line : split_lines(text)) {
    const std::string_view content = without_comment(line);
    if (content.starts_with('[')) inside = content == section;
    const std::size_t equals = content.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    if (trim(content.substr(0, equals)) != key) continue;
    const std::string_view value = trim(content.substr(equals + 1));
    if (value.size() < 2 || (value.front() != '"' && value.front() != '\'')) return std::nullopt;
    const std::size_t end = value.find(value.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    return std::string(value.substr(1, end - 1));
  }
  return std::nullopt;
}

Found in_pyproject(std::string_view text) {
  if (Found found = toml_text(text, "[project]", "requires-python")) return found;
  return toml_text(text, "[tool.poetry.dependencies]", "python");
}

Found in_pipfile(std::string_view text) {
  if (Found found = toml_text(text, "[requires]", "python_full_version")) return found;
  return toml_text(text, "[requires]", "python_version");
}

// "nodejs 20.1.0 18.2.0": the first version counts.
Found in_tool_versions(VersionedTool tool, std::string_view text) {
  for (const std::string_view line : split_lines(text)) {
    std::vector<std::string_view> words;
    for (const std::string_view word : split(without_comment(line), ' '))
      if (!word.empty()) words.push_back(word);
    if (words.size() < 2) continue;
    const bool fits = tool == VersionedTool::Python ? words[0] == "python"
                                                    : words[0] == "nodejs" || words[0] == "node";
    if (fits) return std::string(words[1]);
  }
  return std::nullopt;
}

Found last_line(std::string_view text) {
  Found last;
  for (const std::string_view line : split_lines(text)) {
    std::string_view content = without_comment(line);
    if (content.starts_with("node ")) content = trim(content.substr(5));
    if (!content.empty()) last = std::string(content);
  }
  return last;
}

}  // namespace

Result<std::string> version_in_file(VersionedTool tool, std::string_view name,
                                    std::string_view text) {
  const std::string_view file = name.substr(name.rfind('/') + 1);
  Found found;
  if (file == "package.json") {
    const Json json = TRY_CONTEXT(parse_json(text), name);
    found = in_package_json(*TRY(as_object(json, name)));
  } else if (file == "pyproject.toml") {
    found = in_pyproject(text);
  } else if (file == "Pipfile") {
    found = in_pipfile(text);
  } else if (file == ".tool-versions") {
    found = in_tool_versions(tool, text);
  } else {
    found = last_line(text);
  }
  if (!found) return invalid_input(cat("'", name, "' names no version"));
  return *found;
}

}  // namespace sluice::exec
