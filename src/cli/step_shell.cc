#include "cli/step_shell.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "cli/run_finder.h"
#include "cli/run_rows.h"
#include "cli/session.h"
#include "cli/style.h"
#include "engine/run_replay.h"
#include "exec/leg_folder.h"
#include "exec/step_shell.h"
#include "os/console.h"

namespace sluice::cli {
namespace {

using engine::PauseAnswer;

enum class Seat { Terminal, Elsewhere };

Seat seat() {
  return os::is_terminal(os::Stream::Input) && os::is_terminal(os::Stream::Output)
             ? Seat::Terminal
             : Seat::Elsewhere;
}

// The user's shell without its start files, which would change the step's environment.
std::vector<std::string> shell_command(const std::string& program, Seat at) {
  std::vector<std::string> command{program};
  const std::string name = os::Path(program).filename().string();
  if (name == "bash") command.insert(command.end(), {"--noprofile", "--norc"});
  if (name == "zsh") command.emplace_back("-f");
  if (name == "fish") command.emplace_back("--no-config");
  if (at == Seat::Terminal) command.emplace_back("-i");
  return command;
}

// What a bash shows before each command. A name is no place for what bash would expand.
std::string prompt_of(const pipeline::RunStep& step) {
  constexpr std::size_t kWidth = 30;
  std::string name;
  for (const char c : step.name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == ' ' || c == '-' || c == '_')
      name += c;
  return cat("(", name.substr(0, kWidth), ") \\W\\$ ");
}

// Until the shell ends: its exit status.
Result<int> run_shell(Context& context, const exec::StepShell& shell,
                      const pipeline::RunStep& step) {
  constexpr int kInput = 0;
  constexpr int kOutput = 1;
  constexpr int kError = 2;
  os::ProcessSpec spec;
  spec.env = shell.env;
  spec.working_directory = shell.working_directory;
  spec.input = kInput;
  spec.output = kOutput;
  spec.error_output = kError;
  spec.session = os::Session::Inherit;
  // What a terminal needs and no step has.
  if (const auto term = context.world.environment.get("TERM")) spec.env.emplace("TERM", *term);
  const Seat at = seat();
  if (at == Seat::Terminal) spec.env.emplace("PS1", prompt_of(step));
  spec.argv = shell_command(context.world.environment.get("SHELL").value_or("bash"), at);
  auto started = context.world.processes.spawn(spec);
  if (!started.ok()) {
    spec.argv = shell_command("bash", at);
    started = context.world.processes.spawn(spec);
  }
  if (!started.ok()) return started.error();
  const os::ExitStatus status = TRY(started.value()->wait());
  if (at == Seat::Terminal) os::take_terminal_back();
  return status.code;
}

void introduce(Context& context, const exec::StepShell& shell) {
  context.terminal.out(
      cat("  This shell has the environment of the step, secrets included, and "
          "stands in\n    ",
          shell.working_directory.string(), "\n"));
  if (!shell.again.empty())
    context.terminal.out(cat("  The script of the step once more:\n    ", shell.again, "\n"));
}

std::string shell_command_of(const exec::LegAddress& leg, int step) {
  return cat("sluice runs shell ", leg.run, " ", leg.job, " ", step + 1,
             leg.leg > 0 ? cat(" --leg ", leg.leg) : "");
}

std::string leg_name(const RunTree& tree, const exec::LegAddress& address) {
  for (const JobNode& job : tree.jobs())
    for (const LegNode& leg : job.legs)
      if (job.id == address.job && leg.leg == address.leg) return leg.name;
  return address.job;
}

}  // namespace

Result<PauseAnswer> ShellBreaker::on_paused(const exec::LegAddress& leg,
                                            const pipeline::RunStep& step,
                                            const pipeline::StepResult& result) {
  view_.begin_anew();
  const std::string why =
      result.message.empty() ? cat("exit code ", result.exit_code) : result.message;
  const TerminalKind kind = context_.terminal.out_kind();
  const std::string head = cat("\n", mark_of(kind, "failed"), " ", leg_name(view_.tree(), leg),
                               " › ", step.name, " failed: ", why, "\n");
  if (seat() == Seat::Elsewhere) {
    const os::Path workspace = exec::leg_folder(home_, leg).workspace();
    context_.terminal.error(cat(head, "  there is no terminal to ask on, so it goes on as failed; ",
                                "workspace: ", workspace.string(),
                                "\n  a shell there: ", shell_command_of(leg, step.step), "\n"));
    return PauseAnswer::Continue;
  }
  context_.terminal.out(head);
  constexpr std::size_t kTail = 15;
  for (const std::string& line :
       last_lines(context_.world.files, exec::leg_folder(home_, leg).log(step.step), kTail))
    context_.terminal.out(cat("    ", line, "\n"));
  return ask(leg, step);
}

void ShellBreaker::open_shell(const exec::LegAddress& leg, const pipeline::RunStep& step) {
  const auto shell = exec::step_shell(context_.world, home_, leg, step);
  if (shell.ok()) {
    introduce(context_, *shell);
    context_.terminal.out("  Leave it (exit) to say how the run goes on.\n\n");
  }
  const Result<int> ended = shell.ok() ? run_shell(context_, *shell, step) : shell.error();
  if (!ended.ok()) context_.terminal.error(cat("  no shell: ", ended.error().describe(), "\n"));
}

Result<PauseAnswer> ShellBreaker::ask(const exec::LegAddress& leg, const pipeline::RunStep& step) {
  const CancellationToken& interrupt = context_.interrupt;
  std::string answer = "shell";
  while (!interrupt.cancelled()) {
    const char first = answer.empty() ? '?' : answer.front();
    if (first == 's') open_shell(leg, step);
    if (first == 'r') return PauseAnswer::Retry;
    if (first == 'c') return PauseAnswer::Continue;
    if (first == 'q') return PauseAnswer::Cancel;
    context_.terminal.out(cat("\n", leg_name(view_.tree(), leg), " › ", step.name,
                              " failed. [r]etry it, [c]ontinue as failed, [s]hell, [q]uit: "));
    const auto line = os::read_line(interrupt);
    if (!line && !interrupt.cancelled()) {
      context_.terminal.out("\n");
      return failed_precondition(cat("step '", step.name, "' of job '", leg.job, "' stays paused"));
    }
    answer = to_lower(trim(line.value_or("q")));
  }
  context_.terminal.out("\n");
  return PauseAnswer::Cancel;
}

namespace {

struct ShellOptions {
  std::string run = "latest";
  std::string job;
  std::string step;
  int leg = -1;
};

bool failed(const std::string& outcome) {
  return outcome == "failed" || outcome == "timed_out" || outcome == "errored";
}

struct ChosenStep {
  engine::StepRow row;
  const pipeline::RunStep* request = nullptr;
};

// The step that is asked for, or the first that failed, of the newest attempt of its job. A step
// that runs nothing itself stands for those inside of it.
Result<ChosenStep> choose_step(const ShellOptions& options, const engine::ReadModel& model,
                               const engine::RunRow& run, const engine::RunMachine& machine) {
  std::vector<engine::LegRow> legs = TRY(model.legs(run.id));
  if (!options.job.empty()) legs = TRY(find_legs(legs, options.job, run.number));
  const auto is_wanted = [&](const engine::StepRow& step) {
    if (options.leg >= 0 && step.leg != options.leg) return false;
    return std::any_of(legs.begin(), legs.end(),
                       [&step](const engine::LegRow& leg) { return belongs(step, leg); });
  };
  ChosenStep chosen;
  for (const engine::StepRow& step : TRY(model.steps(run.id))) {
    if (!is_wanted(step)) continue;
    const bool stopped = failed(step.outcome) || step.status == "paused";
    if (options.step.empty() ? !stopped : !is_step(step, options.step, &machine)) continue;
    const auto* request = machine.step_request({step.job, step.leg}, step.step, step.part);
    if (request != nullptr && stopped) return ChosenStep{step, request};
    if (chosen.request == nullptr) chosen = {step, request};
  }
  if (chosen.request != nullptr) return chosen;
  if (!chosen.row.job.empty())
    return failed_precondition(
        cat("step '", chosen.row.name, "' of job '", chosen.row.job,
            "' did not run in the newest attempt, so it has no environment"));
  return not_found(
      options.step.empty()
          ? cat("no step of run ", run.number, " failed; name one: sluice runs shell RUN JOB STEP")
          : cat("run ", run.number, " ran no step '", options.step, "' there"));
}

Result<int> shell(const ShellOptions& options, Context& context) {
  const auto workbench = TRY(open_workbench(context));
  const engine::RunRow run = TRY(workbench->read_model().find_run(options.run));
  const engine::EngineParts parts = TRY(workbench->engine_parts());
  const auto machine = TRY(engine::replay_run(parts, run.id));
  const auto [row, step] = TRY(choose_step(options, workbench->read_model(), run, *machine));
  const exec::LegAddress leg{run.id, row.job, row.leg, row.attempt};
  const exec::StepShell place = TRY(exec::step_shell(context.world, workbench->home(), leg, *step));
  context.terminal.error(cat(row.job, " › ", row.name, "\n"));
  if (seat() == Seat::Terminal) introduce(context, place);
  return run_shell(context, place, *step);
}

}  // namespace

void add_runs_shell(CLI::App& runs, Chosen& chosen) {
  CLI::App* command = runs.add_subcommand(
      "shell", "A shell in the folder of a step, with its environment (secrets included)");
  auto options = std::make_shared<ShellOptions>();  // shared by parser and action
  command->add_option("RUN", options->run, "Number, id or beginning of an id (default: latest)");
  command->add_option("JOB", options->job, "Default: the first with a failed step");
  command->add_option("STEP", options->step,
                      "Id, name or number counted from 1 (default: the failed)");
  command->add_option("--leg", options->leg, "Which leg of a matrix, counted from 0");
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return shell(*options, context); };
  });
}

}  // namespace sluice::cli
