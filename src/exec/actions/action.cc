#include "exec/actions/action.h"

#include <charconv>

#include "base/strings.h"
#include "pipeline/github/schema.h"

namespace sluice::exec {
namespace {

// Whether `path` is `folder` or lies below it; both normal and absolute.
bool lies_in(const os::Path& path, const os::Path& folder) {
  const std::string inner = path.string() + "/";
  return inner.starts_with(folder.string() + "/");
}

// Where a path leads that need not be there yet: what exists of it without links, then the rest.
Result<os::Path> where_it_leads(const os::FileReader& files, const os::Path& path) {
  os::Path rest;
  for (os::Path there = path;; there = there.parent_path()) {
    auto resolved = files.resolve(there);
    if (resolved.ok()) return rest.empty() ? *resolved : *resolved / rest;
    if (resolved.error().code() != ErrorCode::NotFound) return resolved.error();
    if (files.stat(there).ok()) return invalid_input(cat(there.string(), " is a dangling link"));
    rest = rest.empty() ? there.filename() : there.filename() / rest;
  }
}

os::Path without_slash(os::Path path) {
  return path.filename().empty() ? path.parent_path() : path;
}

}  // namespace

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

Result<os::Path> Action::folder_in_workspace(std::string_view path) const {
  const os::FileReader& files = world().files;
  os::Path folder = without_slash(in_workspace(path));
  const os::Path leads_to = TRY_CONTEXT(where_it_leads(files, folder), cat("path '", path, "'"));
  const os::Path workspace = TRY(files.resolve(request_.folder.workspace()));
  if (lies_in(folder, request_.folder.workspace()) && lies_in(leads_to, workspace)) return folder;
  const bool by_link = lies_in(folder, request_.folder.workspace());
  return invalid_input(cat("path '", path, "' lies outside of the workspace",
                           by_link ? cat(": a link leads to ", leads_to.string()) : ""));
}

Result<os::Path> Action::folder_to_fill(std::string_view path) const {
  if (!os::Path(path).is_absolute()) return folder_in_workspace(path);
  const os::FileReader& files = world().files;
  os::Path folder = without_slash(in_workspace(path));
  const os::Path leads_to = TRY_CONTEXT(where_it_leads(files, folder), cat("path '", path, "'"));
  const os::Path base = TRY(files.resolve(request_.folder.base));
  const os::Path home = TRY(files.resolve(request_.home));
  if (!lies_in(leads_to, home)) return folder;
  for (const os::Path& own : {request_.folder.workspace(), request_.folder.temp()})
    if (lies_in(leads_to, base / own.filename())) return folder;
  return invalid_input(cat("path '", path, "' lies in the home of sluice (", home.string(),
                           ") and outside of this job's workspace and temporary folder"));
}

Result<void> Action::check_inside(const os::Path& folder, const os::Path& path) const {
  const os::FileReader& files = world().files;
  const os::Path target = folder / path;
  const os::Path leads_to = TRY(where_it_leads(files, target.parent_path()));
  const os::Path filled = TRY(where_it_leads(files, folder));
  const os::Path workspace = TRY(files.resolve(request_.folder.workspace()));
  if (lies_in(leads_to, lies_in(filled, workspace) ? workspace : filled)) return success();
  return invalid_input(cat("'", path.string(),
                           "' would be written outside of the folder: a link leads to ",
                           leads_to.string(), "; remove it, or download to another path"));
}

}  // namespace sluice::exec
