#include "app/summaries.h"

#include <map>

#include "base/strings.h"

namespace sluice::app {
namespace {

namespace kind = engine::event_kind;
using StepNames = std::map<std::pair<engine::LegKey, std::string>, std::string>;

std::string summary_of(const JsonObject& body) {
  const Json* result = find(body, "result");
  const auto* object = result != nullptr ? result->if_object() : nullptr;
  if (object == nullptr) return {};
  const auto files = get_object(*object, "files");
  return files.ok() ? string_or(**files, "GITHUB_STEP_SUMMARY", "") : std::string();
}

}  // namespace

Result<std::vector<StepSummary>> step_summaries(Workbench& workbench, const std::string& run_id) {
  std::vector<StepSummary> summaries;
  StepNames names;
  for (const store::StoredEvent& stored :
       TRY(workbench.journal().load(engine::stream_of(run_id)))) {
    const bool started = stored.event.kind == kind::kStepStarted;
    if (!started && stored.event.kind != kind::kStepEnded) continue;
    const JsonObject& body = *TRY(as_object(stored.event.body, stored.event.kind));
    const engine::LegKey leg = TRY(engine::leg_key(body));
    const std::string id = string_or(body, "id", "");
    if (id.empty()) continue;  // a step that runs nothing itself
    if (started) {
      names[{leg, id}] = string_or(body, "name", id);
      continue;
    }
    const std::string markdown = summary_of(body);
    const bool sealed = body.contains("sealed_result");
    if (!markdown.empty() || sealed)
      summaries.push_back(
          {leg, names[{leg, id}], sealed ? SummaryState::Withheld : SummaryState::Shown, markdown});
  }
  return summaries;
}

}  // namespace sluice::app
