#include "cli/explain_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/strings.h"
#include "cli/annotation_view.h"
#include "cli/reason_view.h"
#include "cli/run_finder.h"
#include "cli/run_rows.h"
#include "cli/session.h"
#include "cli/style.h"
#include "engine/run_events.h"

namespace sluice::cli {
namespace {

using engine::LegRow;
using engine::RunRow;
using engine::StepRow;

struct ExplainOptions {
  std::string run = "latest";
  std::string job;
  std::string step;
  bool json = false;
};

struct Rows {
  std::vector<LegRow> legs;
  std::vector<StepRow> steps;
};

// The plan that was stored with the run.
Result<JsonObject> plan_of(app::Workbench& workbench, const RunRow& run) {
  const auto events = TRY(workbench.journal().load(engine::stream_of(run.id)));
  if (events.empty()) return not_found(cat("the journal of run ", run.number, " is empty"));
  const JsonObject& created = *TRY(as_object(events.front().event.body, "RunCreated"));
  return *TRY(get_object(created, "plan"));
}

// The legs and steps that were asked for.
Result<Rows> select(const ExplainOptions& options, const RunRow& run,
                    const engine::RunMachine* machine, Rows all) {
  if (options.job.empty()) return all;
  Rows rows;
  rows.legs = TRY(find_legs(all.legs, options.job, run.number));
  for (const LegRow& leg : rows.legs)
    for (const StepRow& step : all.steps)
      if (belongs(step, leg)) rows.steps.push_back(step);
  if (options.step.empty()) return rows;
  const std::vector<StepRow> of_job = rows.steps;
  std::erase_if(rows.steps,
                [&](const StepRow& step) { return !is_step(step, options.step, machine); });
  if (rows.steps.empty()) return no_such_step(options.job, options.step, of_job);
  std::erase_if(rows.legs, [&](const LegRow& leg) {
    return std::none_of(rows.steps.begin(), rows.steps.end(),
                        [&](const StepRow& step) { return belongs(step, leg); });
  });
  return rows;
}

// Without a JOB, what just ran is one line.
std::string step_text(TerminalKind kind, const StepRow& step, const ExplainOptions& options) {
  const std::string result = step.conclusion.empty() ? step.status : step.conclusion;
  const std::string_view mark = marked_as(step.outcome, result);
  std::string text = cat("    ", mark_of(kind, mark), " ", number_of(step), " ", step.name);
  if (mark == "forgiven") text += cat("  ", ended_as(step.outcome, result));
  if (!step.message.empty()) text += cat("  ", step.message);
  text += cat("\n", annotations_text(kind, step.annotations, 8));
  const bool in_full = !options.job.empty() && decides_something(step.reason);
  if (in_full || result == "skipped" || !options.step.empty())
    text += reason_text(kind, step.reason, 8);
  return text;
}

std::string leg_text(TerminalKind kind, const LegRow& leg, const Rows& rows,
                     const ExplainOptions& options) {
  const std::string state = leg.result.empty() ? leg.status : leg.result;
  std::string text =
      cat("\n", mark_of(kind, marked_as(state, leg.conclusion)), " ",
          paint(kind, Colour::Bold, leg.name), "  ", ended_as(state, leg.conclusion),
          leg.message.empty() ? "" : cat(": ", leg.message), "\n", environment_text(leg, 4));
  if (options.step.empty()) text += reason_text(kind, leg.reason, 4);
  for (const StepRow& step : rows.steps)
    if (belongs(step, leg)) text += step_text(kind, step, options);
  return text;
}

Result<int> explain(const ExplainOptions& options, Context& context) {
  const auto workbench = TRY(open_workbench(context));
  const RunRow run = TRY(workbench->read_model().find_run(options.run));
  Rows all;
  all.legs = TRY(workbench->read_model().legs(run.id));
  all.steps = TRY(workbench->read_model().steps(run.id));
  const JsonObject plan = TRY(plan_of(*workbench, run));
  const Json* reason = find(plan, "reason");
  const Json trigger = reason != nullptr ? *reason : Json(nullptr);
  const auto machine = options.step.empty() ? nullptr : machine_for_ids(*workbench, run);
  const Rows rows = TRY(select(options, run, machine.get(), std::move(all)));
  if (options.json) {
    JsonArray jobs;
    for (const LegRow& leg : rows.legs) jobs.push_back(leg_json(leg, rows.steps));
    JsonArray waits;
    for (JsonObject& wait : TRY(waits_of(*workbench, run))) waits.push_back(std::move(wait));
    context.terminal.out(to_pretty_text(JsonObject{{"run", row_json(*workbench, run)},
                                                   {"trigger", trigger},
                                                   {"waiting_for", std::move(waits)},
                                                   {"jobs", std::move(jobs)}}) +
                         "\n");
    return 0;
  }
  const TerminalKind kind = context.terminal.out_kind();
  const std::string state = state_of(*workbench, run);
  std::string text = cat(mark_of(kind, state), " run ", run.number, " of ",
                         paint(kind, Colour::Bold, with_title(run.pipeline, run.title)), " (",
                         run.file, "): ", state, "\n", interruption_text(*workbench, run));
  if (options.job.empty())
    text += cat("  ", reason_sentence(trigger), "\n", TRY(waits_text(*workbench, run)));
  for (const LegRow& leg : rows.legs) text += leg_text(kind, leg, rows, options);
  context.terminal.out(text);
  return 0;
}

}  // namespace

void add_explain_command(CLI::App& root, Chosen& chosen) {
  auto options = std::make_shared<ExplainOptions>();  // shared by parser and action
  CLI::App* command =
      root.add_subcommand("explain", "Why the jobs and steps of a run ran or did not");
  command->add_option("RUN", options->run, "Number, id or beginning of an id (default: latest)");
  command->add_option("JOB", options->job, "Only this job, or this leg, with every condition");
  command->add_option("STEP", options->step,
                      "Only this step of it: its id, name, or number from 1");
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return explain(*options, context); };
  });
}

}  // namespace sluice::cli
