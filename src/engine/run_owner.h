// Drives one run: holds the lock on its folder, feeds its machine, carries out its effects.
//
// One process owns a run at a time. The owner's loop runs on the thread that calls drive(); results
// arrive from the backend's threads through a mailbox. Whatever ends the owner (kill -9, a full
// disk), the steps go on and take_over() continues where the journal stands.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/cancellation.h"
#include "base/log.h"
#include "engine/read_model.h"
#include "engine/run_machine.h"
#include "exec/ports/step_backend.h"
#include "os/world.h"
#include "store/driver.h"
#include "store/journal.h"

namespace sluice::engine {

// Borrowed; outlives the owner.
struct EngineParts {
  os::World world;
  store::Journal& journal;
  ReadModel& read_model;
  exec::StepBackend& backend;
  const Languages& languages;
  const store::Sealer& sealer;
  os::Path home;
};

// Sees a run while it goes. Called on the owner's thread; must be quick.
class RunListener {
 public:
  virtual ~RunListener() = default;
  virtual void on_events(const std::vector<store::StoredEvent>& events) = 0;
  virtual void on_output(const LegKey& leg, int step) = 0;
  virtual void on_tick() = 0;  // a few times a second
};

// Whoever looks at steps that failed in a run that breaks on failure.
class StepBreaker {
 public:
  virtual ~StepBreaker() = default;
  // On the owner's thread; may take as long as a person does. The run does nothing new meanwhile.
  // An error leaves the step paused: drive() returns it and the run is resumable.
  virtual Result<PauseAnswer> on_paused(const exec::LegAddress& leg, const pipeline::RunStep& step,
                                        const pipeline::StepResult& result) = 0;
};

os::Path run_folder(const os::Path& home, std::string_view run_id);
// Whether some process drives the run now.
bool is_driven(const os::World& world, const os::Path& home, std::string_view run_id);

class RunOwner {
 public:
  // Starts a new run: takes the lock, commits RunCreated. Its effects start with drive().
  static Result<std::unique_ptr<RunOwner>> create(const EngineParts& parts, const CreatedRun& run,
                                                  RunListener* listener);
  // Takes over a run without an owner. Busy when another process drives it (the message names its
  // pid); FailedPrecondition when this program cannot follow its journal.
  static Result<std::unique_ptr<RunOwner>> take_over(const EngineParts& parts,
                                                     const std::string& run_id,
                                                     RunListener* listener);
  virtual ~RunOwner() = default;

  // Runs jobs of a finished run again, as a new attempt, whose number it sets. Empty `jobs`: the
  // unsuccessful ones.
  virtual Result<void> rerun(Rerun rerun) = 0;

  // Before drive(); outlives it. Without one a step that fails goes on as failed.
  virtual void set_breaker(StepBreaker* breaker) = 0;

  // Until the run has ended. `interrupt` cancels the run, `kill` ends everything now; both are
  // journaled. An error leaves the run resumable and its steps running.
  virtual Result<pipeline::Outcome> drive(const CancellationToken& interrupt,
                                          const CancellationToken& kill) = 0;

  virtual const RunMachine& machine() const = 0;
};

}  // namespace sluice::engine
