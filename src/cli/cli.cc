#include "cli/cli.h"

#include <CLI/CLI.hpp>

#include "base/strings.h"
#include "cli/conformance_command.h"
#include "cli/data_command.h"
#include "cli/deploy_command.h"
#include "cli/doctor_command.h"
#include "cli/evaluate_command.h"
#include "cli/explain_command.h"
#include "cli/fidelity_command.h"
#include "cli/gate_command.h"
#include "cli/gc_command.h"
#include "cli/lint_command.h"
#include "cli/model_command.h"
#include "cli/plan_command.h"
#include "cli/rollout_command.h"
#include "cli/run_command.h"
#include "cli/runs_command.h"
#include "cli/serve_command.h"
#include "cli/target_command.h"
#include "cli/train_command.h"
#include "cli/version.h"

namespace sluice::cli {
namespace {

void add_commands(CLI::App& root, Chosen& chosen) {
  add_run_command(root, chosen);
  add_plan_command(root, chosen);
  add_lint_command(root, chosen);
  add_fidelity_command(root, chosen);
  add_runs_command(root, chosen);
  add_explain_command(root, chosen);
  add_conformance_command(root, chosen);
  add_gc_command(root, chosen);
  add_data_command(root, chosen);
  add_train_command(root, chosen);
  add_evaluate_command(root, chosen);
  add_gate_command(root, chosen);
  add_model_command(root, chosen);
  add_serve_command(root, chosen);
  add_deploy_command(root, chosen);
  add_rollout_command(root, chosen);
  add_target_command(root, chosen);
  add_doctor_command(root, chosen);
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!command->get_group().empty()) names.push_back(command->get_name());
  return names;
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (command->get_name() == name) return command;
  return nullptr;
}

// CLI11 says "The following argument was not expected: rnu"; we also say what was meant.
std::string suggestion(const CLI::App& root, const std::vector<std::string>& arguments) {
  const CLI::App* app = &root;
  for (const std::string& argument : arguments) {
    const std::vector<std::string> names = command_names(*app);
    if (argument.starts_with('-') || names.empty()) break;
    const CLI::App* next = find_command(*app, argument);
    if (next == nullptr) return did_you_mean(argument, names);
    app = next;
  }
  return {};
}

int usage_error(Context& context, const CLI::App& root, const CLI::ParseError& error,
                const std::vector<std::string>& arguments) {
  context.terminal.error(cat("sluice: ", error.what(), suggestion(root, arguments),
                             "\n(sluice --help shows the commands)\n"));
  return 2;
}

}  // namespace

int run_command_line(Context& context, const std::vector<std::string>& arguments) {
  CLI::App root("From a commit to a model in production, and healthy there.", "sluice");
  root.set_version_flag("--version", std::string("sluice ") + std::string(kVersion));
  root.require_subcommand(1);
  Chosen chosen;
  add_commands(root, chosen);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    root.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    const CLI::App* app = &root;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    context.terminal.out(app->help());
    return 0;
  } catch (const CLI::CallForVersion&) {
    context.terminal.out(cat("sluice ", kVersion, "\n"));
    return 0;
  } catch (const CLI::ParseError& error) {
    return usage_error(context, root, error, arguments);
  }
  if (!chosen.action) {
    context.terminal.error("sluice: a command is missing (sluice --help shows them)\n");
    return 2;
  }
  const Result<int> status = chosen.action(context);
  if (status.ok()) return *status;
  context.terminal.error(cat("sluice: ", status.error().describe(), "\n"));
  return exit_status(status.error().code());
}

}  // namespace sluice::cli
