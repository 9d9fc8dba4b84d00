#include "cli/run_rows.h"

#include "base/strings.h"
#include "engine/concurrency.h"
#include "engine/run_owner.h"

namespace sluice::cli {

using engine::LegRow;
using engine::RunRow;
using engine::StepRow;

Json row_json(const RunRow& run) {
  return JsonObject{{"id", run.id},
                    {"number", run.number},
                    {"attempt", run.attempt},
                    {"pipeline", run.pipeline},
                    {"file", run.file},
                    {"event", run.event},
                    {"ref", run.ref},
                    {"sha", run.sha},
                    {"status", run.status},
                    {"result", run.result},
                    {"created", to_rfc3339(run.created)},
                    {"finished", run.finished ? Json(to_rfc3339(*run.finished)) : Json(nullptr)}};
}

std::string state_of(const RunRow& run) {
  return run.status == "finished" ? run.result : run.status;
}

Json leg_json(const LegRow& leg, const std::vector<StepRow>& steps) {
  JsonArray list;
  for (const StepRow& step : steps)
    if (step.job == leg.job && step.leg == leg.leg && step.attempt == leg.attempt)
      list.push_back(JsonObject{{"step", step.step},
                                {"part", step.part},
                                {"name", step.name},
                                {"status", step.status},
                                {"outcome", step.outcome},
                                {"conclusion", step.conclusion},
                                {"message", step.message},
                                {"pid", step.pid ? Json(*step.pid) : Json(nullptr)},
                                {"reason", step.reason}});
  return JsonObject{{"job", leg.job},          {"leg", leg.leg},         {"name", leg.name},
                    {"attempt", leg.attempt},  {"status", leg.status},   {"result", leg.result},
                    {"message", leg.message},  {"outputs", leg.outputs}, {"reason", leg.reason},
                    {"steps", std::move(list)}};
}

Result<std::vector<JsonObject>> waits_of(app::Workbench& workbench, const RunRow& run) {
  std::vector<JsonObject> waits;
  for (const engine::GroupClaim& claim : TRY(workbench.read_model().groups().claims_of(run.id))) {
    if (claim.standing != engine::Standing::Waits || !claim.holder) continue;
    const bool driven = engine::is_driven(workbench.world(), workbench.home(), claim.holder->id);
    waits.push_back(engine::waiting_body(claim, driven ? engine::Driven::Yes : engine::Driven::No));
  }
  return waits;
}

Result<std::string> waits_text(app::Workbench& workbench, const RunRow& run) {
  std::string text;
  for (const JsonObject& wait : TRY(waits_of(workbench, run))) {
    const std::string job = string_or(wait, "job", "");
    text += cat("  ", job.empty() ? "" : cat(job, ": "), engine::describe_waiting(wait), "\n");
  }
  return text;
}

}  // namespace sluice::cli
