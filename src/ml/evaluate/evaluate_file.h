// `sluice evaluate`: reads truth and predictions, or makes these by a model or a command, and
// judges them. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/cancellation.h"
#include "ml/evaluate/evaluation.h"
#include "ml/evaluate/predict_command.h"
#include "ml/evaluate/prediction_file.h"
#include "os/world.h"

namespace sluice::ml {

// A model folder, what people call it, and the digest that it must still have when it is loaded.
struct ModelToJudge {
  std::string label;
  os::Path folder;
  Digest digest;
};

// Predictions that are there: in a file of their own, or (empty) in columns of the data.
struct PredictionsGiven {
  os::Path file;
  std::vector<std::string> keys;  // join_predictions()
};

struct EvaluationRequest {
  os::Path data;  // may be empty where a file of predictions holds the truth, too
  std::variant<ModelToJudge, PredictionsGiven, PredictCommand> source;
  PredictionColumns columns;
  std::optional<Task> task;  // else what columns or model imply
  os::Path history;          // of the series; empty: none
  std::size_t season = 1;
  std::string weight;  // SeriesHistory
  std::size_t weight_periods = 28;
  std::vector<std::string> metrics;   // empty: all of the task
  std::vector<std::string> slices;    // slice_spec.h
  std::vector<std::string> fairness;  // the same
  std::string block;
  std::size_t min_rows = 30;  // slices with fewer are left out
  os::Path train;             // what was learnt from, to look for leaks; empty: not known
  std::vector<std::string> train_keys;
};

// What was judged, for plots beside the evaluation.
struct Evaluated {
  Evaluation evaluation;
  JudgedRows rows;
};

// InvalidInput, with file and rows, for data that cannot be judged: no rows, a truth or prediction
// that is missing or no number, a metric of another task; NotFound, with the nearest name, for a
// column that is not there.
Result<Evaluated> evaluate_file(os::World world, const EvaluationRequest& request,
                                const CancellationToken& cancel);

}  // namespace sluice::ml
