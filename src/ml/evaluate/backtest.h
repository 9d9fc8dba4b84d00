// Rolling-origin back-testing: a model is trained again at several points of the past and judged on
// the periods after each (Tashman 2000; Hyndman & Athanasopoulos, 3rd ed., §5.10).
//
//   … learnt …| gap |judged|                      origin 1
//   … learnt ……………|  gap |judged|               origin 2: `horizon` periods later
// Every period that is judged is judged once. `window` limits how far back a model may look.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "ml/evaluate/evaluate_file.h"
#include "ml/evaluate/labelled_rows.h"
#include "ml/ports/training_backend.h"
#include "os/world.h"

namespace sluice::ml {

struct BacktestPlan {
  std::string time;  // the column of periods
  std::size_t origins = 4;
  std::size_t horizon = 1;  // periods that are judged after each origin
  std::size_t gap = 0;      // periods in between that nobody may see
  std::size_t window = 0;   // periods that are learnt from; 0: all before
};

struct BacktestFold {
  std::string origin;  // the first period that is judged
  std::vector<std::size_t> learnt;
  std::vector<std::size_t> judged;  // rows
};

// Oldest origin first. InvalidInput where there are too few periods. Pure.
Result<std::vector<BacktestFold>> plan_folds(const Groups& periods, const BacktestPlan& plan);

struct BacktestRequest {
  TrainingJobSpec training;  // its channel `train` is replaced; other channels are left out
  os::Path data;
  std::string target;
  BacktestPlan plan;
  std::vector<std::string> slices;
  std::vector<std::string> metrics;  // empty: all of the task
  std::size_t min_rows = 30;
  os::Path scratch;  // a folder of our own for data and models, which goes afterwards
};

// Evaluation of all folds' predictions, sliced by `origin` first. InvalidInput with the trainer's
// reason where a training fails.
Result<Evaluated> run_backtest(os::World world, TrainingBackend& backend,
                               const BacktestRequest& request,
                               const std::function<void(std::string_view)>& on_log,
                               const CancellationToken& cancel);

}  // namespace sluice::ml
