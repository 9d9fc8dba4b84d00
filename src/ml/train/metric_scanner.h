// Numbers picked out of a trainer's log, line by line. One thread at a time.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ml/train/training_job.h"

namespace sluice::ml {

// Xgboost: besides the definitions, "[12]\ttrain-rmse:0.5\tvalidation-rmse:0.6" gives the metrics
// train:rmse and validation:rmse, the names that SageMaker's own algorithm uses.
enum class LogFormat { Plain, Xgboost };

class MetricScanner {
 public:
  // InvalidInput, naming the metric, for an expression that RE2 does not take or that has no group.
  static Result<MetricScanner> create(const std::vector<MetricDefinition>& definitions,
                                      LogFormat format);
  ~MetricScanner();
  MetricScanner(MetricScanner&&) noexcept;

  // `bytes` may end inside a line; the rest is kept for the next call.
  void feed(std::string_view bytes, Timestamp now);
  void finish(Timestamp now);  // an unfinished last line counts too

  const std::vector<TrainingMetric>& metrics() const;
  // Of the definitions, those that never gave a number.
  std::vector<std::string> silent() const;
  const std::string& last_line() const;  // the last that is not blank

 private:
  struct State;
  explicit MetricScanner(std::unique_ptr<State> state);
  void scan(std::string_view line, Timestamp now);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::ml
