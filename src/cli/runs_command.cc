#include "cli/runs_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/keeper_starter.h"
#include "app/retention.h"
#include "app/summaries.h"
#include "base/strings.h"
#include "cli/annotation_view.h"
#include "cli/log_reader.h"
#include "cli/run_finder.h"
#include "cli/run_rows.h"
#include "cli/run_view.h"
#include "cli/session.h"
#include "cli/step_shell.h"
#include "cli/style.h"
#include "os/pause.h"

namespace sluice::cli {
namespace {

using engine::LegRow;
using engine::RunRow;
using engine::StepRow;

struct RunsOptions {
  std::string run = "latest";
  std::string job;
  std::string step;
  std::string from_step;
  std::vector<std::string> jobs;
  std::size_t limit = 20;
  std::size_t keep = 20;
  std::string older_than = "0s";
  bool all = false;
  bool break_on_failure = false;
  bool json = false;
  bool times = false;
  bool summary = false;
};

constexpr std::size_t kTitleWidth = 60;

std::string took(const std::optional<Timestamp>& from, const std::optional<Timestamp>& to) {
  return from && to ? to_human(*to - *from) : "";
}

Result<int> list(const RunsOptions& options, Context& context) {
  const auto workbench = TRY(open_workbench(context));
  const std::vector<RunRow> runs = TRY(workbench->read_model().runs(options.limit));
  if (options.json) {
    JsonArray array;
    for (const RunRow& run : runs) array.push_back(row_json(*workbench, run));
    context.terminal.out(to_pretty_text(array) + "\n");
    return 0;
  }
  if (runs.empty()) context.terminal.out("no runs yet; `sluice run` makes one\n");
  const TerminalKind kind = context.terminal.out_kind();
  std::vector<std::vector<std::string>> rows;
  for (const RunRow& run : runs) {
    const std::string state = state_of(*workbench, run);
    rows.push_back({mark_of(kind, state), std::to_string(run.number),
                    shorten(with_title(run.pipeline, run.title), kTitleWidth), run.event, run.ref,
                    run.sha.substr(0, 7), state, took(run.created, run.finished),
                    to_rfc3339(run.created).substr(0, 19), run.id});
  }
  if (!rows.empty())
    context.terminal.out(table(
        kind, {" ", "RUN", "PIPELINE", "EVENT", "REF", "COMMIT", "STATE", "TOOK", "CREATED", "ID"},
        rows));
  return 0;
}

std::string step_text(const StepRow& step, TerminalKind kind) {
  const std::string result = step.conclusion.empty() ? step.status : step.conclusion;
  const std::string_view mark = marked_as(step.outcome, result);
  std::string text = cat("    ", mark_of(kind, mark), " ", number_of(step), " ", step.name, "  ",
                         took(step.started, step.finished));
  if (mark == "forgiven") text += cat("  ", ended_as(step.outcome, result));
  if (!step.message.empty()) text += cat("  ", step.message);
  return cat(text, "\n", annotations_text(kind, step.annotations, 8));
}

std::string leg_text(const LegRow& leg, const std::vector<StepRow>& steps, TerminalKind kind) {
  const std::string state = leg.result.empty() ? leg.status : leg.result;
  std::string text =
      cat(mark_of(kind, marked_as(state, leg.conclusion)), " ", leg.name, "  ",
          ended_as(state, leg.conclusion), "  ", took(leg.started, leg.finished),
          leg.message.empty() ? "" : cat("  ", leg.message), "\n", environment_text(leg, 4));
  for (const StepRow& step : steps)
    if (belongs(step, leg)) text += step_text(step, kind);
  return text;
}

Result<int> show_summaries(Context& context, app::Workbench& workbench, const RunRow& run) {
  std::string text;
  for (const app::StepSummary& summary : TRY(app::step_summaries(workbench, run.id)))
    text += cat("<!-- ", summary.leg.job, " › ", summary.step, " -->\n", summary.markdown,
                summary.markdown.ends_with('\n') ? "" : "\n");
  if (text.empty()) text = cat("no step of run ", run.number, " wrote a summary\n");
  context.terminal.out(text);
  return 0;
}

Result<int> show(const RunsOptions& options, Context& context) {
  const auto workbench = TRY(open_workbench(context));
  const RunRow run = TRY(workbench->read_model().find_run(options.run));
  if (options.summary) return show_summaries(context, *workbench, run);
  const auto legs = TRY(workbench->read_model().legs(run.id));
  const auto steps = TRY(workbench->read_model().steps(run.id));
  if (options.json) {
    JsonObject object = row_json(*workbench, run).as_object();
    JsonArray jobs;
    for (const LegRow& leg : legs) jobs.push_back(leg_json(leg, steps));
    object["jobs"] = std::move(jobs);
    JsonArray waits;
    for (JsonObject& wait : TRY(waits_of(*workbench, run))) waits.push_back(std::move(wait));
    object["waiting_for"] = std::move(waits);
    context.terminal.out(to_pretty_text(object) + "\n");
    return 0;
  }
  const TerminalKind kind = context.terminal.out_kind();
  const std::string state = state_of(*workbench, run);
  std::string text =
      cat(mark_of(kind, state), " run ", run.number, " of ", with_title(run.pipeline, run.title),
          " (", run.file, ")\n  ", run.event, " of ", run.ref, " at ", run.sha.substr(0, 7),
          ", attempt ", run.attempt, ", ", state, "\n  ", run.id, "  ", to_rfc3339(run.created),
          "\n", interruption_text(*workbench, run), TRY(waits_text(*workbench, run)), "\n");
  for (const LegRow& leg : legs) text += leg_text(leg, steps, kind);
  context.terminal.out(text);
  return 0;
}

bool is_of(const std::vector<LegRow>& legs, const StepRow& step) {
  return std::any_of(legs.begin(), legs.end(), [&step](const LegRow& leg) {
    return leg.job == step.job && leg.leg == step.leg;
  });
}

// Of all attempts. What is inside of a step is in the log of the step around it.
Result<std::vector<StepRow>> steps_with_logs(const RunsOptions& options, app::Workbench& workbench,
                                             const RunRow& run) {
  const auto machine = options.step.empty() ? nullptr : machine_for_ids(workbench, run);
  std::vector<LegRow> legs = TRY(workbench.read_model().legs(run.id));
  if (!options.job.empty()) legs = TRY(find_legs(legs, options.job, run.number));
  std::vector<StepRow> steps = TRY(workbench.read_model().steps(run.id));
  std::erase_if(steps, [&](const StepRow& step) {
    return !step.part.empty() || (!options.job.empty() && !is_of(legs, step));
  });
  if (steps.empty())
    return not_found(
        options.job.empty()
            ? cat("run ", run.number, " has no log: none of its steps was reached")
            : cat("job '", options.job, "' has no log: none of its steps was reached"));
  if (options.step.empty()) return steps;
  const std::vector<StepRow> all = steps;
  std::erase_if(steps,
                [&](const StepRow& step) { return !is_step(step, options.step, machine.get()); });
  if (steps.empty())
    return no_such_step(options.job.empty() ? run.pipeline : options.job, options.step, all);
  return steps;
}

Result<int> logs(const RunsOptions& options, Context& context) {
  const auto workbench = TRY(open_workbench(context));
  const RunRow run = TRY(workbench->read_model().find_run(options.run));
  const LineTimes times = options.times ? LineTimes::Show : LineTimes::Hide;
  for (const StepRow& step : TRY(steps_with_logs(options, *workbench, run))) {
    const os::Path path =
        TRY(workbench->log_path({run.id, step.job, step.leg, step.attempt}, step.step));
    context.terminal.out(
        cat("── ", step.job, step.leg > 0 ? cat(" ", step.leg) : "", " › ", step.name, "\n"));
    LogFollower follower(context.world.files);
    follower.read_new(path, [&](std::string_view line) {
      context.terminal.out(cat(log_line(line, times), "\n"));
    });
  }
  return 0;
}

Result<int> watch(const RunsOptions& options, Context& context) {
  const auto workbench = TRY(open_workbench(context));
  const RunRow run = TRY(workbench->read_model().find_run(options.run));
  const engine::EngineParts parts = TRY(workbench->engine_parts());
  std::int64_t attempt = run.attempt;
  const auto view =
      make_run_view(context.terminal, context.world.clock, context.world.files,
                    [&](const engine::LegKey& leg, int step) {
                      return parts.backend.log_path({run.id, leg.job, leg.leg, attempt}, step);
                    });
  std::int64_t seen = 0;
  while (view->tree().result().empty() && !context.interrupt.cancelled()) {
    const auto events = TRY(workbench->journal().load(engine::stream_of(run.id), seen));
    if (!events.empty()) {
      seen = events.back().seq;
      view->on_events(events);
    }
    for (const JobNode& job : view->tree().jobs())
      for (const LegNode& leg : job.legs)
        for (const StepNode& step : leg.steps)
          if (step.state == "running" && step.part.empty())
            view->on_output({job.id, leg.leg}, step.step);
    view->on_tick();
    if (!view->tree().result().empty()) break;
    if (events.empty() && !engine::is_driven(context.world, workbench->home(), run.id)) break;
    os::pause(context.interrupt, std::chrono::milliseconds(200));
  }
  if (context.interrupt.cancelled()) return 0;
  view->finish();
  if (view->tree().result().empty()) {
    context.terminal.out(interruption_text(*workbench, run));
    return 1;
  }
  return view->tree().result() == "succeeded" ? 0 : 1;
}

Result<int> drive(Context& context, engine::RunOwner& owner, RunView& view,
                  const std::string& run_id, const os::Path& home) {
  ShellBreaker breaker(context, home, view);
  owner.set_breaker(&breaker);
  const pipeline::Outcome outcome = TRY_CONTEXT(
      owner.drive(context.interrupt, context.kill),
      cat("run ", run_id, " stopped (continue it with `sluice runs resume ", run_id, "`)"));
  view.finish();
  return outcome == pipeline::Outcome::Succeeded ? 0 : 1;
}

struct TakenOver {
  std::unique_ptr<app::Workbench> workbench;
  std::unique_ptr<RunView> view;
  std::unique_ptr<app::KeeperStarter> listener;
  std::unique_ptr<engine::RunOwner> owner;
  RunRow run;
  std::shared_ptr<std::int64_t> attempt;  // shared with the view's paths of logs
};

Result<TakenOver> take_over(const RunsOptions& options, Context& context) {
  TakenOver taken;
  taken.workbench = TRY(open_workbench(context));
  taken.run = TRY(taken.workbench->read_model().find_run(options.run));
  taken.attempt = std::make_shared<std::int64_t>(taken.run.attempt);
  const engine::EngineParts parts = TRY(taken.workbench->engine_parts());
  exec::StepBackend& backend = parts.backend;
  taken.view = make_run_view(
      context.terminal, context.world.clock, context.world.files,
      [&backend, id = taken.run.id, attempt = taken.attempt](const engine::LegKey& leg, int step) {
        return backend.log_path({id, leg.job, leg.leg, *attempt}, step);
      });
  taken.listener = std::make_unique<app::KeeperStarter>(
      context.world, taken.workbench->home(), context.executable, context.log, *taken.view);
  taken.owner = TRY(engine::RunOwner::take_over(parts, taken.run.id, taken.listener.get()));
  return taken;
}

Result<std::vector<store::StoredEvent>> history_of(TakenOver& taken) {
  return taken.workbench->journal().load(engine::stream_of(taken.run.id));
}

// Without a name the newest run that nobody drives; where there is none, the run that take_over()
// will say something about.
Result<std::string> run_to_resume(const RunsOptions& options, Context& context) {
  if (options.run != "latest") return options.run;
  const auto workbench = TRY(open_workbench(context));
  const std::vector<RunRow> open = TRY(workbench->read_model().unfinished_runs());
  std::vector<std::string> left;
  for (const RunRow& run : open)
    if (state_of(*workbench, run) == "interrupted") left.push_back(run.id);
  if (left.size() > 1)
    context.terminal.error(cat("sluice: ", plural(left.size() - 1, "older run"),
                               " that nobody drives can be resumed too (sluice runs list)\n"));
  if (!left.empty()) return left.front();
  return open.empty() ? options.run : open.front().id;
}

Result<int> resume(const RunsOptions& options, Context& context) {
  RunsOptions exactly = options;
  exactly.run = TRY(run_to_resume(options, context));
  TakenOver taken = TRY(take_over(exactly, context));
  taken.view->on_events(TRY(history_of(taken)));
  if (taken.owner->machine().finished()) {
    context.terminal.out(cat("run ", taken.run.number, " has already ended\n"));
    taken.view->finish();
    return taken.owner->machine().result() == pipeline::Outcome::Succeeded ? 0 : 1;
  }
  return drive(context, *taken.owner, *taken.view, taken.run.id, taken.workbench->home());
}

// Nobody reads requests to a run that nobody drives: then this process ends it.
Result<int> cancel(const RunsOptions& options, Context& context) {
  RunRow run;
  {
    const auto workbench = TRY(open_workbench(context));
    run = TRY(workbench->read_model().find_run(options.run));
    if (run.status == "finished")
      return failed_precondition(cat("run ", run.number, " has already ended (", run.result, ")"));
    const auto user = context.world.environment.get("USER").value_or("somebody");
    TRY(workbench->read_model().add_request(run.id, "cancel",
                                            JsonObject{{"reason", cat("cancelled by ", user)}},
                                            context.world.clock.now()));
    if (engine::is_driven(context.world, workbench->home(), run.id)) {
      context.terminal.out(cat("asked run ", run.number, " to stop\n"));
      return 0;
    }
  }
  RunsOptions exactly = options;
  exactly.run = run.id;
  TakenOver taken = TRY(take_over(exactly, context));
  taken.view->remember(TRY(history_of(taken)));
  TRY(drive(context, *taken.owner, *taken.view, taken.run.id, taken.workbench->home()));
  return 0;
}

// The leg that is named, or the first one that failed.
Result<engine::LegKey> leg_to_go_on_with(const RunsOptions& options, const std::string& name,
                                         const std::vector<LegRow>& legs, const RunRow& run) {
  if (options.jobs.size() > 1) return invalid_input("--from-step goes with one --job");
  std::vector<LegRow> named = legs;
  if (!name.empty()) named = TRY(find_legs(legs, name, run.number));
  for (const LegRow& row : named)
    if (row.result == "failed") return engine::LegKey{row.job, row.leg};
  if (name.empty()) return invalid_input("no job failed; name the job with --job");
  return engine::LegKey{named.front().job, named.front().leg};
}

Result<engine::RerunPoint> rerun_point(const RunsOptions& options, const TakenOver& taken,
                                       const std::vector<LegRow>& legs) {
  const std::string name = options.jobs.empty() ? "" : options.jobs.front();
  const engine::LegKey leg = TRY(leg_to_go_on_with(options, name, legs, taken.run));
  const engine::RunMachine& machine = taken.owner->machine();
  if (const auto step = machine.find_step(leg, options.from_step))
    return engine::RerunPoint{leg, *step};
  std::vector<std::string> names;
  if (const auto* steps = machine.steps_of(leg.job))
    for (const auto& candidate : *steps) names.insert(names.end(), {candidate.id, candidate.name});
  return invalid_input(cat("job '", leg.job, "' has no step '", options.from_step, "'",
                           did_you_mean(options.from_step, names),
                           " (an id, a name or a number counted from 1)"));
}

// All legs of a job are the job, with what is new in another attempt of it.
void add_legs(engine::Rerun& again, const std::vector<LegRow>& named,
              const std::vector<LegRow>& all) {
  const auto of_job = [](const std::vector<LegRow>& legs, const std::string& job) {
    return std::count_if(legs.begin(), legs.end(),
                         [&job](const LegRow& leg) { return leg.job == job; });
  };
  for (const LegRow& leg : named)
    if (of_job(named, leg.job) < of_job(all, leg.job))
      again.legs.push_back({leg.job, leg.leg});
    else if (std::find(again.jobs.begin(), again.jobs.end(), leg.job) == again.jobs.end())
      again.jobs.push_back(leg.job);
}

Result<engine::Rerun> wanted_rerun(const RunsOptions& options, const TakenOver& taken) {
  const std::vector<LegRow> legs = TRY(taken.workbench->read_model().legs(taken.run.id));
  engine::Rerun again;
  again.on_failure = options.break_on_failure ? engine::OnFailure::Break : engine::OnFailure::GoOn;
  if (!options.from_step.empty()) {
    again.from = TRY(rerun_point(options, taken, legs));
    std::vector<LegRow> named = legs;
    std::erase_if(named, [&again](const LegRow& leg) {
      return leg.job != again.from->leg.job || leg.leg != again.from->leg.leg;
    });
    add_legs(again, named, legs);
    return again;
  }
  for (const std::string& job : options.jobs)
    add_legs(again, TRY(find_legs(legs, job, taken.run.number)), legs);
  if (options.all)
    for (const auto& job : taken.owner->machine().plan().jobs) again.jobs.push_back(job.id);
  return again;
}

Result<int> rerun(const RunsOptions& options, Context& context) {
  TakenOver taken = TRY(take_over(options, context));
  engine::Rerun again = TRY(wanted_rerun(options, taken));
  taken.view->remember(TRY(history_of(taken)));
  *taken.attempt = taken.run.attempt + 1;
  TRY(taken.owner->rerun(std::move(again)));
  return drive(context, *taken.owner, *taken.view, taken.run.id, taken.workbench->home());
}

Result<int> prune(const RunsOptions& options, Context& context) {
  const auto workbench = TRY(open_workbench(context));
  const auto age = parse_duration(options.older_than);
  if (!age)
    return invalid_input(
        cat("--older-than takes a duration such as 7d or 12h, not '", options.older_than, "'"));
  const app::Pruned pruned = TRY(app::prune_runs(*workbench, {options.keep, *age}));
  context.terminal.out(cat("removed ", plural(pruned.runs.size(), "run"), "\n"));
  for (const std::string& id : pruned.kept_unfinished)
    context.terminal.out(cat("kept ", id, ": it has not ended (sluice runs resume ", id, ")\n"));
  return 0;
}

using RunsAction = Result<int> (*)(const RunsOptions&, Context&);

CLI::App* add_action(CLI::App& parent, Chosen& chosen, const std::string& name,
                     const std::string& help, const std::shared_ptr<RunsOptions>& options,
                     RunsAction action) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->callback([options, action, &chosen] {
    chosen.action = [options, action](Context& context) { return action(*options, context); };
  });
  return command;
}

void add_run_argument(CLI::App* command, const std::shared_ptr<RunsOptions>& options) {
  command->add_option("RUN", options->run, "Number, id or beginning of an id (default: latest)");
}

}  // namespace

