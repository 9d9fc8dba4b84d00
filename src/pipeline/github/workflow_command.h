// Commands that a step writes into its log: `::name key=value,key=value::data` at the start of a
// line, or `##[name key=value;key=value]data` anywhere in it. Rules of actions/runner
// (ActionCommand.cs, ActionCommandManager.cs).
//
// Depends on base/strings only: it is linked into the supervisor, a tiny static program. Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::pipeline::github {

struct WorkflowCommand {
  std::string name;                               // lower case
  std::map<std::string, std::string> properties;  // names in lower case; values unescaped
  std::string data;                               // unescaped

  bool operator==(const WorkflowCommand&) const = default;
};

// add-mask, debug, notice, warning, error, group, endgroup, add-matcher, remove-matcher, echo,
// stop-commands, set-output, save-state, set-env, add-path. Without case.
std::span<const std::string_view> workflow_commands();
bool is_workflow_command(std::string_view name);

// The command on one line (without its line end); nothing when the line is plain output, which a
// command of unknown name is too. `resume_token` is one more known name (see below); empty: none.
std::optional<WorkflowCommand> parse_workflow_command(std::string_view line,
                                                      std::string_view resume_token = {});

// Reads the lines of one step in order (stdout and stderr may be mixed), minding stop-commands:
// after `::stop-commands::TOKEN` all lines are plain output until `::TOKEN::`. One thread.
class WorkflowCommandReader {
 public:
  // The command to act on. stop-commands itself is returned too (its data, the token, must be
  // masked); the line that ends it is returned with the token as name.
  std::optional<WorkflowCommand> read(std::string_view line);
  bool stopped() const { return !token_.empty(); }

 private:
  std::string token_;
};

}  // namespace sluice::pipeline::github
