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
#include "cli/usage_error.h"
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
    context.terminal.out(root.help());
    return 0;
  } catch (const CLI::CallForVersion&) {
    context.terminal.out(cat("sluice ", kVersion, "\n"));
    return 0;
  } catch (const CLI::ParseError& error) {
    context.terminal.error(usage_text(root, error, arguments));
    return 2;
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
