#include "app/ended_run.h"

#include "base/strings.h"
#include "engine/run_events.h"

namespace sluice::app {
namespace {

// GitHub's word for how a recorded run ended; empty when it has not.
std::string conclusion_of(const engine::RunRow& row) {
  if (row.status != "finished") return {};
  const auto result = pipeline::outcome_from_string(row.result);
  if (result == pipeline::Outcome::Succeeded) return "success";
  return result == pipeline::Outcome::Cancelled ? "cancelled" : "failure";
}

}  // namespace

Result<EndedRun> find_recorded_run(Workbench& workbench, const std::string& reference) {
  const engine::RunRow row = TRY(workbench.read_model().find_run(reference));
  const auto events = TRY(workbench.journal().load(engine::stream_of(row.id)));
  if (events.empty()) return not_found(cat("the journal of run ", row.number, " is empty"));
  const JsonObject& created = *TRY(as_object(events.front().event.body, "RunCreated"));
  const JsonObject& plan = *TRY(get_object(created, "plan"));
  const Json* stored = find(created, "event");
  if (stored == nullptr) return corrupt("RunCreated without an event");
  const pipeline::TriggerEvent event = TRY(pipeline::trigger_event_from_json(*stored));
  EndedRun run;
  run.conclusion = conclusion_of(row);
  run.id = row.id;
  run.number = row.run_number;
  run.attempt = row.attempt;
  run.workflow = row.pipeline;
  run.file = row.file;
  run.title = string_or(plan, "title", "");
  run.event = event.name;
  run.branch = event.head_ref;
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"})
    if (event.head_ref.empty() && event.ref.starts_with(prefix))
      run.branch = event.ref.substr(prefix.size());
  run.sha = event.sha;
  run.created = row.created;
  return run;
}

Result<std::vector<std::string>> waiting_for(Workbench& workbench, const Repository& repository,
                                             const EndedRun& run, Edits edits) {
  const os::World& world = workbench.world();
  TriggerRequest request;
  request.event = "workflow_run";
  request.ended_run = run;
  request.edits = edits;
  const pipeline::TriggerEvent event = TRY(make_trigger(repository, request));
  const pipeline::RunIdentity identity = identity_of(repository, world.clock.now());
  std::vector<std::string> waiting;
  for (const pipeline::SourceFile& file :
       TRY(find_pipelines(world, workbench.languages(), repository, {}, edits))) {
    if (file.text.find(request.event) == std::string::npos) continue;
    const PlannedPipeline planned =
        TRY(plan_pipeline(world.files, workbench.languages(), file, event, identity));
    if (planned.plan && planned.plan->triggered) waiting.push_back(file.path);
  }
  return waiting;
}

}  // namespace sluice::app
