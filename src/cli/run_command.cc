#include "cli/run_command.h"

#include <CLI/CLI.hpp>

#include "app/keeper_starter.h"
#include "app/start_run.h"
#include "base/strings.h"
#include "cli/event_options.h"
#include "cli/run_view.h"
#include "cli/session.h"
#include "cli/step_shell.h"
#include "cli/style.h"

namespace sluice::cli {
namespace {

struct RunOptions {
  EventOptions event;
  std::vector<std::string> files;
  std::vector<std::string> jobs;
  ValueOptions values;
  bool break_on_failure = false;
};

void announce(Context& context, const engine::RunMachine& machine) {
  const engine::CreatedRun& run = machine.created();
  std::string edits = run.source.snapshot.empty() ? "" : " with your edits";
  const pipeline::Plan& plan = machine.plan();
  context.terminal.out(cat("run ", run.number, " of ", with_title(plan.name, plan.title), " (",
                           run.file.path, ") for ", run.event.name, " of ", run.event.ref, " at ",
                           run.event.sha.substr(0, 7), edits, "\n"));
  const std::size_t notes = machine.plan().not_enforced.size();
  if (notes > 0)
    context.terminal.error(
        cat("note: ", plural(notes, "thing"), " of the file ", notes == 1 ? "is" : "are",
            " approximated or not enforced here; `sluice plan ", run.file.path, "` lists them\n"));
}

Result<int> run_one(Context& context, app::Workbench& workbench, const app::Repository& repository,
                    const app::StartRequest& request) {
  const engine::EngineParts parts = TRY(workbench.engine_parts());
  std::string run_id;
  std::int64_t attempt = 1;
  const auto view =
      make_run_view(context.terminal, context.world.clock, context.world.files,
                    [&](const engine::LegKey& leg, int step) {
                      return parts.backend.log_path({run_id, leg.job, leg.leg, attempt}, step);
                    });
  app::KeeperStarter listener(context.world, workbench.home(), context.executable, context.log,
                              *view);
  auto owner = TRY(app::start_run(workbench, repository, request, &listener));
  run_id = owner->machine().created().identity.run_id;
  announce(context, owner->machine());
  ShellBreaker breaker(context, workbench.home(), *view);
  owner->set_breaker(&breaker);
  const pipeline::Outcome outcome = TRY_CONTEXT(
      owner->drive(context.interrupt, context.kill),
      cat("run ", run_id, " stopped (continue it with `sluice runs resume ", run_id, "`)"));
  view->finish();
  return outcome == pipeline::Outcome::Succeeded ? 0 : 1;
}

Result<int> run(const RunOptions& options, Context& context) {
  const app::Repository repository =
      TRY(app::Repository::open(context.world, TRY(working_directory(context))));
  const auto workbench = TRY(open_workbench(context));
  const app::TriggerRequest trigger = TRY(trigger_request(context, options.event));
  app::StartRequest request;
  request.event = TRY(app::make_trigger(repository, trigger));
  request.jobs = options.jobs;
  if (options.break_on_failure) request.on_failure = engine::OnFailure::Break;
  request.edits = trigger.edits;
  request.values = TRY(run_values(context, options.values));
  const auto files = TRY(app::find_pipelines(context.world, workbench->languages(), repository,
                                             options.files, trigger.edits));
  std::vector<app::PlannedPipeline> wanted;
  for (const pipeline::SourceFile& file : files) {
    auto planned = TRY(app::plan_pipeline(workbench->languages(), file, request.event,
                                          app::identity_of(repository, context.world.clock.now()),
                                          request.values));
    if (planned.plan && !planned.plan->triggered) {
      context.terminal.error(cat("– ", file.path, ": ", planned.plan->reason.summary, "\n"));
      continue;
    }
    // Before anything starts: a run that must be refused refuses all of them.
    TRY(app::check_runnable(planned, options.jobs));
    wanted.push_back(std::move(planned));
  }
  if (wanted.empty())
    return failed_precondition(cat("no pipeline listens to this ", request.event.name,
                                   "; `sluice plan --event ", options.event.event, "` shows why"));
  int status = 0;
  for (app::PlannedPipeline& planned : wanted) {
    request.pipeline = std::move(planned);
    status = std::max(status, TRY(run_one(context, *workbench, repository, request)));
  }
  return status;
}

}  // namespace

void add_run_command(CLI::App& root, Chosen& chosen) {
  CLI::App* command = root.add_subcommand("run", "Run the repository's pipelines here");
  auto options = std::make_shared<RunOptions>();  // shared by parser and action
  command->add_option("FILE", options->files, "Pipeline files (default: all that listen)");
  add_event_options(*command, options->event);
  command->add_option("--job,-j", options->jobs, "Only this job and what it needs (repeat)");
  add_value_options(*command, options->values);
  command->add_flag("--break-on-failure", options->break_on_failure,
                    "Open a shell in each step that fails, then ask: retry, continue, cancel");
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return run(*options, context); };
  });
}

}  // namespace sluice::cli
