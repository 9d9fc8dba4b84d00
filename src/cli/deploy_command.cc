#include "cli/deploy_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "app/deploy_model.h"
#include "base/strings.h"
#include "cli/model_access.h"
#include "cli/target_access.h"

namespace sluice::cli {
namespace {

struct DeployOptions {
  std::string model;
  std::string target = "local";
  std::optional<std::uint16_t> port;
  std::optional<int> replicas;
  std::string startup_deadline = "60s";
  bool detach = false;
};

// The settings of the target, made when it is new.
Result<delivery::TargetSettings> ensure_target(Context& context, const os::Path& home,
                                               const DeployOptions& options) {
  TRY(delivery::check_target_name(options.target));
  const os::Path folder = delivery::target_folder(home, options.target);
  const auto known = delivery::read_target(context.world.files, folder);
  if (known.ok()) {
    if (options.port && *options.port != known->port)
      return failed_precondition(cat("target '", options.target, "' listens on port ", known->port,
                                     " for good; port ", *options.port,
                                     " needs a target of another name (--target)"));
    return known.value();
  }
  if (known.error().code() != ErrorCode::NotFound) return known.error();
  delivery::TargetSettings settings;
  settings.name = options.target;
  settings.port = options.port.value_or(0);
  settings.replicas = options.replicas.value_or(settings.replicas);
  TRY(delivery::write_target(context.world.files, folder, settings));
  return settings;
}

Result<int> deploy(Context& context, const DeployOptions& options) {
  const os::Path home = TRY(home_of(context));
  const auto registry = TRY(open_registry(context));
  delivery::DeployRequest request;
  request.revision = TRY(
      app::revision_for_model(*registry, context.world.files, options.model, context.executable));
  const auto deadline = parse_duration(options.startup_deadline);
  if (!deadline)
    return invalid_input(cat("--startup-deadline '", options.startup_deadline,
                             "' is no time such as 500ms, 30s or 2m"));
  request.revision.startup_deadline = *deadline;
  const delivery::TargetSettings settings = TRY(ensure_target(context, home, options));
  request.replicas = options.replicas.value_or(settings.replicas);
  request.by = actor_of(context);
  delivery::KeeperClient client = TRY(reach_keeper(context, options.target));
  const delivery::DeployResult result = TRY(client.deploy(request));
  const std::string name = describe(request.revision);
  if (result.answer == delivery::DeployAnswer::Unchanged) {
    context.terminal.out(cat("revision ", result.revision, " (", name,
                             ") is live and healthy already: nothing to do\n"));
    return 0;
  }
  context.terminal.error(cat("rollout ", result.rollout, " of ", options.target, ": revision ",
                             result.revision, " (", name, ")\n"));
  if (options.detach) return 0;
  return tell_rollout(context, client, result.rollout);
}

}  // namespace

void add_deploy_command(CLI::App& root, Chosen& chosen) {
  const auto options = std::make_shared<DeployOptions>();  // shared by parser and action
  CLI::App& command = *root.add_subcommand(
      "deploy", "Roll a model out to a target, with automatic rollback; exit 1 if it fails");
  command.add_option("model", options->model, "NAME, NAME/3, NAME@alias or a model folder")
      ->required();
  command.add_option("--target", options->target, "Name of the target; made when it is new")
      ->capture_default_str();
  command.add_option("--port", options->port,
                     "Port of a new target on 127.0.0.1; without it the system picks one");
  command.add_option("--replicas", options->replicas, "Number of replicas")
      ->check(CLI::Range(1, 1000));
  command
      .add_option("--startup-deadline", options->startup_deadline,
                  "How long a replica may take to become ready")
      ->capture_default_str();
  command.add_flag("--detach", options->detach, "Do not wait for the end of the rollout");
  command.callback([options, &chosen] {
    chosen.action = [options](Context& context) { return deploy(context, *options); };
  });
}

}  // namespace sluice::cli
