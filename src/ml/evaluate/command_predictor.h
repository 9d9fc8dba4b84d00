// A model that only some program can ask, as a gate sees it: predict_command.h run for every
// question, with the model's folder in $SLUICE_MODEL. The program never sees the truth.
#pragma once

#include <string>
#include <vector>

#include "base/cancellation.h"
#include "ml/evaluate/predict_command.h"
#include "ml/evaluate/predictor.h"
#include "ml/evaluate/task.h"
#include "os/world.h"

namespace sluice::ml {

// One thread at a time. `cancel` outlives it.
class CommandPredictor final : public Predictor {
 public:
  CommandPredictor(os::World world, PredictCommand command, Task task, std::string target,
                   const CancellationToken& cancel)
      : world_(world),
        command_(std::move(command)),
        task_(task),
        target_(std::move(target)),
        cancel_(cancel) {}

  // The only column of what it answers, else `prediction` (of a classification `probability`).
  Result<std::vector<double>> predict(const Table& table) const override;
  std::vector<std::string> features() const override { return {}; }

 private:
  os::World world_;
  PredictCommand command_;
  Task task_;
  std::string target_;
  const CancellationToken& cancel_;
};

}  // namespace sluice::ml
