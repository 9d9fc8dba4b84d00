// The metrics by which predictions are judged: one row of a table each.
//
//   regression, forecast   rmse sqrt(mean(e²))   mae mean(|e|)   bias mean(e)
//                          wape sum(|e|) / sum(|truth|)   mape mean(|e / truth|)
//                          smape mean(2 |e| / (|truth| + |prediction|))
//                          rmsle sqrt(mean((ln(1 + prediction) - ln(1 + truth))²))
//                          r2 1 - sum(e²) / sum((truth - mean(truth))²)
//                          poisson_deviance 2 mean(truth ln(truth / prediction) + e)
//                          gamma_deviance 2 mean(truth / prediction - 1 - ln(truth / prediction))
//                          tweedie_deviance, of any power (tweedie.h)
//   forecast               mase, rmsse, pinball, coverage, interval_width (forecast_sums.h),
//                          wrmsse (weighted_series.h)
//   classification         accuracy … mcc (confusion_matrix.h), log_loss, brier
//                          (probability_sums.h), ece (calibration.h), roc_auc, pr_auc
//                          (threshold_sweep.h; pr_auc is the average precision; of several classes
//                          the mean over classes, each against all others: Provost & Domingos
//                          2000; roc_auc_weighted, pr_auc_weighted: weighted by how often each
//                          class is the truth, Fawcett 2001), top_k_accuracy: share of rows with
//                          fewer than k classes at least as probable as the true one
//   ranking                ndcg, mrr, map (ranking.h)
// with e = prediction - truth. Sources: Hyndman & Athanasopoulos, Forecasting: Principles and
// Practice, 3rd ed., §5.8; deviances: Jørgensen, The Theory of Dispersion Models (1997), defined
// where no truth is negative and every prediction positive; all as in scikit-learn. Values are in
// the unit of the target (rmse, mae, bias, pinball, interval_width) or plain ratios.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ml/evaluate/row_sums.h"

namespace sluice::ml {

enum class Better { Lower, Higher, NearZero };
// Share: of rows, with Wilson's interval where resampling sees no spread.
enum class MetricRange { Any, NotNegative, AtMostOne, Correlation, ZeroToOne, Share };
// What a metric is a function of: sums of rows, or how scores rank the two classes.
enum class ScoreArea { None, Roc, PrecisionRecall };
enum class ClassMean { Plain, Weighted };  // of the areas of several classes
enum class Grain { Row, Series };          // what each weighs
// Asked: it says nothing new to most, and is computed where it is asked for by name.
enum class Shown { Always, Asked };

struct Metric {
  std::string_view name;    // as in files and options
  std::string_view phrase;  // for people, in the middle of a sentence
  Task task;                // those of Regression are those of Forecast, too
  Better better;
  MetricRange range;
  // Unset where the metric is not defined (no rows, a constant target, no probabilities). Null for
  // a metric of score areas; of series never set.
  std::optional<double> (*of)(const SumsView& sums);
  ScoreArea area = ScoreArea::None;
  Shown shown = Shown::Always;
  ClassMean class_mean = ClassMean::Plain;
  Grain grain = Grain::Row;

  bool applies_to(Task other) const {
    return task == other || (task == Task::Regression && other == Task::Forecast);
  }
};

std::span<const Metric> all_metrics();
std::vector<const Metric*> metrics_of(Task task);
// Those that are shown where nobody says which.
std::vector<const Metric*> usual_metrics(Task task);
std::vector<std::string> metric_names(Task task);
// InvalidInput with the nearest name; of a metric that belongs to another task with what that is.
Result<const Metric*> find_metric(std::string_view name, Task task);

// By how much `challenger` is worse than `champion`: positive is worse, negative better. Lower is
// better: challenger - champion; higher: the reverse; near zero: |challenger| - |champion|.
double worsening(const Metric& metric, double champion, double challenger);
// The same as a share of |champion|. Of a champion at exactly 0: 0 for no change, else infinite.
double relative_worsening(const Metric& metric, double champion, double challenger);
// How bad a value is on a scale where more is worse: worst slices are the largest.
double badness(const Metric& metric, double value);

}  // namespace sluice::ml
