#include "cli/run_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/ended_run.h"
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

// Nothing starts by itself here: who would wait for this run on GitHub is only named.
void tell_waiting(Context& context, app::Workbench& workbench, const app::Repository& repository,
                  const engine::CreatedRun& created, app::Edits edits) {
  const auto ended = app::find_recorded_run(workbench, created.identity.run_id);
  if (!ended.ok()) return;
  const auto waiting = app::waiting_for(workbench, repository, *ended, edits);
  if (!waiting.ok()) return;
  for (const std::string& file : *waiting)
    context.terminal.error(cat("note: ", file, " waits for this run: `sluice run --event ",
                               "workflow_run --of ", created.number, "` starts it\n"));
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
  tell_waiting(context, workbench, repository, owner->machine().created(), request.edits);
  return outcome == pipeline::Outcome::Succeeded ? 0 : 1;
}

// What `run` does with the pipelines that it finds: those that can run, and how bad the others are.
struct Found {
  std::vector<app::PlannedPipeline> wanted;
  std::vector<Error> refused;
};

bool has_any_job(const app::PlannedPipeline& planned, const std::vector<std::string>& jobs) {
  return jobs.empty() || std::any_of(jobs.begin(), jobs.end(), [&](const std::string& job) {
           return planned.plan->find_job(job) != nullptr;
         });
}

// Nothing has started yet. One that cannot run keeps no other from running, unless it was named.
Result<Found> find_wanted(const RunOptions& options, Context& context,
                          const engine::Languages& languages, const app::Repository& repository,
                          const app::StartRequest& request) {
  Found found;
  const auto identity = app::identity_of(repository, context.world.clock.now());
  for (const pipeline::SourceFile& file : TRY(app::find_pipelines(
           context.world, languages, repository, options.files, request.edits))) {
    auto planned = TRY(app::plan_pipeline(context.world.files, languages, file, request.event,
                                          identity, request.values));
    if (planned.plan && !planned.plan->triggered) {
      context.terminal.error(cat("– ", file.path, ": ", planned.plan->reason.summary, "\n"));
      continue;
    }
    const Result<void> runnable = app::check_runnable(planned, options.jobs);
    if (runnable.ok()) {
      found.wanted.push_back(std::move(planned));
    } else if (!options.files.empty()) {
      return runnable.error();
    } else if (planned.plan && !has_any_job(planned, options.jobs)) {
      context.terminal.error(cat("– ", file.path, ": has no job ", join(options.jobs, ", "), "\n"));
    } else {
      found.refused.push_back(runnable.error());
    }
  }
  return found;
}

// Says of each why it does not run; the status of the worst.
int tell_refused(Context& context, const std::vector<Error>& refused) {
  int status = 0;
  for (const Error& error : refused) {
    context.terminal.error(cat("✗ ", error.describe(), "\n"));
    status = std::max(status, exit_status(error.code()));
  }
  return status;
}

Error nothing_runs(const RunOptions& options, const pipeline::TriggerEvent& event) {
  if (!options.jobs.empty())
    return invalid_input(cat("no pipeline that listens to this ", event.name, " has a job ",
                             join(options.jobs, ", "), "; `sluice plan` shows the jobs"));
  return failed_precondition(cat("no pipeline listens to this ", event.name,
                                 "; `sluice plan --event ", options.event.event, "` shows why"));
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
  request.values = TRY(run_values(context, options.values, request.event));
  Found found = TRY(find_wanted(options, context, workbench->languages(), repository, request));
  if (found.wanted.empty() && found.refused.empty()) return nothing_runs(options, request.event);
  if (found.wanted.empty() && found.refused.size() == 1) return found.refused.front();
  int status = tell_refused(context, found.refused);
  for (app::PlannedPipeline& planned : found.wanted) {
    if (context.interrupt.cancelled()) return std::max(status, 1);
    request.event = planned.event;
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
