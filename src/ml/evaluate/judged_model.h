// A model that a gate asks: by our own scorer, or by a command. A value; moves only.
#pragma once

#include <memory>

#include "base/cancellation.h"
#include "ml/evaluate/evaluate_file.h"
#include "ml/evaluate/predictor.h"
#include "ml/evaluate/task.h"
#include "ml/serve/scorer.h"
#include "os/world.h"

namespace sluice::ml {

struct JudgedModel {
  ModelToJudge model;
  std::unique_ptr<Scorer> scorer;  // null: only a command can ask it
  std::unique_ptr<Predictor> predictor;
};

// How the models of one gate are asked. Borrowed for the life of what is opened.
struct Asking {
  os::World world;
  std::optional<PredictCommand> command;  // for every model; else our own scorer
  Task task;
  std::string target;
  const CancellationToken& cancel;
};

// Unsupported, InvalidInput for a model that our scorer cannot read or that does not fit the task;
// FailedPrecondition for a folder that has another digest by now.
Result<JudgedModel> open_model(const Asking& asking, const ModelToJudge& model);

// The rows of a file with features and target, read as strictly as is known what they should be.
Result<Table> read_judged_rows(const Asking& asking, const os::Path& data,
                               const JudgedModel& model);

// A folder that a command changed while it was asked was not what the verdict names.
Result<void> check_unchanged(const Asking& asking, const ModelToJudge& model);

}  // namespace sluice::ml
