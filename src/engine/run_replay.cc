#include "engine/run_replay.h"

#include "base/strings.h"

namespace sluice::engine {

Result<std::unique_ptr<RunMachine>> replay_run(const EngineParts& parts,
                                               const std::string& run_id) {
  auto machine = std::make_unique<RunMachine>(
      parts.languages, parts.sealer,
      [&backend = parts.backend](const exec::LegAddress& leg) { return backend.place(leg); });
  for (const store::StoredEvent& event : TRY(parts.journal.load(stream_of(run_id))))
    TRY_CONTEXT(machine->apply(event), cat("run ", run_id));
  return machine;
}

bool is_step(const StepRow& step, std::string_view text, const RunMachine* machine) {
  if (step.name == text || std::to_string(step.step + 1) == text) return true;
  return machine != nullptr && machine->find_step({step.job, step.leg}, text) == step.step;
}

}  // namespace sluice::engine
