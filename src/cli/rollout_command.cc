#include "cli/rollout_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "app/deploy_model.h"
#include "base/strings.h"
#include "cli/model_access.h"
#include "cli/target_access.h"

namespace sluice::cli {
namespace {

struct RolloutOptions {
  std::string target = "local";
  bool json = false;
};
using OptionsPtr = std::shared_ptr<RolloutOptions>;  // shared by parser and action

Result<int> show_status(Context& context, const RolloutOptions& options) {
  delivery::KeeperClient client = TRY(reach_keeper(context, options.target));
  const Json status = TRY(client.status(context.interrupt));
  context.terminal.out(options.json ? to_pretty_text(status) + "\n"
                                    : status_text(status.get_object()));
  return 0;
}

std::string history_row(const JsonObject& rollout) {
  std::string revision;
  if (const auto described = get_object(rollout, "revision"); described.ok())
    revision = string_or(**described, "name", "");
  const std::string reason = string_or(rollout, "reason", "");
  return fmt::format(
      "{:>4} {:<20} {:<7} {:>3} -> {:<3} {:<20} {:<11} {}{}\n",
      get_int(rollout, "number").value_or(0), string_or(rollout, "started", "").substr(0, 19),
      string_or(rollout, "kind", ""), get_int(rollout, "from").value_or(0),
      get_int(rollout, "to").value_or(0), revision, string_or(rollout, "outcome", ""),
      string_or(rollout, "by", ""), reason.empty() ? "" : cat(": ", reason));
}

Result<int> show_history(Context& context, const RolloutOptions& options) {
  delivery::KeeperClient client = TRY(reach_keeper(context, options.target));
  const Json history = TRY(client.history());
  if (options.json) {
    context.terminal.out(to_pretty_text(history) + "\n");
    return 0;
  }
  const JsonArray& rollouts = *TRY(get_array(history.get_object(), "rollouts"));
  if (rollouts.empty()) context.terminal.out("nothing was deployed yet\n");
  for (const Json& rollout : rollouts) context.terminal.out(history_row(rollout.get_object()));
  return 0;
}

// The revision that undo leads to (0: none), which must be fit to serve as if it were deployed now.
// The end of a rollout in progress is not held up: its traffic is partly there already.
Result<int> revision_to_go_back_to(Context& context, const JsonObject& status,
                                   const std::string& target) {
  const auto rollout = get_object(status, "rollout");
  if (rollout.ok() && string_or(**rollout, "outcome", "") == "progressing")
    return static_cast<int>(TRY(get_int(**rollout, "from")));
  const std::int64_t to = TRY(get_int(status, "undo_to"));
  const auto registry = TRY(open_registry(context));
  TRY_CONTEXT(app::check_still_approved(*registry, revision_labels(status, to)),
              cat("target ", target, " does not go back to ", revision_label(status, to)));
  return static_cast<int>(to);
}

Result<int> undo(Context& context, const RolloutOptions& options) {
  delivery::KeeperClient client = TRY(reach_keeper(context, options.target));
  const Json before = TRY(client.status(context.interrupt));
  const int to = TRY(revision_to_go_back_to(context, before.get_object(), options.target));
  // Where nothing is to go back to, the keeper says why.
  const auto expected = to == 0 ? std::nullopt : std::optional(to);
  const delivery::DeployResult result = TRY(client.undo(actor_of(context), expected));
  const Json json = TRY(client.status(context.interrupt));
  const JsonObject& last = *TRY(get_object(json.get_object(), "rollout"));
  // Of a rollout in progress: traffic is back already.
  if (string_or(last, "kind", "") != "undo") {
    context.terminal.out(cat("rollout ", result.rollout, " is ended: ",
                             string_or(last, "outcome", ""), "\n", status_text(json.get_object())));
    return 0;
  }
  context.terminal.error(cat("rollout ", result.rollout, " of ", options.target, ": back to ",
                             revision_label(json.get_object(), result.revision), "\n"));
  return tell_rollout(context, client, options.target, result.rollout);
}

using Run = Result<int> (*)(Context&, const RolloutOptions&);

CLI::App& add(CLI::App& parent, Chosen& chosen, const char* name, const char* about, Run run) {
  const auto options = std::make_shared<RolloutOptions>();
  CLI::App& command = *parent.add_subcommand(name, about);
  command.add_option("target", options->target, "Name of the target")->capture_default_str();
  if (run != &undo) command.add_flag("--json", options->json, "As JSON");
  command.callback([options, run, &chosen] {
    chosen.action = [options, run](Context& context) { return run(context, *options); };
  });
  return command;
}

}  // namespace

void add_rollout_command(CLI::App& root, Chosen& chosen) {
  CLI::App& command =
      *root.add_subcommand("rollout", "What a target serves, did and can go back to");
  command.require_subcommand(1);
  add(command, chosen, "status", "What serves, who gets traffic, how the last rollout went",
      &show_status);
  add(command, chosen, "history", "All rollouts with their outcomes and reasons", &show_history);
  add(command, chosen, "undo", "End the rollout in progress, or go back to what was live before",
      &undo);
}

}  // namespace sluice::cli
