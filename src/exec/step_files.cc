#include "exec/step_files.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "exec/masker.h"
#include "pipeline/mask.h"

namespace sluice::exec {
namespace {

constexpr unsigned kScriptMode = 0700;
constexpr std::string_view kSummary = "GITHUB_STEP_SUMMARY";
constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// What a step inherits from whoever started sluice; everything else stays outside, so that a run
// does not depend on the shell it was started from.
constexpr std::string_view kInherited[] = {"HOME",
                                           "USER",
                                           "LOGNAME",
                                           "SHELL",
                                           "LANG",
                                           "LANGUAGE",
                                           "TZ",
                                           "http_proxy",
                                           "https_proxy",
                                           "no_proxy",
                                           "all_proxy",
                                           "HTTP_PROXY",
                                           "HTTPS_PROXY",
                                           "NO_PROXY",
                                           "ALL_PROXY",
                                           "SSL_CERT_FILE",
                                           "SSL_CERT_DIR",
                                           "SLUICE_URL",
                                           "CUDA_VISIBLE_DEVICES",
                                           "LD_LIBRARY_PATH"};

using Variables = std::map<std::string, std::string>;

Variables inherited(const os::Environment& environment) {
  Variables out;
  for (const std::string_view name : kInherited)
    if (auto value = environment.get(name)) out.emplace(name, std::move(*value));
  for (auto& [name, value] : environment.all())
    if (name.starts_with("LC_")) out.emplace(name, value);
  return out;
}

std::string path_variable(const StepSurroundings& around, const pipeline::RunStep& step) {
  std::string path;
  for (const std::string& folder : step.path_prefix) path += folder + ":";
  path += (around.home / "bin").string() + ":";
  const auto own = step.env.find("PATH");
  if (own != step.env.end()) return path + own->second;
  return path + around.world.environment.get("PATH").value_or(std::string(kDefaultPath));
}

os::Path collected_path(const StepSurroundings& around, const pipeline::RunStep& step,
                        const pipeline::CollectedFile& file) {
  return around.folder.step_file(step.id, file.variable);
}

std::string working_directory(const LegFolder& folder, const pipeline::RunStep& step) {
  // An absolute path replaces the workspace.
  return (folder.workspace() / step.working_directory).lexically_normal().string();
}

std::vector<std::string> with_script(std::vector<std::string> command, const std::string& script) {
  for (std::string& argument : command) argument = replace_all(std::move(argument), "{0}", script);
  return command;
}

// Keeps what is there: a step that is attached to may have written already.
Result<void> create_empty(os::Files& files, const os::Path& path) {
  const std::unique_ptr<os::AppendFile> file = TRY(files.open_append(path, 0600));
  return file->close();
}

bool is_empty(const os::FileReader& files, const os::Path& path) {
  const Result<os::FileInfo> info = files.stat(path);
  return info.ok() && info->kind == os::FileKind::Regular && info->size == 0;
}

// A person at a paused step may have written since, which must not speak for the next.
bool reuse_empty(os::Files& files, const os::Path& path, SpareFiles& spare) {
  if (spare.empty.empty()) return false;
  const os::Path empty = std::move(spare.empty.back());
  spare.empty.pop_back();
  return is_empty(files, empty) && files.rename(empty, path).ok();
}

bool reuse_script(os::Files& files, const os::Path& path, const std::string& text,
                  SpareFiles& spare) {
  const std::optional<os::Path> old = std::exchange(spare.script, std::nullopt);
  if (!old) return false;
  const Result<os::FileInfo> info = files.stat(*old);
  const bool as_made =
      info.ok() && info->kind == os::FileKind::Regular && info->mode == kScriptMode;
  return as_made && files.rename(*old, path).ok() && files.overwrite(path, text).ok();
}

Result<void> write_script(os::Files& files, const os::Path& path, const std::string& text,
                          SpareFiles& spare) {
  if (reuse_script(files, path, text, spare)) return success();
  return files.write(path, text, os::Durability::Process, kScriptMode);
}

os::Path script_path(const StepSurroundings& around, const pipeline::RunStep& step) {
  const auto& script = std::get<pipeline::ScriptAction>(step.action);
  return around.folder.step_file(step.id, cat("script", script.extension));
}

// The step has ended; whoever reads its log finds this at its end.
void tell_in_log(const StepSurroundings& around, const pipeline::RunStep& step,
                 std::string_view message) {
  const auto log = around.world.files.open_append(around.folder.log(step.step), 0644);
  if (!log.ok()) return;  // it is among the result's commands too
  (void)(*log)->append(cat(to_rfc3339(around.world.clock.now()), " ::error::", message, "\n"));
}

void leave_out(const StepSurroundings& around, const pipeline::RunStep& step,
               const pipeline::CollectedFile& file, pipeline::StepResult& result, std::string why) {
  std::string message = cat(file.variable, ": ", why);
  tell_in_log(around, step, message);
  if (file.variable != kSummary && result.outcome == pipeline::Outcome::Succeeded) {
    result.outcome = pipeline::Outcome::Failed;
    result.message = message;
  }
  result.commands.push_back({"error", {}, std::move(message)});
}

}  // namespace

std::vector<std::string> step_environment(const StepSurroundings& around,
                                          const pipeline::RunStep& step) {
  Variables variables = inherited(around.world.environment);
  variables["TMPDIR"] = around.temporary.string();
  for (const auto& [name, value] : step.env) variables[name] = value;
  for (const auto& file : step.collected_files)
    variables[file.variable] = collected_path(around, step, file).string();
  variables["SLUICE_HOME"] = around.home.string();
  variables["PATH"] = path_variable(around, step);
  std::vector<std::string> out;
  for (const auto& [name, value] : variables) out.push_back(cat(name, "=", value));
  return out;
}

namespace {

// The tries of a step share its log, as do the steps inside of it.
Result<void> mark_next_try(const StepSurroundings& around, const pipeline::RunStep& step) {
  os::Files& files = around.world.files;
  if (step.again == 0 || files.stat(around.folder.record(step.id)).ok()) return success();
  const os::Path path = around.folder.log(step.step);
  TRY(files.make_directories(path.parent_path()));
  const std::unique_ptr<os::AppendFile> log = TRY(files.open_append(path, 0644));
  TRY(log->append(cat(to_rfc3339(around.world.clock.now()), " ── tried again\n")));
  return log->close();
}

}  // namespace

Result<StartMessage> lay_out_step(const StepSurroundings& around, const pipeline::RunStep& step,
                                  SpareFiles& spare) {
  const auto& script = std::get<pipeline::ScriptAction>(step.action);
  os::Files& files = around.world.files;
  TRY(files.make_directories(around.folder.step_files(), 0700));
  for (const auto& file : step.collected_files) {
    const os::Path path = collected_path(around, step, file);
    if (!reuse_empty(files, path, spare)) TRY(create_empty(files, path));
  }
  const os::Path path = script_path(around, step);
  TRY(write_script(files, path, script.text, spare));
  TRY(mark_next_try(around, step));

  StartMessage message;
  message.id = step.id;
  message.log_path = around.folder.log(step.step);
  message.record = around.folder.record(step.id);
  message.working_directory = working_directory(around.folder, step);
  message.timeout = step.timeout.value_or(Duration::zero());
  message.log_mode =
      step.log_commands == pipeline::LogCommands::Github ? LogMode::Github : LogMode::Plain;
  message.argv = with_script(script.command, path.string());
  message.fallback = with_script(script.fallback, path.string());
  message.env = step_environment(around, step);
  message.masks = step.masks;
  return message;
}

void collect_files(const StepSurroundings& around, const pipeline::RunStep& step,
                   pipeline::StepResult& result) {
  for (const auto& file : step.collected_files) {
    const os::Path path = collected_path(around, step, file);
    if (is_empty(around.world.files, path)) {
      result.files[file.variable] = "";
      continue;
    }
    Result<std::string> content = around.world.files.read(path, file.limit);
    if (content.ok())
      result.files[file.variable] = std::move(content).value();
    else if (content.error().code() == ErrorCode::ResourceExhausted)
      leave_out(around, step, file, result,
                cat("larger than ", human_bytes(file.limit), ", not read"));
    else if (content.error().code() == ErrorCode::NotFound)
      result.files[file.variable] = "";  // the step removed it
    else
      leave_out(around, step, file, result, content.error().describe());
  }
}

void keep_spare(const StepSurroundings& around, const pipeline::RunStep& step,
                const pipeline::StepResult& result, SpareFiles& spare) {
  for (const auto& file : step.collected_files) {
    const auto found = result.files.find(file.variable);
    if (found != result.files.end() && found->second.empty())
      spare.empty.push_back(collected_path(around, step, file));
  }
  spare.script = script_path(around, step);
}

Result<void> keep_summary(const StepSurroundings& around, const pipeline::RunStep& step,
                          const pipeline::StepResult& result) {
  const auto wanted = std::find_if(step.collected_files.begin(), step.collected_files.end(),
                                   [](const auto& file) { return file.variable == kSummary; });
  if (wanted == step.collected_files.end()) return success();
  const auto found = result.files.find(wanted->variable);
  if (found != result.files.end() && found->second.empty()) return success();
  const os::Path path = around.folder.summary(step.id);
  TRY(around.world.files.make_directories(path.parent_path()));
  if (found == result.files.end())
    return around.world.files.write(
        path, cat("_Left out: it could not be read, or is larger than ", human_bytes(wanted->limit),
                  "; the log says more._\n"));
  std::vector<std::string> secrets = step.masks;
  for (const auto& command : result.commands)
    if (command.name == "add-mask" || command.name == "stop-commands")
      secrets.push_back(command.data);
  Masker masker;
  masker.add(pipeline::mask_variants(secrets));
  std::string masked;
  masker.feed(found->second, masked);
  masker.flush(masked);
  return around.world.files.write(path, masked);
}

}  // namespace sluice::exec
