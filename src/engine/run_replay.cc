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

}  // namespace sluice::engine
