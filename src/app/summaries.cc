#include "app/summaries.h"

#include <map>

#include "base/strings.h"
#include "exec/leg_folder.h"

namespace sluice::app {
namespace {

namespace kind = engine::event_kind;
using StepNames = std::map<std::pair<engine::LegKey, std::string>, std::string>;

}  // namespace

Result<std::vector<StepSummary>> step_summaries(Workbench& workbench, const std::string& run_id) {
  std::vector<StepSummary> summaries;
  StepNames names;
  std::int64_t attempt = 1;
  for (const store::StoredEvent& stored :
       TRY(workbench.journal().load(engine::stream_of(run_id)))) {
    const std::string& what = stored.event.kind;
    if (what != kind::kStepStarted && what != kind::kStepEnded && what != kind::kRerunRequested)
      continue;
    const JsonObject& body = *TRY(as_object(stored.event.body, what));
    if (what == kind::kRerunRequested) {
      attempt = TRY(get_int(body, "attempt"));
      continue;
    }
    const engine::LegKey leg = TRY(engine::leg_key(body));
    const std::string id = string_or(body, "id", "");
    if (id.empty()) continue;  // a step that runs nothing itself
    if (what == kind::kStepStarted) {
      names[{leg, id}] = string_or(body, "name", id);
      continue;
    }
    const exec::LegFolder folder =
        exec::leg_folder(workbench.home(), {run_id, leg.job, leg.leg, attempt});
    const Result<std::string> markdown = workbench.world().files.read(folder.summary(id));
    if (markdown.ok() && !markdown->empty())
      summaries.push_back({leg, names[{leg, id}], *markdown});
  }
  return summaries;
}

}  // namespace sluice::app
