#include "pipeline/project_file.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::pipeline {
namespace {

constexpr std::size_t kMaxBytes = 256u << 10;
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxPath = 1024;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What the registry takes for a name: another one would name a gate for nothing.
bool is_model_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && is_letter_or_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
         });
}

// Only what lies below the root is there in every checkout of a commit.
bool is_below_root(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath || path.find('\0') != std::string_view::npos ||
      path.find('\n') != std::string_view::npos)
    return false;
  return std::ranges::none_of(split(path, '/'), [](std::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

Result<NamedGate> read_gate(const YamlNode& key, const YamlNode& value,
                            std::string_view file_name) {
  YamlReader reader = TRY(YamlReader::open(value, file_name, cat("the gate of '", key.text, "'")));
  if (!is_model_name(key.text))
    return reader.error_at(
        key.position,
        cat("'", key.text, "' is no name for a model: letters, digits, '_', ",
            "'-' and '.', the first a letter or digit, at most ", kMaxName, " of them"));
  NamedGate gate;
  gate.model = key.text;
  gate.file = TRY(reader.string("file"));
  gate.position = reader.optional("file")->position;
  TRY(reader.finish());
  if (!is_below_root(gate.file))
    return reader.error_at(gate.position,
                           cat("'file' is the path of a gate file from the root of the repository, "
                               "such as gates/demand.yml; '",
                               gate.file, "' is none"));
  return gate;
}

}  // namespace

const NamedGate* ProjectFile::find_gate(std::string_view model) const {
  const auto found = std::ranges::find(gates, model, &NamedGate::model);
  return found == gates.end() ? nullptr : &*found;
}

Result<ProjectFile> parse_project_file(std::string_view text, std::string_view file_name) {
  YamlLimits limits;
  limits.max_bytes = kMaxBytes;
  const YamlNode root = TRY(load_yaml(text, file_name, limits));
  YamlReader reader = TRY(YamlReader::open(root, file_name, kProjectFile));
  ProjectFile project;
  const YamlNode* gates = reader.optional("gates");
  TRY(reader.finish());
  if (gates == nullptr) return project;
  if (!gates->is_mapping())
    return reader.error_at(gates->position,
                           "'gates' names a gate for each model: gates: {demand: {file: "
                           "gates/demand.yml}}");
  for (const auto& [key, value] : gates->members)
    project.gates.push_back(TRY(read_gate(key, value, file_name)));
  return project;
}

}  // namespace sluice::pipeline
