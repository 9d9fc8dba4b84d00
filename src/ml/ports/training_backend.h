// Where training jobs run.
//
// A job is submitted once, followed with wait() and logs(), and its model collected after
// Completed. That a trainer failed is data (TrainingJob::status), not an Error. One thread at a
// time for each object. NotFound for a name that was never submitted.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ml/train/training_job.h"
#include "os/ports/files.h"

namespace sluice::ml {

class TrainingBackend {
 public:
  virtual ~TrainingBackend() = default;
  // AlreadyExists for a name that was used before; InvalidInput for what cannot run as specified.
  virtual Result<void> submit(const TrainingJobSpec& spec) = 0;
  virtual Result<TrainingJob> describe(std::string_view name) = 0;
  // Returns when the job ends or the time has passed; the job as it then is.
  virtual Result<TrainingJob> wait(std::string_view name, Duration at_most) = 0;
  // Asks the trainer to end; the job is Stopping until it does or is killed. Twice is fine.
  virtual Result<void> stop(std::string_view name) = 0;
  // A piece of the log from byte `offset` on; empty when there is no more at present.
  virtual Result<std::string> logs(std::string_view name, std::uint64_t offset) = 0;
  // Puts the model of a Completed job under `destination`, whole or not at all.
  virtual Result<void> collect(std::string_view name, const os::Path& destination) = 0;
};

}  // namespace sluice::ml
