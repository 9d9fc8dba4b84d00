#include "ml/evaluate/metric.h"

#include <array>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ml/evaluate/calibration.h"

namespace sluice::ml {
namespace {

using Value = std::optional<double>;

Value ratio(double above, double below) {
  if (!(below > 0)) return std::nullopt;
  return above / below;
}

Value root(Value square) {
  return square ? Value(std::sqrt(*square)) : std::nullopt;
}

Value rmse(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  return root(ratio(errors.squared_error, errors.n));
}
Value mae(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  return ratio(errors.absolute_error, errors.n);
}
Value wape(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  return ratio(errors.absolute_error, errors.absolute_truth);
}
Value r2(const SumsView& view) {
  const ErrorSums sums = view.errors();
  if (!(sums.n > 1)) return std::nullopt;
  const double spread =
      sums.squared_centered_truth - sums.centered_truth * sums.centered_truth / sums.n;
  // Below the rounding of the two terms there is no spread to explain.
  if (!(spread > 1e-14 * sums.squared_centered_truth)) return std::nullopt;
  return 1 - sums.squared_error / spread;
}
Value bias(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  return errors.n > 0 ? Value(errors.error / errors.n) : std::nullopt;
}
Value mape(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  return errors.zero_truths > 0 ? std::nullopt : ratio(errors.share_error, errors.n);
}
Value smape(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  return ratio(errors.symmetric_share_error, errors.n);
}
Value rmsle(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  return errors.without_log > 0 ? std::nullopt : root(ratio(errors.squared_log_error, errors.n));
}

Value poisson_deviance(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  return errors.without_deviance > 0 ? std::nullopt : ratio(errors.poisson_deviance, errors.n);
}
Value gamma_deviance(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  if (errors.zero_truths > 0 || errors.without_deviance > 0) return std::nullopt;
  return ratio(errors.gamma_deviance, errors.n);
}
Value tweedie_deviance(const SumsView& sums) {
  const ErrorSums errors = sums.errors();
  return errors.without_tweedie > 0 ? std::nullopt : ratio(errors.tweedie_deviance, errors.n);
}

Value mase(const SumsView& sums) {
  return sums.scaled_errors().mase();
}
Value rmsse(const SumsView& sums) {
  return sums.scaled_errors().rmsse();
}
Value of_series(const SumsView&) {
  return std::nullopt;
}
Value pinball(const SumsView& sums) {
  return sums.pinball().pinball();
}
Value coverage(const SumsView& sums) {
  const auto found = sums.coverage();
  return found ? found->coverage() : std::nullopt;
}
Value interval_width(const SumsView& sums) {
  const auto found = sums.coverage();
  return found ? found->width() : std::nullopt;
}

template <Value (ConfusionMatrix::*Of)() const>
Value of_confusion(const SumsView& sums) {
  return (sums.confusion().*Of)();
}
// Of the positive class of two; of more classes only their mean is defined.
template <Value (ConfusionMatrix::*Of)(std::size_t) const>
Value of_positive(const SumsView& sums) {
  if (sums.layout().classes() != 2) return std::nullopt;
  return (sums.confusion().*Of)(sums.layout().positive());
}
Value log_loss(const SumsView& sums) {
  const auto found = sums.probabilities();
  return found ? found->log_loss() : std::nullopt;
}
Value brier(const SumsView& sums) {
  const auto found = sums.probabilities();
  return found ? found->brier() : std::nullopt;
}

Value top_k_accuracy(const SumsView& sums) {
  const auto found = sums.top_classes();
  return found ? ratio(found->hits, found->n) : std::nullopt;
}

Value ndcg_of(const SumsView& sums) {
  return sums.ranking().mean_ndcg();
}
Value mrr(const SumsView& sums) {
  return sums.ranking().mean_reciprocal_rank();
}
Value map(const SumsView& sums) {
  return sums.ranking().mean_average_precision();
}

constexpr Task kReg = Task::Regression;
constexpr Task kFor = Task::Forecast;
constexpr Task kCla = Task::Classification;
constexpr Task kRan = Task::Ranking;
constexpr Better kLow = Better::Lower;
constexpr Better kHigh = Better::Higher;
constexpr MetricRange kPlus = MetricRange::NotNegative;
constexpr MetricRange kUnit = MetricRange::ZeroToOne;
constexpr MetricRange kShare = MetricRange::Share;
constexpr ScoreArea kNoArea = ScoreArea::None;
using Matrix = ConfusionMatrix;

constexpr std::array kMetrics{
    Metric{"rmse", "typical error (RMSE)", kReg, kLow, kPlus, rmse},
    Metric{"mae", "average error (MAE)", kReg, kLow, kPlus, mae},
    Metric{"wape", "total error as a share of the total (WAPE)", kReg, kLow, kPlus, wape},
    Metric{"r2", "share of the ups and downs that is explained (R²)", kReg, kHigh,
           MetricRange::AtMostOne, r2},
    Metric{"bias", "average over-prediction (bias)", kReg, Better::NearZero, MetricRange::Any,
           bias},
    Metric{"mape", "average error as a share of the truth (MAPE)", kReg, kLow, kPlus, mape},
    Metric{"smape", "average error as a share of truth and prediction (sMAPE)", kReg, kLow, kPlus,
           smape},
    Metric{"rmsle", "typical error of the logarithm (RMSLE)", kReg, kLow, kPlus, rmsle},
    Metric{"poisson_deviance", "Poisson deviance", kReg, kLow, kPlus, poisson_deviance, kNoArea,
           Shown::Asked},
    Metric{"gamma_deviance", "gamma deviance", kReg, kLow, kPlus, gamma_deviance, kNoArea,
           Shown::Asked},
    Metric{"tweedie_deviance", "Tweedie deviance", kReg, kLow, kPlus, tweedie_deviance, kNoArea,
           Shown::Asked},
    Metric{"mase", "average error in steps of the naive forecast (MASE)", kFor, kLow, kPlus, mase},
    Metric{"rmsse", "typical error in steps of the naive forecast (RMSSE)", kFor, kLow, kPlus,
           rmsse},
    Metric{"wrmsse", "RMSSE of the series, weighted by what they sell (WRMSSE)", kFor, kLow, kPlus,
           of_series, kNoArea, Shown::Always, ClassMean::Plain, Grain::Series},
    Metric{"pinball", "pinball loss of the quantiles", kFor, kLow, kPlus, pinball},
    Metric{"coverage", "share of rows inside the predicted interval", kFor, kHigh, kShare,
           coverage},
    Metric{"interval_width", "average width of the predicted interval", kFor, kLow,
           MetricRange::Any, interval_width},
    Metric{"accuracy", "share of rows that are right (accuracy)", kCla, kHigh, kShare,
           of_confusion<&Matrix::accuracy>},
    Metric{"balanced_accuracy", "mean share of each class that is found (balanced accuracy)", kCla,
           kHigh, kUnit, of_confusion<&Matrix::balanced_accuracy>},
    Metric{"precision", "share of alarms that are right (precision)", kCla, kHigh, kUnit,
           of_positive<&Matrix::precision>},
    Metric{"recall", "share of positives that are found (recall)", kCla, kHigh, kUnit,
           of_positive<&Matrix::recall>},
    Metric{"f1", "F1 of the positive class", kCla, kHigh, kUnit, of_positive<&Matrix::f1>},
    Metric{"precision_macro", "mean precision of the classes", kCla, kHigh, kUnit,
           of_confusion<&Matrix::macro_precision>},
    Metric{"recall_macro", "mean recall of the classes", kCla, kHigh, kUnit,
           of_confusion<&Matrix::macro_recall>},
    Metric{"f1_macro", "mean F1 of the classes", kCla, kHigh, kUnit,
           of_confusion<&Matrix::macro_f1>},
    Metric{"precision_weighted", "mean precision, weighted by class", kCla, kHigh, kUnit,
           of_confusion<&Matrix::weighted_precision>, kNoArea, Shown::Asked},
    Metric{"recall_weighted", "mean recall, weighted by class", kCla, kHigh, kUnit,
           of_confusion<&Matrix::weighted_recall>, kNoArea, Shown::Asked},
    Metric{"f1_weighted", "mean F1, weighted by class", kCla, kHigh, kUnit,
           of_confusion<&Matrix::weighted_f1>, kNoArea, Shown::Asked},
    // With one class for each row, micro averages of precision, recall and F1 are the accuracy.
    Metric{"precision_micro", "precision over all rows", kCla, kHigh, kShare,
           of_confusion<&Matrix::accuracy>, kNoArea, Shown::Asked},
    Metric{"recall_micro", "recall over all rows", kCla, kHigh, kShare,
           of_confusion<&Matrix::accuracy>, kNoArea, Shown::Asked},
    Metric{"f1_micro", "F1 over all rows", kCla, kHigh, kShare, of_confusion<&Matrix::accuracy>,
           kNoArea, Shown::Asked},
    Metric{"mcc", "correlation of truth and prediction (MCC)", kCla, kHigh,
           MetricRange::Correlation, of_confusion<&Matrix::matthews>},
    Metric{"roc_auc", "area under the ROC curve", kCla, kHigh, kUnit, nullptr, ScoreArea::Roc},
    Metric{"pr_auc", "average precision (PR-AUC)", kCla, kHigh, kUnit, nullptr,
           ScoreArea::PrecisionRecall},
    Metric{"roc_auc_weighted", "area under the ROC curve, weighted by class", kCla, kHigh, kUnit,
           nullptr, ScoreArea::Roc, Shown::Asked, ClassMean::Weighted},
    Metric{"pr_auc_weighted", "average precision, weighted by class", kCla, kHigh, kUnit, nullptr,
           ScoreArea::PrecisionRecall, Shown::Asked, ClassMean::Weighted},
    Metric{"log_loss", "log loss", kCla, kLow, kPlus, log_loss},
    Metric{"brier", "squared error of the probabilities (Brier)", kCla, kLow, kPlus, brier},
    Metric{"ece", "expected calibration error (ECE)", kCla, kLow, kUnit,
           expected_calibration_error},
    Metric{"top_k_accuracy", "share of rows whose class is among the most probable", kCla, kHigh,
           kShare, top_k_accuracy},
    Metric{"ndcg", "gain of the order (NDCG)", kRan, kHigh, kUnit, ndcg_of},
    Metric{"mrr", "reciprocal rank of the first hit (MRR)", kRan, kHigh, kUnit, mrr},
    Metric{"map", "mean average precision (MAP)", kRan, kHigh, kUnit, map},
};

}  // namespace

std::span<const Metric> all_metrics() {
  return kMetrics;
}

std::vector<const Metric*> metrics_of(Task task) {
  std::vector<const Metric*> metrics;
  for (const Metric& metric : kMetrics)
    if (metric.applies_to(task)) metrics.push_back(&metric);
  return metrics;
}

std::vector<const Metric*> usual_metrics(Task task) {
  std::vector<const Metric*> metrics = metrics_of(task);
  std::erase_if(metrics, [](const Metric* metric) { return metric->shown == Shown::Asked; });
  return metrics;
}

std::vector<std::string> metric_names(Task task) {
  std::vector<std::string> names;
  for (const Metric* metric : metrics_of(task)) names.emplace_back(metric->name);
  return names;
}

Result<const Metric*> find_metric(std::string_view name, Task task) {
  const auto names = metric_names(task);
  const std::string these = cat("the metrics of ", to_string(task), " are ", join(names, ", "));
  for (const Metric& metric : kMetrics) {
    if (metric.name != name) continue;
    if (metric.applies_to(task)) return &metric;
    return invalid_input(cat("'", name, "' is a metric of ", to_string(metric.task),
                             ", and this is ", to_string(task), ": it would say nothing; ", these));
  }
  return invalid_input(cat("there is no metric '", name, "'; ", these, did_you_mean(name, names)));
}

double badness(const Metric& metric, double value) {
  switch (metric.better) {
    case Better::Lower:
      return value;
    case Better::Higher:
      return -value;
    case Better::NearZero:
      return std::fabs(value);
  }
  UNREACHABLE();
}

double worsening(const Metric& metric, double champion, double challenger) {
  return badness(metric, challenger) - badness(metric, champion);
}

double relative_worsening(const Metric& metric, double champion, double challenger) {
  const double change = worsening(metric, champion, challenger);
  if (change == 0) return 0;
  if (champion == 0) return std::copysign(std::numeric_limits<double>::infinity(), change);
  return change / std::fabs(champion);
}

}  // namespace sluice::ml
