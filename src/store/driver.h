// The generic driver of a journaled state machine: runs and rollouts share it.
//
// A StateMachine is a deterministic fold: apply(event) changes the state and returns what follows.
// The driver appends the input event, everything that follows from it, and the effects in ONE
// commit, and only then hands the effects to the EffectRunner. A restart folds the stored events
// again without running effects, compares what follows with what is stored, and hands out those
// effects that were never completed.
//
// Threads: a Driver belongs to one thread. EffectRunner::start returns at once; results come back
// through post() on the owner's thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/ports/clock.h"
#include "store/journal.h"

namespace sluice::store {

// What follows from an event: more events (applied in turn, in the same commit) and effects.
struct Decision {
  std::vector<Event> events;
  std::vector<Effect> effects;
  // Keys of effects that no longer matter: they leave the outbox in the same commit.
  std::vector<std::string> withdrawn;
};

class StateMachine {
 public:
  virtual ~StateMachine() = default;
  // Deterministic: no clock, no randomness, no I/O; the time of the event is the only time. An
  // error means that the event does not fit the state; the state is then undefined and the driver
  // stops.
  virtual Result<Decision> apply(const StoredEvent& event) = 0;
};

enum class EffectStart { First, Again };  // Again: after a restart; look for traces before acting

class EffectRunner {
 public:
  virtual ~EffectRunner() = default;
  // Begins the effect and returns at once; must not call back into the driver from inside.
  virtual void start(const Effect& effect, EffectStart how) = 0;
};

class Driver {
 public:
  Driver(Journal& journal, const os::Clock& clock, std::string stream, StateMachine& machine,
         EffectRunner& runner);

  // Folds what is stored. FailedPrecondition with the seq, the stored and the computed event where
  // the machine no longer follows its own history (another version of the program). Hands out
  // nothing yet. Effects are compared too, also those that are done: by key and digest. With
  // `after_seq` the fold begins behind that event, which must be one that the machine can begin
  // behind; what was asked for before is not compared.
  Result<void> recover(std::int64_t after_seq = 0);
  // Hands out all uncompleted effects, with Again. Once, after recover().
  Result<void> resume_effects();

  // Appends `event` with what follows and runs the new effects. `completes` names the effect whose
  // result this is; it leaves the outbox in the same commit. After an error nothing was stored,
  // nothing runs, and the driver refuses further posts: recover with a new machine. An event whose
  // body cannot be stored (invalid UTF-8, too deep, NaN) is InvalidInput and does no harm.
  Result<void> post(const Event& event, std::string_view completes = {});

  std::int64_t last_seq() const { return last_seq_; }
  bool broken() const { return broken_; }

  // Called after each commit with what it held: live views hang here.
  void set_observer(std::function<void(const JournalBatch&)> observer);

 private:
  Result<JournalBatch> unfold(Event event, Timestamp time);
  Result<void> check_effects(const std::map<std::string, Digest>& computed,
                             std::int64_t after_seq) const;

  Journal& journal_;
  const os::Clock& clock_;
  std::string stream_;
  StateMachine& machine_;
  EffectRunner& runner_;
  std::int64_t last_seq_ = 0;
  bool broken_ = false;
  bool busy_ = false;  // inside post(): a call from an effect runner or observer is a bug
  std::function<void(const JournalBatch&)> observer_;
};

}  // namespace sluice::store
