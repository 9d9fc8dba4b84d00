// Running one training job in the foreground.
#pragma once

#include <functional>
#include <string_view>

#include "base/cancellation.h"
#include "ml/ports/training_backend.h"

namespace sluice::ml {

// Submits the job and waits for its end. `on_log` gets the log as it grows, in pieces of any size.
// When `cancel` fires the job is asked to stop, and its end is waited for all the same.
Result<TrainingJob> run_training(TrainingBackend& backend, const TrainingJobSpec& spec,
                                 const std::function<void(std::string_view)>& on_log,
                                 const CancellationToken& cancel);

}  // namespace sluice::ml
