#include "pipeline/github/workflow_command.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::array<std::string_view, 15> kCommands = {
    "add-mask",      "debug",      "notice",      "warning",        "error",
    "group",         "endgroup",   "add-matcher", "remove-matcher", "echo",
    "stop-commands", "set-output", "save-state",  "set-env",        "add-path"};

using Mapping = std::pair<std::string_view, std::string_view>;

// Applied in this order; %25 comes last so that "%250A" reads as "%0A".
constexpr std::array<Mapping, 3> kDataEscapes = {Mapping{"%0D", "\r"}, {"%0A", "\n"}, {"%25", "%"}};
constexpr std::array<Mapping, 5> kPropertyEscapes = {
    Mapping{"%0D", "\r"}, {"%0A", "\n"}, {"%3A", ":"}, {"%2C", ","}, {"%25", "%"}};
constexpr std::array<Mapping, 4> kBracketEscapes = {
    Mapping{"%3B", ";"}, {"%0D", "\r"}, {"%0A", "\n"}, {"%5D", "]"}};

std::string unescape(std::string_view text, std::span<const Mapping> mappings) {
  std::string value(text);
  if (value.find('%') == std::string::npos) return value;
  for (const auto& [from, to] : mappings) value = replace_all(std::move(value), from, to);
  return value;
}

bool known(std::string_view name, std::string_view resume_token) {
  return is_workflow_command(name) ||
         (!resume_token.empty() && equal_ignoring_case(name, resume_token));
}

struct Header {
  std::string_view name;
  std::string_view properties;
};

Header split_header(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return {text, {}};
  return {text.substr(0, space), space > 0 ? text.substr(space + 1) : std::string_view{}};
}

std::map<std::string, std::string> parse_properties(std::string_view text, char separator,
                                                    std::span<const Mapping> mappings) {
  std::map<std::string, std::string> properties;
  for (const std::string_view part : split(text, separator)) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    properties[to_lower(part.substr(0, equals))] = unescape(part.substr(equals + 1), mappings);
  }
  return properties;
}

std::optional<WorkflowCommand> parse_colons(std::string_view line, std::string_view token) {
  const std::size_t start = line.find_first_not_of(" \t\v\f\r\n");
  if (start == std::string_view::npos) return std::nullopt;
  line.remove_prefix(start);
  if (!line.starts_with("::")) return std::nullopt;
  const std::size_t end = line.find("::", 2);
  if (end == std::string_view::npos) return std::nullopt;
  const Header header = split_header(line.substr(2, end - 2));
  if (!known(header.name, token)) return std::nullopt;
  return WorkflowCommand{to_lower(header.name),
                         parse_properties(trim(header.properties), ',', kPropertyEscapes),
                         unescape(line.substr(end + 2), kDataEscapes)};
}

std::optional<WorkflowCommand> parse_brackets(std::string_view line, std::string_view token) {
  const std::size_t start = line.find("##[");
  if (start == std::string_view::npos) return std::nullopt;
  const std::size_t end = line.find(']', start);
  if (end == std::string_view::npos) return std::nullopt;
  const Header header = split_header(line.substr(start + 3, end - start - 3));
  if (!known(header.name, token)) return std::nullopt;
  return WorkflowCommand{to_lower(header.name),
                         parse_properties(header.properties, ';', kBracketEscapes),
                         unescape(line.substr(end + 1), kBracketEscapes)};
}

}  // namespace

std::span<const std::string_view> workflow_commands() {
  return kCommands;
}

bool is_workflow_command(std::string_view name) {
  return std::any_of(kCommands.begin(), kCommands.end(), [name](std::string_view command) {
    return equal_ignoring_case(command, name);
  });
}

std::optional<WorkflowCommand> parse_workflow_command(std::string_view line,
                                                      std::string_view resume_token) {
  if (auto command = parse_colons(line, resume_token)) return command;
  return parse_brackets(line, resume_token);
}

std::optional<WorkflowCommand> WorkflowCommandReader::read(std::string_view line) {
  auto command = parse_workflow_command(line, token_);
  if (!command) return std::nullopt;
  if (stopped()) {
    if (!equal_ignoring_case(command->name, token_)) return std::nullopt;
    token_.clear();
    return command;
  }
  // A token that is itself a command name would be a way to end the pause by accident.
  if (command->name == "stop-commands") {
    if (trim(command->data).empty() || is_workflow_command(command->data)) return std::nullopt;
    token_ = command->data;
  }
  return command;
}

}  // namespace sluice::pipeline::github
