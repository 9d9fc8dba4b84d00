#include "cli/run_rows.h"

#include "base/strings.h"
#include "engine/concurrency.h"
#include "engine/run_owner.h"
#include "engine/run_replay.h"

namespace sluice::cli {

using engine::LegRow;
using engine::RunRow;
using engine::StepRow;

namespace {

bool is_interrupted(const app::Workbench& workbench, const RunRow& run) {
  return run.status != "finished" &&
         !engine::is_driven(workbench.world(), workbench.home(), run.id);
}

}  // namespace

Json row_json(const app::Workbench& workbench, const RunRow& run) {
  return JsonObject{{"id", run.id},
                    {"number", run.number},
                    {"run_number", run.run_number},
                    {"attempt", run.attempt},
                    {"pipeline", run.pipeline},
                    {"title", run.title},
                    {"file", run.file},
                    {"event", run.event},
                    {"ref", run.ref},
                    {"sha", run.sha},
                    {"status", run.status},
                    {"result", run.result},
                    {"interrupted", is_interrupted(workbench, run)},
                    {"created", to_rfc3339(run.created)},
                    {"finished", run.finished ? Json(to_rfc3339(*run.finished)) : Json(nullptr)}};
}

std::string state_of(const app::Workbench& workbench, const RunRow& run) {
  if (run.status == "finished") return run.result;
  return is_interrupted(workbench, run) ? "interrupted" : run.status;
}

std::string interruption_text(const app::Workbench& workbench, const RunRow& run) {
  if (!is_interrupted(workbench, run)) return {};
  return cat("  nobody drives it: `sluice runs resume ", run.number,
             "` continues it, `sluice runs ", "cancel ", run.number, "` ends it\n");
}

namespace {

Json step_json(const StepRow& step) {
  JsonObject said = engine::to_json(step.annotations);
  return JsonObject{{"step", step.step},
                    {"part", step.part},
                    {"name", step.name},
                    {"status", step.status},
                    {"outcome", step.outcome},
                    {"conclusion", step.conclusion},
                    {"message", step.message},
                    {"pid", step.pid ? Json(*step.pid) : Json(nullptr)},
                    {"reason", step.reason},
                    {"annotations", said["annotations"]},
                    {"annotations_left_out", said["more"]}};
}

Json environment_json(const LegRow& leg) {
  if (leg.environment.empty()) return nullptr;
  return JsonObject{
      {"name", leg.environment},
      {"url", leg.environment_url.empty() ? Json(nullptr) : Json(leg.environment_url)}};
}

}  // namespace

Json leg_json(const LegRow& leg, const std::vector<StepRow>& steps) {
  JsonArray list;
  for (const StepRow& step : steps)
    if (belongs(step, leg)) list.push_back(step_json(step));
  return JsonObject{{"job", leg.job},
                    {"leg", leg.leg},
                    {"name", leg.name},
                    {"attempt", leg.attempt},
                    {"status", leg.status},
                    {"result", leg.result},
                    {"conclusion", leg.conclusion},
                    {"message", leg.message},
                    {"environment", environment_json(leg)},
                    {"outputs", leg.outputs},
                    {"reason", leg.reason},
                    {"steps", std::move(list)}};
}

bool belongs(const StepRow& step, const LegRow& leg) {
  return step.job == leg.job && step.leg == leg.leg && step.attempt == leg.attempt;
}

std::string number_of(const StepRow& step) {
  return cat(step.step + 1, step.part.empty() ? "" : ".", step.part);
}

std::unique_ptr<engine::RunMachine> machine_for_ids(app::Workbench& workbench, const RunRow& run) {
  const auto parts = workbench.engine_parts();
  if (!parts.ok()) return nullptr;
  auto machine = engine::replay_run(*parts, run.id);
  return machine.ok() ? std::move(machine).value() : nullptr;
}

std::string environment_text(const LegRow& leg, std::size_t indent) {
  if (leg.environment.empty()) return {};
  return cat(std::string(indent, ' '), "environment ", leg.environment,
             leg.environment_url.empty() ? "" : "  ", leg.environment_url, "\n");
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
