// A run in a test tube: a real journal in memory, the real machine and language, and a world in
// which steps "run" by looking their result up. The engine can be lost at any moment and made anew
// over the same journal and world.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/group_watch.h"
#include "engine/read_model.h"
#include "engine/run_machine.h"
#include "os/testing/fake_clock.h"
#include "os/testing/fake_random.h"
#include "os/testing/memory_files.h"
#include "store/driver.h"
#include "store/journal.h"
#include "store/sealer.h"

namespace sluice::engine {

// What outlives the engine: which steps were started, how they ended.
struct LabWorld {
  std::map<std::string, pipeline::StepResult> results;  // by script text; others succeed
  std::map<std::string, int> starts;                    // by effect key
  std::map<std::string, pipeline::StepResult> ended;    // by effect key
  std::vector<std::string> stopped;
  std::map<std::string, PauseAnswer> answers;  // by key of the pause effect; others wait
};

class RunLab {
 public:
  RunLab();
  // Another run in the home of `other`, which outlives this; `letter` is the last of its id.
  RunLab(RunLab& other, char letter);
  ~RunLab();
  const std::string& run_id() const { return run_id_; }

  CreatedRun describe(const std::string& workflow, const std::string& event = "push") const;

  // Makes a machine and a driver over the journal, as a starting process does.
  Result<void> start_engine();
  void lose_engine();

  Result<void> create(const CreatedRun& run);
  Result<void> recover();  // folds the journal and hands out what is pending
  Result<void> post(std::string_view kind, Json body, std::string_view completes = {});

  // Carries out the oldest effect handed out. False when there is none.
  Result<bool> do_one_effect();
  // In two halves, to crash between them: the world changes; the result is journaled.
  bool change_world();
  Result<void> report();
  Result<void> run_to_end();

  std::size_t effects_done() const { return effects_done_; }
  RunMachine& machine() { return *machine_; }
  LabWorld& world() { return world_; }
  ReadModel& read_model() { return *read_model_; }
  store::Journal& journal() { return *journal_; }
  // What the owner learns of its concurrency groups now.
  Result<void> look_at_groups();
  // Lets the timer effect of this key fire.
  Result<void> fire_timer(const std::string& key);

  // "Kind {body}" of each event, processes and seals left out.
  std::vector<std::string> history() const;

  // Keeps steps with this script text running until stop or release.
  void hold(const std::string& script) { held_.push_back(script); }
  void release(const std::string& script) { std::erase(held_, script); }

 private:
  class Runner;
  void open();
  bool stands(const LegKey& who) const;
  std::string script_of(const LegKey& key, const std::string& id) const;

  os::FakeClock clock_;
  os::FakeRandom random_;
  os::MemoryFiles files_;
  std::shared_ptr<store::Database> database_;  // of all runs in one home
  std::unique_ptr<store::Journal> journal_;
  std::unique_ptr<ReadModel> read_model_;
  std::unique_ptr<store::Sealer> sealer_;
  const std::string run_id_;
  GroupWatch groups_;
  Languages languages_;
  LabWorld world_;
  std::vector<std::string> held_;
  std::unique_ptr<Runner> runner_;
  std::unique_ptr<RunMachine> machine_;
  std::unique_ptr<store::Driver> driver_;
  std::optional<store::Effect> current_;
  std::size_t effects_done_ = 0;
};

}  // namespace sluice::engine
