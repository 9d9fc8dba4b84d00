// From a specification to a model in its place: what `sluice train` does.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "base/hash.h"
#include "base/json.h"
#include "ml/ports/training_backend.h"
#include "ml/train/training_output.h"
#include "os/world.h"

namespace sluice::ml {

struct TrainingOutcome {
  TrainingJob job;
  std::map<std::string, Digest> data;  // of the channels that are files
  std::optional<os::Path> model;       // where it lies now; only of Completed jobs
  std::optional<Digest> model_digest;
  std::optional<JsonObject> report;  // what the trainer left in output/data/training.json
};

// Gives the job a name of its own ("<spec.name>-<id>"), makes channel paths absolute, runs it and
// puts the model under `output`, which is checked before anything starts (training_output.h). A
// failed job is an outcome, not an Error.
Result<TrainingOutcome> train_model(os::World world, TrainingBackend& backend, TrainingJobSpec spec,
                                    const TrainingOutput& output,
                                    const std::function<void(std::string_view)>& on_log,
                                    const CancellationToken& cancel);

JsonObject to_json(const TrainingOutcome& outcome);

}  // namespace sluice::ml
