// One target: its state machine, its journal, and the host that carries out what it decides. The
// journal is bounded by checkpoints: from time to time one is written, and what lies before the
// last but one is removed.
//
// All methods belong to the keeper's thread; reports of the host are posted there first. When the
// journal cannot be written (a full disk) a method returns the error and the object is broken():
// what runs goes on, and open() on the same journal continues where it stands.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "delivery/ports/replica_host.h"
#include "delivery/rollout.h"
#include "store/driver.h"
#include "store/journal.h"

namespace sluice::delivery {

struct DeployRequest {
  Revision revision;
  int replicas = 2;  // 0, to a keeper: as many as there are
  std::string by;
};

struct TargetLimits {
  std::int64_t events_between_checkpoints = 1000;
};

enum class DeployAnswer { Started, Unchanged };

struct DeployResult {
  DeployAnswer answer = DeployAnswer::Started;
  int rollout = 0;   // the one that started, or the last one
  int revision = 0;  // the one that is (being) deployed
};

class Target final : private store::EffectRunner {
 public:
  // Folds the journal; hands out nothing before resume(). All arguments outlive the target.
  static Result<std::unique_ptr<Target>> open(store::Journal& journal, const os::Clock& clock,
                                              std::string name, ReplicaHost& host,
                                              TargetLimits limits = {});

  // Called with each commit, before its effects begin: routing changes here.
  void set_observer(std::function<void(const store::JournalBatch&)> observer);

  // After a restart of the keeper: records the start, watches the replicas that were there, and
  // takes up unfinished effects. `note` is stored with it (what was lost, which pid).
  Result<void> resume(JsonObject note);

  // FailedPrecondition, with a reason, while another rollout goes on.
  Result<DeployResult> deploy(const DeployRequest& request);
  // Of a rollout in progress: ends it. Otherwise a new rollout of what was live before. With
  // `expected` FailedPrecondition unless this leads back to that revision (0: to nothing).
  Result<DeployResult> undo(const std::string& by, std::optional<int> expected = {});
  Result<void> stop(const std::string& by);

  Result<void> handle(const ReplicaReport& report);

  // To be called now and then: a checkpoint when it is due and no rollout goes on.
  Result<void> tidy_journal();

  const TargetState& state() const { return machine_.state(); }
  std::int64_t last_seq() const { return driver_.last_seq(); }
  bool broken() const { return driver_.broken(); }
  // All that is kept.
  Result<std::vector<store::StoredEvent>> history() const;

 private:
  Target(store::Journal& journal, const os::Clock& clock, std::string name, ReplicaHost& host,
         TargetLimits limits);

  void start(const store::Effect& effect, store::EffectStart how) override;
  Result<void> post(std::string_view kind, JsonObject body, std::string_view completes = {});
  Result<void> carry_out_waiting();
  void carry_out(const store::Effect& effect, OrderIs order);

  struct Waiting {
    store::Effect effect;
    OrderIs order;
  };

  store::Journal& journal_;
  std::string stream_;
  ReplicaHost& host_;
  TargetMachine machine_;
  store::Driver driver_;
  std::vector<Waiting> waiting_;
  const TargetLimits limits_;
  std::int64_t checkpoint_ = 0;  // the last one's event; 0: none
};

// The state at the end of the stream "target/<name>", for who only reads it.
Result<TargetState> load_target_state(const store::Journal& journal, const std::string& name);

}  // namespace sluice::delivery
