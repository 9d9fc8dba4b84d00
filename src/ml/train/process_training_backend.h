// Training jobs as child processes of this one, under SageMaker's contract (training_contract.h).
//
// The trainer's output goes to a file, so it goes on without us. Jobs are known to the object that
// submitted them. Stopping: SIGTERM to the trainer's process group, SIGKILL after the grace.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ml/ports/training_backend.h"
#include "os/world.h"

namespace sluice::ml {

struct ProcessTrainingSettings {
  os::Path work_folder;  // one folder per job is made here
  // How to start each built-in algorithm, e.g. "xgboost" → {"/usr/bin/sluice", "internal-train-…"}.
  std::map<std::string, std::vector<std::string>> algorithms;
  int processors = 1;
};

class ProcessTrainingBackend final : public TrainingBackend {
 public:
  ProcessTrainingBackend(os::World world, ProcessTrainingSettings settings);
  ~ProcessTrainingBackend() override;

  Result<void> submit(const TrainingJobSpec& spec) override;
  Result<TrainingJob> describe(std::string_view name) override;
  Result<TrainingJob> wait(std::string_view name, Duration at_most) override;
  Result<void> stop(std::string_view name) override;
  Result<std::string> logs(std::string_view name, std::uint64_t offset) override;
  Result<void> collect(std::string_view name, const os::Path& destination) override;

 private:
  struct Job;
  Result<Job*> find(std::string_view name) const;
  Result<std::vector<std::string>> command_of(const TrainingJobSpec& spec) const;
  Result<void> start(Job& job, std::vector<std::string> command);
  void enforce_limits(Job& job);
  void begin_stop(Job& job, SecondaryStatus ending);
  Result<void> read_log(Job& job);
  Result<void> finish(Job& job, const os::ExitStatus& exit);
  std::string failure_reason(const Job& job, const os::ExitStatus& exit) const;
  void move_to(Job& job, SecondaryStatus status, std::string message = "");

  os::World world_;
  ProcessTrainingSettings settings_;
  std::map<std::string, std::unique_ptr<Job>, std::less<>> jobs_;
};

}  // namespace sluice::ml
