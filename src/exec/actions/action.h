// What a built-in action sees while it runs: its inputs, its log, its result. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "exec/actions/run_action.h"
#include "exec/log_stream.h"

namespace sluice::exec {

// The action's own lines, masked and stamped as a script's are.
class ActionLog {
 public:
  static Result<ActionLog> open(const ActionRequest& request);

  void line(std::string_view text);
  // Shown as annotations too.
  void warning(std::string_view text, pipeline::StepResult& result);
  void error(std::string_view text, pipeline::StepResult& result);
  void notice(std::string_view text, pipeline::StepResult& result);

 private:
  ActionLog(const os::Clock& clock, std::unique_ptr<os::AppendFile> file,
            std::unique_ptr<LogStream> stream)
      : clock_(&clock), file_(std::move(file)), stream_(std::move(stream)) {}

  const os::Clock* clock_;
  std::unique_ptr<os::AppendFile> file_;
  std::unique_ptr<LogStream> stream_;
};

class Action {
 public:
  Action(const ActionRequest& request, ActionLog& log, pipeline::StepResult& result)
      : request_(request), log_(log), result_(result) {}

  const ActionRequest& request() const { return request_; }
  const os::World& world() const { return request_.world; }
  pipeline::StepResult& result() { return result_; }

  const pipeline::BuiltinAction& built_in() const {
    return std::get<pipeline::BuiltinAction>(request_.step.action);
  }
  // What stands behind the @: "v4", "v4.1.2", a commit.
  std::string_view version() const;
  // 4 of "v4.1.2"; the newest for a commit or a branch.
  int major_version() const;
  std::string input(std::string_view name, std::string_view fallback = "") const;
  // true/false in the spellings of YAML 1.2; anything else is an error that names the input.
  // style: bool because it is the input's value, not a switch.
  Result<bool> flag(std::string_view name, bool fallback) const;
  void line(std::string_view text) { log_.line(text); }
  void warn(std::string_view text) { log_.warning(text, result_); }
  void notice(std::string_view text) { log_.notice(text, result_); }
  void output(std::string_view name, std::string value) {
    result_.outputs[std::string(name)] = std::move(value);
  }
  // Says which inputs, though set, have no effect here (pipeline/github/schema_actions.cc).
  void warn_without_effect();

  // An absolute path for an input path; relative ones start at the workspace.
  os::Path in_workspace(std::string_view path) const;
  // The same for a folder that the action fills, links followed: InvalidInput where that is outside
  // of the workspace.
  Result<os::Path> folder_in_workspace(std::string_view path) const;
  // Likewise, where an absolute path may lead anywhere but into the home; of that only the
  // workspace and the temporary folder of this job are open.
  Result<os::Path> folder_to_fill(std::string_view path) const;
  // That writing to `path` below a folder to fill stays inside: a link on the way leads nowhere but
  // into the workspace, or into that folder where it lies elsewhere. Else InvalidInput.
  Result<void> check_inside(const os::Path& folder, const os::Path& path) const;

 private:
  const ActionRequest& request_;
  ActionLog& log_;
  pipeline::StepResult& result_;
};

Result<void> cache(Action& action);
Result<void> cache_restore(Action& action);
Result<void> cache_save(Action& action);
Result<void> checkout(Action& action);
Result<void> upload_artifact(Action& action);
Result<void> download_artifact(Action& action);
Result<void> merge_artifacts(Action& action);
Result<void> setup_python(Action& action);
Result<void> setup_node(Action& action);

}  // namespace sluice::exec
