// The built-in algorithm `xgboost`: a trainer under the same contract as any other (SM_* variables,
// training_contract.h). It runs in a process of its own, so that a crash inside libxgboost is a
// failed job and nothing else.
//
// Prints one line per round ("[12]\ttrain-rmse:0.51\tvalidation-rmse:0.63"), leaves an MLflow model
// folder in SM_MODEL_DIR and <SM_OUTPUT_DATA_DIR>/training.json (rounds, features, rows,
// parameters). Same data, hyperparameters (seed, nthread included) and library version: same trees.
#pragma once

#include <functional>
#include <string_view>

#include "base/cancellation.h"
#include "base/result.h"
#include "os/world.h"

namespace sluice::ml {

// `print` gets whole lines without their end. An error means that no model was written.
Result<void> train_xgboost(os::World world, const std::function<void(std::string_view)>& print,
                           const CancellationToken& cancel);

// The whole program of the child: as train_xgboost(), with the reason of a failure printed and left
// in SM_OUTPUT_FAILURE. Returns the exit status.
int run_xgboost_trainer(os::World world, const std::function<void(std::string_view)>& print,
                        const CancellationToken& cancel);

}  // namespace sluice::ml
