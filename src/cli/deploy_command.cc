#include "cli/deploy_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "app/deploy_model.h"
#include "base/strings.h"
#include "cli/model_access.h"
#include "cli/target_access.h"
#include "delivery/idle_target.h"
#include "store/home.h"

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

// Makes the target when it is new; gives it another port where nothing serves there.
Result<void> ensure_target(Context& context, const os::Path& home, const DeployOptions& options) {
  TRY(delivery::check_target_name(options.target));
  const os::Path folder = delivery::target_folder(home, options.target);
  const auto known = delivery::read_target(context.world.files, folder);
  if (known.ok()) {
    if (options.port && *options.port != known->port)
      TRY_CONTEXT(delivery::change_port(context.world, home, options.target, *options.port),
                  cat("target '", options.target, "' listens on port ", known->port, ", not on ",
                      *options.port));
    return success();
  }
  if (known.error().code() != ErrorCode::NotFound) return known.error();
  delivery::TargetSettings settings;
  settings.name = options.target;
  settings.port = options.port.value_or(0);
  settings.replicas = options.replicas.value_or(settings.replicas);
  return delivery::write_target(context.world.files, folder, settings);
}

Result<int> deploy(Context& context, const DeployOptions& options) {
  const os::Path home = TRY(home_of(context));
  const auto registry = TRY(open_registry(context));
  // Until the target knows the revision, nobody else knows that its files are wanted.
  auto no_collection = TRY(store::lock_collection(context.world, home));
  delivery::DeployRequest request;
  request.revision = TRY(
      app::revision_for_model(context.world, home, *registry, options.model, context.executable));
  const auto deadline = parse_duration(options.startup_deadline);
  if (!deadline)
    return invalid_input(cat("--startup-deadline '", options.startup_deadline,
                             "' is no time such as 500ms, 30s or 2m"));
  request.revision.startup_deadline = *deadline;
  TRY(ensure_target(context, home, options));
  request.replicas = options.replicas.value_or(0);
  request.by = actor_of(context);
  delivery::KeeperClient client = TRY(reach_keeper(context, options.target));
  const delivery::DeployResult result = TRY(client.deploy(request));
  no_collection.reset();
  const std::string name = describe(request.revision);
  if (result.answer == delivery::DeployAnswer::Unchanged) {
    context.terminal.out(cat("revision ", result.revision, " (", name,
                             ") is live and healthy already: nothing to do\n"));
    return 0;
  }
  context.terminal.error(cat("rollout ", result.rollout, " of ", options.target, ": revision ",
                             result.revision, " (", name, ")\n"));
  if (options.detach) return 0;
  return tell_rollout(context, client, options.target, result.rollout);
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
  command
      .add_option("--port", options->port,
                  "Port of a new or stopped target on 127.0.0.1; without it the system picks one")
      ->check(CLI::Range(0, 65535).description("PORT"));
  command
      .add_option("--replicas", options->replicas,
                  "Number of replicas (default: as many as there are; 2 for a new target)")
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
