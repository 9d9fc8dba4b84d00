#include "cli/plan_command.h"

#include <CLI/CLI.hpp>

#include "app/pipelines.h"
#include "app/trigger.h"
#include "base/strings.h"
#include "cli/event_options.h"
#include "cli/session.h"
#include "cli/style.h"

namespace sluice::cli {
namespace {

struct PlanOptions {
  EventOptions event;
  std::vector<std::string> files;
  bool json = false;
};

std::string legs_of(const pipeline::PlannedJob& job) {
  if (job.expansion == pipeline::Expansion::Dynamic) return "  × (matrix known while it runs)";
  if (job.legs.size() < 2) return "";
  constexpr std::size_t kShown = 4;
  std::string text = cat("  × ", job.legs.size(), ": ");
  for (std::size_t i = 0; i < job.legs.size() && i < kShown; ++i)
    text += cat(i > 0 ? ", " : "", job.legs[i].name);
  return job.legs.size() > kShown ? cat(text, ", …") : text;
}

std::string job_text(const pipeline::PlannedJob& job, TerminalKind kind) {
  std::string line = cat("  ", mark_of(kind, job.would_run ? "succeeded" : "skipped"), " ", job.id);
  if (job.name != job.id && job.legs.size() < 2) line += cat(" (", job.name, ")");
  if (!job.needs.empty()) line += paint(kind, Colour::Dim, cat("  after ", join(job.needs, ", ")));
  line += legs_of(job);
  line += paint(kind, Colour::Dim, cat("  ", plural(job.steps.size(), "step")));
  line += "\n";
  if (!job.would_run || !job.condition.empty())
    line += cat("      ", job.would_run ? "if: " : "not run: ",
                job.would_run ? job.condition : job.reason.summary, "\n");
  for (const auto& diagnostic : pipeline::Plan::all_not_honoured(job))
    line += paint(kind, Colour::Yellow,
                  cat("      not honoured here: ", diagnostic.file, ":", diagnostic.position.line,
                      ":", diagnostic.position.column, ": ", diagnostic.message, "\n"));
  return line;
}

std::string plan_text(const app::PlannedPipeline& planned, TerminalKind kind) {
  std::string text;
  for (const auto& diagnostic : planned.diagnostics())
    if (!planned.plan || diagnostic.severity >= pipeline::Severity::Warning)
      text += cat("    ", pipeline::to_string(diagnostic), "\n");
  if (!planned.plan) return cat(mark_of(kind, "failed"), " ", planned.file.path, "\n", text);
  const pipeline::Plan& plan = *planned.plan;
  const std::string head = cat(plan.file, "  ", paint(kind, Colour::Bold, plan.name));
  if (!plan.triggered)
    return cat(mark_of(kind, "skipped"), " ", head, "\n    not run: ", plan.reason.summary, "\n",
               text);
  text = cat(mark_of(kind, "succeeded"), " ", head, "\n    ", plan.reason.summary, "\n", text);
  for (const pipeline::PlannedJob& job : plan.jobs) text += job_text(job, kind);
  for (const auto& note : plan.not_enforced)
    text += paint(kind, Colour::Dim, cat("    ", pipeline::to_string(note))) + "\n";
  return text;
}

Json plan_json(const app::PlannedPipeline& planned) {
  JsonArray diagnostics;
  for (const auto& diagnostic : planned.diagnostics()) diagnostics.push_back(to_json(diagnostic));
  return JsonObject{{"file", planned.file.path},
                    {"diagnostics", std::move(diagnostics)},
                    {"plan", planned.plan ? to_json(*planned.plan) : Json(nullptr)}};
}

std::string event_text(const pipeline::TriggerEvent& event) {
  std::string text = cat(event.name, " of ", event.ref, " at ", event.sha.substr(0, 7));
  if (event.changed_files)
    text += cat(", ", plural(event.changed_files->size(), "file"), " changed since ",
                event.comparison_base);
  return text + "\n";
}

Result<int> plan(const PlanOptions& options, Context& context) {
  const app::Repository repository =
      TRY(app::Repository::open(context.world, TRY(working_directory(context))));
  const auto languages = app::make_languages();
  const app::TriggerRequest request = TRY(trigger_request(context, options.event));
  const pipeline::TriggerEvent event = TRY(app::make_trigger(repository, request));
  const auto files =
      TRY(app::find_pipelines(context.world, *languages, repository, options.files, request.edits));
  const TerminalKind kind = context.terminal.out_kind();
  int status = 0;
  JsonArray all;
  std::string text = event_text(event);
  for (const pipeline::SourceFile& file : files) {
    const auto planned = TRY(app::plan_pipeline(
        *languages, file, event, app::identity_of(repository, context.world.clock.now())));
    if (!planned.plan) status = 2;
    if (options.json)
      all.push_back(plan_json(planned));
    else
      text += plan_text(planned, kind);
  }
  if (options.json)
    text =
        to_pretty_text(JsonObject{{"event", to_json(event)}, {"pipelines", std::move(all)}}) + "\n";
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
  command->add_option("--diff", options->event.diff, "Changed files are those of A..B");
  command->add_option("--changed", options->event.changed, "A changed file (repeat)");
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return plan(*options, context); };
  });
}

}  // namespace sluice::cli
