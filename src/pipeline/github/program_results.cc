#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/file_commands.h"
#include "pipeline/github/program.h"

namespace sluice::pipeline::github {
namespace {

// A command or a file of commands that cannot be followed fails the step.
void fail_end(Outcome& outcome, std::string& message, std::string_view text) {
  if (outcome == Outcome::Succeeded) outcome = Outcome::Failed;
  if (!message.empty()) message += "; ";
  message += text;
}

const std::string* find_file(const StepResult& result, const std::string& name) {
  const auto found = result.files.find(name);
  return found == result.files.end() ? nullptr : &found->second;
}

std::string property(const LogCommand& command, const std::string& name) {
  const auto found = command.properties.find(name);
  return found == command.properties.end() ? std::string() : found->second;
}

}  // namespace

LegProgram::StepEnd LegProgram::read_result(const StepResult& result) {
  StepEnd end;
  end.outcome = result.outcome;
  end.message = result.message;
  if (end.message.empty() && result.outcome == Outcome::Failed)
    end.message = cat("exit code ", result.exit_code);
  end.outputs = result.outputs;
  for (const auto& [name, value] : result.environment) added_env_[name] = value;
  for (const std::string& folder : result.path_additions) add_path(folder);
  read_commands(result, end);
  read_files(result, end);
  return end;
}

void LegProgram::read_files(const StepResult& result, StepEnd& end) {
  const auto pairs = [&](const std::string& file) {
    const std::string* text = find_file(result, file);
    if (text == nullptr) return NamedTexts{};
    auto parsed = parse_name_values(*text);
    if (parsed.ok()) return std::move(parsed).value();
    fail_end(end.outcome, end.message, cat(file, ": ", parsed.error().message()));
    return NamedTexts{};
  };
  for (const auto& [name, value] : pairs("GITHUB_ENV")) set_env(name, value, end);
  for (const auto& [name, value] : pairs("GITHUB_OUTPUT")) end.outputs[name] = value;
  pairs("GITHUB_STATE");  // read for its mistakes: only actions with a post step use the values
  if (const std::string* paths = find_file(result, "GITHUB_PATH"))
    for (const std::string& folder : parse_path_lines(*paths)) add_path(folder);
}

void LegProgram::read_commands(const StepResult& result, StepEnd& end) {
  for (const LogCommand& command : result.commands) {
    if (command.name == "add-mask" || command.name == "stop-commands") {
      add_mask(command.data);
    } else if (command.name == "set-output") {
      if (const std::string name = property(command, "name"); !name.empty())
        end.outputs[name] = command.data;
    } else if (command.name == "set-env" || command.name == "add-path") {
      fail_end(end.outcome, end.message,
               cat("the command '", command.name, "' is disabled; write to ",
                   command.name == "set-env" ? "$GITHUB_ENV" : "$GITHUB_PATH"));
    }
  }
}

void LegProgram::set_env(const std::string& name, const std::string& value, StepEnd& end) {
  if (equal_ignoring_case(name, "NODE_OPTIONS")) {
    fail_end(end.outcome, end.message, "GITHUB_ENV: NODE_OPTIONS cannot be set for later steps");
    return;
  }
  added_env_[name] = value;
}

// The latest comes first; a folder is there once.
void LegProgram::add_path(const std::string& folder) {
  path_.erase(std::remove(path_.begin(), path_.end(), folder), path_.end());
  path_.insert(path_.begin(), folder);
}

void LegProgram::add_mask(const std::string& value) {
  if (trim(value).empty()) return;
  if (std::find(masks_.begin(), masks_.end(), value) == masks_.end()) masks_.push_back(value);
}

}  // namespace sluice::pipeline::github
