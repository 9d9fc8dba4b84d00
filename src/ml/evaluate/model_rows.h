// What a model of ours says about the rows of a file, in the terms of its task. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ml/evaluate/evaluate_file.h"
#include "ml/evaluate/judged_rows.h"
#include "ml/evaluate/predictor.h"
#include "ml/serve/scorer.h"

namespace sluice::ml {

// The column that holds what a model says.
inline constexpr std::string_view kModelPrediction = "(prediction)";

Result<std::unique_ptr<Scorer>> load_scorer(const os::FileReader& files, const ModelToJudge& model);

// Classification for a model of probabilities, else regression.
Task task_of(const Scorer& scorer);
// InvalidInput for a task that the model's answers do not fit.
Result<void> check_task(const Scorer& scorer, Task task, std::string_view label);

// The file with features and target read strictly, so that a bad value is named by row.
Result<Table> read_model_rows(const os::FileReader& files, const os::Path& path,
                              const Scorer& scorer, const std::string& target);

// Truth and predictions of the same rows as what the task calls them.
Result<JudgedRows> judged_rows_of(Task task, std::vector<double> truth,
                                  std::vector<double> prediction);

}  // namespace sluice::ml