void add_runs_command(CLI::App& root, Chosen& chosen) {
  CLI::App* runs = root.add_subcommand("runs", "List, follow, stop, continue and repeat runs");
  runs->require_subcommand(1);
  auto options = std::make_shared<RunsOptions>();  // shared by parsers and actions
  CLI::App* command = add_action(*runs, chosen, "list", "The newest runs", options, list);
  command->add_option("--limit,-n", options->limit, "How many")->capture_default_str();
  command->add_flag("--json", options->json, "As JSON");
  command = add_action(*runs, chosen, "show", "Jobs and steps of a run", options, show);
  add_run_argument(command, options);
  command->add_flag("--json", options->json, "As JSON");
  command->add_flag("--summary", options->summary, "What steps wrote into GITHUB_STEP_SUMMARY");
  command = add_action(*runs, chosen, "logs", "What the steps printed", options, logs);
  add_run_argument(command, options);
  command->add_option("--job,-j", options->job, "Only this job, or this leg of a matrix");
  command->add_option("--step", options->step, "Only the step with this id, name or number");
  command->add_flag("--timestamps", options->times, "With the time of each line");
  add_run_argument(add_action(*runs, chosen, "watch", "Follow a run", options, watch), options);
  add_run_argument(add_action(*runs, chosen, "cancel", "Ask a run to stop", options, cancel),
                   options);
  add_run_argument(
      add_action(*runs, chosen, "resume", "Continue a run that nobody drives", options, resume),
      options);
  command =
      add_action(*runs, chosen, "rerun", "Run unsuccessful jobs of a run again", options, rerun);
  add_run_argument(command, options);
  CLI::Option* job = command->add_option("--job,-j", options->jobs,
                                         "This job, or leg, and what depends on it (repeat)");
  CLI::Option* from =
      command->add_option("--from-step", options->from_step,
                          "Keep the workspace, take earlier steps' results as they were");
  command->add_flag("--all", options->all, "All jobs, also those that succeeded")
      ->excludes(job)
      ->excludes(from);
  command->add_flag("--break-on-failure", options->break_on_failure,
                    "Open a shell in each step that fails, then ask: retry, continue, cancel");
  add_runs_shell(*runs, chosen);
  command = add_action(*runs, chosen, "prune", "Remove old runs", options, prune);
  command->add_option("--keep", options->keep, "Newest runs that stay")->capture_default_str();
  command->add_option("--older-than", options->older_than, "Only runs that ended longer ago");
}

}  // namespace sluice::cli
