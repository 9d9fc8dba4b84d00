#include "exec/actions/run_action.h"

#include <unistd.h>

#include <algorithm>

#include "base/strings.h"
#include "exec/actions/action.h"
#include "exec/step_record.h"
#include "pipeline/mask.h"

namespace sluice::exec {
namespace {

using pipeline::Outcome;
using pipeline::StepResult;

struct Entry {
  std::string_view name;
  Result<void> (*run)(Action&);
};

constexpr Entry kActions[] = {
    {"actions/cache", cache},
    {"actions/cache/restore", cache_restore},
    {"actions/cache/save", cache_save},
    {"actions/checkout", checkout},
    {"actions/download-artifact", download_artifact},
    {"actions/setup-node", setup_node},
    {"actions/setup-python", setup_python},
    {"actions/upload-artifact", upload_artifact},
    {"actions/upload-artifact/merge", merge_artifacts},
};

const Entry* find_entry(std::string_view name) {
  for (const Entry& entry : kActions)
    if (equal_ignoring_case(entry.name, name)) return &entry;
  return nullptr;
}

StepResult errored(std::string message) {
  StepResult result;
  result.outcome = Outcome::Errored;
  result.message = std::move(message);
  return result;
}

Outcome outcome_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::Cancelled:
      return Outcome::Cancelled;
    case ErrorCode::Timeout:
      return Outcome::TimedOut;
    case ErrorCode::Io:
    case ErrorCode::ResourceExhausted:
    case ErrorCode::Corrupt:
      return Outcome::Errored;
    default:
      return Outcome::Failed;
  }
}

// The result of an earlier run of this step, if it came to its end.
std::optional<StepResult> recorded_result(const StepRecord& record) {
  if (!record.end) return std::nullopt;
  const Result<Json> json = parse_json(*record.end);
  if (!json.ok()) return std::nullopt;
  Result<StepResult> result = pipeline::step_result_from_json(json.value());
  if (!result.ok()) return std::nullopt;
  return std::move(result).value();
}

Result<StepStart> record_start(const ActionRequest& request) {
  StepStart start;
  start.process = request.world.processes.identify(::getpid()).value_or(os::ProcessIdentity{});
  start.started = request.world.clock.now();
  const JsonObject record{{"boot_id", start.process.boot_id},
                          {"pid", start.process.pid},
                          {"start_ticks", static_cast<std::int64_t>(start.process.start_ticks)},
                          {"started", to_rfc3339(start.started)},
                          {"action", std::get<pipeline::BuiltinAction>(request.step.action).name}};
  TRY(request.world.files.write(request.folder.record(request.step.id), to_text(record) + "\n"));
  return start;
}

bool is_annotation(const pipeline::LogCommand& command) {
  return command.name == "notice" || command.name == "warning" || command.name == "error";
}

// What people read of it; what later steps get stays as it is.
void hide_secrets(StepResult& result, const std::vector<std::string>& masks) {
  if (masks.empty()) return;
  result.message = pipeline::masked(masks, result.message);
  for (pipeline::LogCommand& command : result.commands)
    if (is_annotation(command)) command.data = pipeline::masked(masks, command.data);
}

bool holds_secret(const std::map<std::string, std::string>& texts,
                  const std::vector<std::string>& masks) {
  return std::any_of(texts.begin(), texts.end(), [&masks](const auto& text) {
    return pipeline::would_mask(masks, text.first) || pipeline::would_mask(masks, text.second);
  });
}

bool holds_secret(const StepResult& result, const std::vector<std::string>& masks) {
  const auto& paths = result.path_additions;
  return holds_secret(result.outputs, masks) || holds_secret(result.state, masks) ||
         holds_secret(result.environment, masks) ||
         std::any_of(paths.begin(), paths.end(), [&masks](const std::string& path) {
           return pipeline::would_mask(masks, path);
         });
}

Result<void> record_end(const ActionRequest& request, const StepResult& result) {
  const auto record = TRY(request.world.files.open_append(request.folder.record(request.step.id)));
  TRY(record->append(to_text(pipeline::to_json(result)) + "\n"));
  return record->close();
}

StepResult run_entry(const Entry& entry, const ActionRequest& request) {
  Result<ActionLog> log = ActionLog::open(request);
  if (!log.ok()) return errored(log.error().describe());
  StepResult result;
  Action action(request, *log, result);
  const Result<void> done = entry.run(action);
  if (done.ok()) return result;
  result.outcome =
      request.cancel.cancelled() ? Outcome::Cancelled : outcome_of(done.error().code());
  result.exit_code = 1;
  result.message = done.error().describe();
  log->error(result.message, result);
  return result;
}

}  // namespace

std::vector<std::string> builtin_action_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kActions) names.emplace_back(entry.name);
  return names;
}

StepResult run_action(const ActionRequest& request,
                      const std::function<void(const StepStart&)>& on_started) {
  const auto& action = std::get<pipeline::BuiltinAction>(request.step.action);
  const Entry* const entry = find_entry(action.name);
  if (entry == nullptr)
    return errored(cat("there is no built-in action '", action.name, "'",
                       did_you_mean(action.name, builtin_action_names())));
  const StepRecord record =
      read_step_record(request.world.files, request.folder.record(request.step.id));
  if (std::optional<StepResult> recorded = recorded_result(record)) {
    if (record.start) on_started(*record.start);
    return *recorded;
  }
  const Result<StepStart> start = record_start(request);
  if (!start.ok()) return errored(start.error().describe());
  on_started(start.value());
  StepResult result = run_entry(*entry, request);
  result.took = request.world.clock.now() - start->started;
  const std::vector<std::string> masks = pipeline::mask_variants(request.step.masks);
  hide_secrets(result, masks);
  // Cut off, not ended, or not to be written down: the next engine runs it again.
  if (result.outcome == Outcome::Cancelled || holds_secret(result, masks)) return result;
  const Result<void> recorded = record_end(request, result);
  if (!recorded.ok() && result.outcome == Outcome::Succeeded)
    return errored(recorded.error().describe());
  return result;
}

}  // namespace sluice::exec
