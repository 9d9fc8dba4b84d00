#include "exec/actions/action.h"

#include <charconv>

#include "base/strings.h"
#include "pipeline/github/schema.h"

namespace sluice::exec {

Result<ActionLog> ActionLog::open(const ActionRequest& request) {
  std::unique_ptr<os::AppendFile> file =
      TRY(request.world.files.open_append(request.folder.log(request.step.step)));
  auto stream = std::make_unique<LogStream>(LogMode::Plain);
  stream->add_masks(request.step.masks);
  return ActionLog(request.world.clock, std::move(file), std::move(stream));
}

void ActionLog::line(std::string_view text) {
  std::string out;
  stream_->feed(cat(text, "\n"), clock_->now(), out);
  stream_->finish(clock_->now(), out);
  (void)file_->append(out);  // a full disk must not fail the action's own work
}

void ActionLog::warning(std::string_view text, pipeline::StepResult& result) {
  line(cat("::warning::", text));
  result.commands.push_back({"warning", {}, std::string(text)});
}

void ActionLog::error(std::string_view text, pipeline::StepResult& result) {
  line(cat("::error::", text));
  result.commands.push_back({"error", {}, std::string(text)});
}

void ActionLog::notice(std::string_view text, pipeline::StepResult& result) {
  line(cat("::notice::", text));
  result.commands.push_back({"notice", {}, std::string(text)});
}

std::string_view Action::version() const {
  return std::get<pipeline::BuiltinAction>(request_.step.action).version;
}

int Action::major_version() const {
  constexpr int kNewest = 99;
  std::string_view text = version();
  if (text.starts_with('v')) text.remove_prefix(1);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = end == text.data() + text.size() || *end == '.';
  return error == std::errc() && whole && number < kNewest ? number : kNewest;
}

std::string Action::input(std::string_view name, std::string_view fallback) const {
  const auto& inputs = std::get<pipeline::BuiltinAction>(request_.step.action).inputs;
  for (const auto& [key, value] : inputs)
    if (equal_ignoring_case(key, name) && !trim(value).empty()) return std::string(trim(value));
  return std::string(fallback);
}

Result<bool> Action::flag(std::string_view name, bool fallback) const {
  const std::string text = input(name);
  if (text.empty()) return fallback;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return invalid_input(cat("input '", name, "': expected true or false, found '", text, "'"));
}

void Action::warn_without_effect() {
  using namespace pipeline::github;
  const ActionRule* rule =
      find_built_in_action(std::get<pipeline::BuiltinAction>(request_.step.action).name);
  CHECK(rule != nullptr);
  for (const InputRule& known : rule->inputs) {
    if (known.use != KeyUse::Informs) continue;
    if (const std::string value = input(known.name); !value.empty() && value != "false")
      warn(cat("input '", known.name, "' has no effect here: ", known.remark));
  }
}

os::Path Action::in_workspace(std::string_view path) const {
  return (request_.folder.workspace() / path).lexically_normal();
}

}  // namespace sluice::exec
