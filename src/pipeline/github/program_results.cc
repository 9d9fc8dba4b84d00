#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/file_commands.h"
#include "pipeline/github/program.h"
#include "pipeline/mask.h"

namespace sluice::pipeline::github {
namespace {

// A command or a file of commands that cannot be followed fails the step.
void fail_end(StepEnd& end, std::string_view text) {
  if (end.outcome == Outcome::Succeeded) end.outcome = Outcome::Failed;
  if (!end.message.empty()) end.message += "; ";
  end.message += text;
}

const std::string* find_file(const StepResult& result, const std::string& name) {
  const auto found = result.files.find(name);
  return found == result.files.end() ? nullptr : &found->second;
}

std::string property(const LogCommand& command, const std::string& name) {
  const auto found = command.properties.find(name);
  return found == command.properties.end() ? std::string() : found->second;
}

void read_files(const StepResult& result, StepEnd& end) {
  const auto pairs = [&](const std::string& file) {
    const std::string* text = find_file(result, file);
    if (text == nullptr) return NamedTexts{};
    auto parsed = parse_name_values(*text);
    if (parsed.ok()) return std::move(parsed).value();
    fail_end(end, cat(file, ": ", parsed.error().message()));
    return NamedTexts{};
  };
  for (auto& [name, value] : pairs("GITHUB_ENV")) {
    if (equal_ignoring_case(name, "NODE_OPTIONS"))
      fail_end(end, "GITHUB_ENV: NODE_OPTIONS cannot be set for later steps");
    else
      end.environment.emplace_back(std::move(name), std::move(value));
  }
  for (auto& [name, value] : pairs("GITHUB_OUTPUT")) end.outputs[name] = std::move(value);
  for (auto& [name, value] : pairs("GITHUB_STATE")) end.state[name] = std::move(value);
  if (const std::string* paths = find_file(result, "GITHUB_PATH"))
    for (std::string& folder : parse_path_lines(*paths)) end.paths.push_back(std::move(folder));
}

void read_command(const LogCommand& command, StepEnd& end) {
  if (command.name == "set-output" || command.name == "save-state") {
    const std::string name = property(command, "name");
    if (name.empty()) return;
    (command.name == "set-output" ? end.outputs : end.state)[name] = command.data;
  } else if (command.name == "set-env" || command.name == "add-path") {
    fail_end(end, cat("the command '", command.name, "' is disabled; write to ",
                      command.name == "set-env" ? "$GITHUB_ENV" : "$GITHUB_PATH"));
  }
}

}  // namespace

StepEnd LegProgram::read_result(const StepResult& result) {
  StepEnd end;
  end.outcome = result.outcome;
  end.message = result.message;
  if (end.message.empty() && result.outcome == Outcome::Failed)
    end.message = cat("exit code ", result.exit_code);
  end.outputs = result.outputs;
  end.state = result.state;
  end.environment.assign(result.environment.begin(), result.environment.end());
  end.paths = result.path_additions;
  const std::size_t known = masks_.size();
  for (const LogCommand& command : result.commands) {
    if (command.name == "add-mask" || command.name == "stop-commands")
      add_mask(command.data);
    else
      read_command(command, end);
  }
  if (masks_.size() != known) hide_masks();
  read_files(result, end);
  return end;
}

// What is known of secrets from here on does not show in reasons.
void LegProgram::hide_masks() {
  start_.contexts.hide(std::make_shared<const std::vector<std::string>>(mask_variants(masks_)));
}

void LegProgram::add_mask(const std::string& value) {
  if (trim(value).empty()) return;
  if (std::find(masks_.begin(), masks_.end(), value) == masks_.end()) masks_.push_back(value);
}

}  // namespace sluice::pipeline::github
