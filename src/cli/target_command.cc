#include "cli/target_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/strings.h"
#include "cli/model_access.h"
#include "cli/target_access.h"
#include "delivery/idle_target.h"
#include "delivery/keeper.h"
#include "delivery/log_rotation.h"
#include "delivery/monitor.h"

namespace sluice::cli {
namespace {

struct TargetOptions {
  std::string target;
  std::string replica;
  bool worker = false;
  bool json = false;
};
using OptionsPtr = std::shared_ptr<TargetOptions>;  // shared by parser and action

Result<int> keep(Context& context, const TargetOptions& options) {
  const os::Path home = TRY(home_of(context));
  const os::Path folder = delivery::target_folder(home, options.target);
  TRY(delivery::read_target(context.world.files, folder));
  if (options.worker)
    return delivery::keep_target(context.world, context.log, folder, context.interrupt);
  delivery::MonitorOptions monitor;
  monitor.worker = {context.executable, "target", "keep", options.target, "--worker"};
  monitor.folder = folder;
  return delivery::run_monitor(context.world, context.log, monitor, context.interrupt);
}

std::string list_row(const JsonObject& status) {
  const std::int64_t live = get_int(status, "live").value_or(0);
  return fmt::format("{:<16} {:<28} {}\n", string_or(status, "name", ""),
                     string_or(status, "url", ""),
                     live == 0 ? cat("serves nothing: ", string_or(status, "reason", ""))
                               : cat("serves ", revision_label(status, live)));
}

// A target that was stopped stays so; any other dead keeper is started again.
Result<Json> status_of(Context& context, const os::Path& home, const std::string& name) {
  delivery::KeeperClient first(delivery::target_folder(home, name));
  auto status = first.status(context.interrupt);
  if (status.ok() || status.error().code() != ErrorCode::Unavailable) return status;
  const os::Path folder = delivery::target_folder(home, name);
  if (delivery::was_stopped(context.world.files, folder)) {
    const auto settings = TRY(delivery::read_target(context.world.files, folder));
    return Json(JsonObject{{"name", name},
                           {"url", cat("http://", settings.host, ":", settings.port)},
                           {"live", 0},
                           {"stopped", true},
                           {"reason", "stopped; `sluice deploy` starts it again"}});
  }
  delivery::KeeperClient client = TRY(reach_keeper(context, name));
  return client.status(context.interrupt);
}

Result<int> list_all(Context& context, const TargetOptions& options) {
  const os::Path home = TRY(home_of(context));
  JsonArray all;
  for (const std::string& name : TRY(delivery::list_targets(context.world.files, home))) {
    auto status = status_of(context, home, name);
    if (status.ok()) {
      if (!options.json) context.terminal.out(list_row(status->get_object()));
      all.push_back(std::move(status).value());
      continue;
    }
    if (!options.json)
      context.terminal.out(fmt::format("{:<16} {}\n", name, status.error().message()));
    all.push_back(JsonObject{{"name", name}, {"error", status.error().describe()}});
  }
  if (options.json) context.terminal.out(to_pretty_text(all) + "\n");
  if (!options.json && all.empty()) context.terminal.out("no targets; `sluice deploy` makes one\n");
  return 0;
}

Result<int> stop(Context& context, const TargetOptions& options) {
  const os::Path folder = delivery::target_folder(TRY(home_of(context)), options.target);
  TRY(delivery::read_target(context.world.files, folder));
  if (delivery::was_stopped(context.world.files, folder)) {
    context.terminal.out(cat("target ", options.target, " is stopped already\n"));
    return 0;
  }
  delivery::KeeperClient client = TRY(reach_keeper(context, options.target));
  TRY(client.stop(actor_of(context)));
  Result<Json> status = client.status(context.interrupt);
  while (status.ok()) {
    const JsonObject& object = status->get_object();
    if (TRY(get_array(object, "replicas"))->empty()) break;
    status = client.status_after(TRY(get_int(object, "seq")), context.interrupt);
  }
  // The keeper ends with its target: then it no longer answers.
  if (!status.ok() && status.error().code() != ErrorCode::Unavailable) return status.error();
  context.terminal.out(cat("target ", options.target, " is stopped\n"));
  return 0;
}

Result<int> remove(Context& context, const TargetOptions& options) {
  TRY(delivery::remove_target(context.world, TRY(home_of(context)), options.target));
  context.terminal.out(cat("target ", options.target, " and its history are removed\n"));
  return 0;
}

Result<int> show_logs(Context& context, const TargetOptions& options) {
  const os::Path folder = delivery::target_folder(TRY(home_of(context)), options.target);
  TRY(delivery::read_target(context.world.files, folder));
  const os::Path path = options.replica.empty() ? delivery::keeper_log(folder)
                                                : delivery::replica_log(folder, options.replica);
  const auto text = delivery::read_log(context.world.files, path);
  if (!text.ok() && text.error().code() == ErrorCode::NotFound) {
    if (options.replica.empty())
      return not_found(cat("target ", options.target, " has no log yet: it was never up"));
    std::vector<std::string> kept;
    if (const auto replicas = context.world.files.list(folder / "replicas"); replicas.ok())
      for (const auto& entry : *replicas) kept.push_back(entry.name);
    return not_found(cat("target ", options.target, " keeps no log of a replica '", options.replica,
                         "'; it has ", kept.empty() ? "none yet" : join(kept, ", ")));
  }
  context.terminal.out(TRY(text));
  return 0;
}

using Run = Result<int> (*)(Context&, const TargetOptions&);

CLI::App& add(CLI::App& parent, Chosen& chosen, const char* name, const char* about,
              const OptionsPtr& options, Run run) {
  CLI::App& command = *parent.add_subcommand(name, about);
  command.callback([options, run, &chosen] {
    chosen.action = [options, run](Context& context) { return run(context, *options); };
  });
  return command;
}

}  // namespace

void add_target_command(CLI::App& root, Chosen& chosen) {
  const auto options = std::make_shared<TargetOptions>();
  CLI::App& command = *root.add_subcommand("target", "Places on this machine where models serve");
  command.require_subcommand(1);
  CLI::App& list =
      add(command, chosen, "list", "All targets and what they serve", options, &list_all);
  list.add_flag("--json", options->json, "As JSON");
  CLI::App& stop_one =
      add(command, chosen, "stop", "Drain and end a target's replicas and keeper", options, &stop);
  CLI::App& remove_one =
      add(command, chosen, "remove", "Forget a stopped target, with its history", options, &remove);
  CLI::App& logs =
      add(command, chosen, "logs", "The log of a keeper or of one replica", options, &show_logs);
  logs.add_option("--replica", options->replica, "Such as r3 (rollout status names them)");
  CLI::App& keep_one = add(command, chosen, "keep",
                           "Keep a target up; commands start this by themselves", options, &keep);
  keep_one.add_flag("--worker", options->worker, "Be the keeper itself, without a monitor");
  for (CLI::App* with_target : {&stop_one, &remove_one, &logs, &keep_one})
    with_target->add_option("target", options->target, "Name of the target")->required();
}

}  // namespace sluice::cli
