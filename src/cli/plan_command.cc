#include "cli/plan_command.h"

#include <CLI/CLI.hpp>

#include "app/pipelines.h"
#include "app/trigger.h"
#include "base/strings.h"
#include "cli/event_options.h"
#include "cli/plan_view.h"
#include "cli/session.h"

namespace sluice::cli {
namespace {

struct PlanOptions {
  EventOptions event;
  ValueOptions values;
  std::vector<std::string> files;
  std::vector<std::string> assumed;
  PlanDetail detail;
  bool json = false;
};

Json time_json(const std::optional<Timestamp>& time) {
  return time ? Json(to_rfc3339(*time)) : Json(nullptr);
}

Json schedules_json(const app::PlannedPipeline& planned) {
  JsonArray schedules;
  for (const app::ScheduleTimes& times : planned.schedules)
    schedules.push_back(
        JsonObject{{"cron", times.schedule.cron},
                   {"timezone", times.schedule.timezone.empty() ? "UTC" : times.schedule.timezone},
                   {"previous", time_json(times.previous)},
                   {"next", time_json(times.next)}});
  return schedules;
}

Json plan_json(const app::PlannedPipeline& planned,
               const std::optional<pipeline::Forecast>& forecast) {
  JsonArray diagnostics;
  for (const auto& diagnostic : planned.diagnostics()) diagnostics.push_back(to_json(diagnostic));
  return JsonObject{
      {"file", planned.file.path},
      {"refused", planned.refused ? Json(planned.refused->describe()) : Json(nullptr)},
      {"diagnostics", std::move(diagnostics)},
      {"schedules", schedules_json(planned)},
      {"plan", planned.plan ? to_json(*planned.plan) : Json(nullptr)},
      {"forecast", forecast ? to_json(*forecast) : Json(nullptr)}};
}

// A job that no pipeline has, said with the nearest name.
Result<void> check_jobs(const std::vector<pipeline::Plan>& plans,
                        const std::vector<std::string>& jobs) {
  for (const std::string& job : jobs) {
    std::vector<std::string> names;
    bool found = false;
    for (const pipeline::Plan& plan : plans) {
      found = found || plan.find_job(job) != nullptr;
      for (const pipeline::PlannedJob& known : plan.jobs) names.push_back(known.id);
    }
    if (!found)
      return invalid_input(cat("no pipeline has a job '", job, "'", did_you_mean(job, names),
                               " (jobs: ", join(names, ", "), ")"));
  }
  return success();
}

Result<pipeline::Assumptions> assumptions_of(const PlanOptions& options,
                                             const std::vector<app::PlannedPipeline>& all) {
  std::vector<pipeline::Plan> plans;
  for (const app::PlannedPipeline& planned : all)
    if (planned.plan) plans.push_back(*planned.plan);
  TRY(check_jobs(plans, options.detail.jobs));
  pipeline::Assumptions assumptions;
  for (const std::string& text : options.assumed) TRY(assumptions.add(text));
  TRY(pipeline::check_assumptions(assumptions, plans));
  return assumptions;
}

Result<std::vector<app::PlannedPipeline>> plan_all(const PlanOptions& options,
                                                   const Context& context,
                                                   const app::Repository& repository,
                                                   const app::TriggerRequest& request,
                                                   const pipeline::TriggerEvent& event) {
  const auto languages = app::make_languages();
  const pipeline::RunValues values = TRY(run_values(context, options.values, event));
  const pipeline::RunIdentity identity = app::identity_of(repository, context.world.clock.now());
  std::vector<app::PlannedPipeline> all;
  for (const pipeline::SourceFile& file : TRY(app::find_pipelines(
           context.world, *languages, repository, options.files, request.edits)))
    all.push_back(
        TRY(app::plan_pipeline(context.world.files, *languages, file, event, identity, values)));
  return all;
}

std::string head_text(const PlanOptions& options, const pipeline::TriggerEvent& event) {
  std::string text = event_text(event);
  if (!options.assumed.empty()) text += cat("assumed: ", join(options.assumed, ", "), "\n");
  return text;
}

Result<int> plan(const PlanOptions& options, Context& context) {
  const app::Repository repository =
      TRY(app::Repository::open(context.world, TRY(working_directory(context))));
  const app::TriggerRequest request = TRY(trigger_request(context, options.event));
  const pipeline::TriggerEvent event = TRY(app::make_trigger(repository, request));
  const auto all = TRY(plan_all(options, context, repository, request, event));
  const pipeline::Assumptions assumptions = TRY(assumptions_of(options, all));
  int status = 0;
  JsonArray json;
  std::string text = head_text(options, event);
  for (const app::PlannedPipeline& planned : all) {
    std::optional<pipeline::Forecast> forecast;
    if (planned.plan && planned.plan->triggered)
      forecast = pipeline::forecast(*planned.bound, assumptions);
    if (!planned.plan) status = 2;
    if (options.json)
      json.push_back(plan_json(planned, forecast));
    else
      text += plan_text(context.terminal.out_kind(), planned, forecast ? &*forecast : nullptr,
                        options.detail);
  }
  if (options.json)
    text = to_pretty_text(
               JsonObject{{"event", to_json(event)},
                          {"assumed", JsonArray(options.assumed.begin(), options.assumed.end())},
                          {"pipelines", std::move(json)}}) +
           "\n";
  context.terminal.out(text);
  return status;
}

}  // namespace

void add_plan_command(CLI::App& root, Chosen& chosen) {
  CLI::App* command =
      root.add_subcommand("plan", "Show what would run for an event, and why not the rest");
  auto options = std::make_shared<PlanOptions>();  // shared by parser and action
  command->add_option("FILE", options->files, "Pipeline files (default: all)");
  add_event_options(*command, options->event);
  add_value_options(*command, options->values);
  command->add_option("--diff", options->event.diff, "Changed files are those of A..B");
  command->add_option("--changed", options->event.changed, "Changed files (one or more)");
  command
      ->add_option("--assume", options->assumed,
                   "What if: JOB=RESULT, JOB.outputs.NAME=TEXT, JOB.steps.STEP=RESULT (repeat); "
                   "results: success, failure, cancelled, skipped")
      ->allow_extra_args(false);
  command
      ->add_option("--job,-j", options->detail.jobs,
                   "Only this job, with every step and condition (repeat)")
      ->allow_extra_args(false);
  command->add_flag("--steps", options->detail.every_step, "Also the steps that simply run");
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return plan(*options, context); };
  });
}

}  // namespace sluice::cli
