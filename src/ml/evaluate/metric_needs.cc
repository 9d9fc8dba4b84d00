#include "ml/evaluate/metric_needs.h"

#include <algorithm>
#include <array>

namespace sluice::ml {
namespace {

bool has_probabilities(const JudgedRows& rows) {
  return !rows.probability.empty() || !rows.class_probability.empty();
}
bool has_class_probabilities(const JudgedRows& rows) {
  return !rows.class_probability.empty();
}
bool has_two_classes(const JudgedRows& rows) {
  return rows.classes.size() == 2;
}
bool has_history(const JudgedRows& rows) {
  return !rows.series_weights.empty();
}
bool has_interval(const JudgedRows& rows) {
  return !rows.low.empty();
}
bool has_quantiles(const JudgedRows& rows) {
  return !rows.quantiles.empty();
}

struct Need {
  std::string_view metric;
  bool (*has)(const JudgedRows&);
  std::string_view input;
};

constexpr std::string_view kProbabilities = "--probability COLUMN or --class-probability 'p_*'";
constexpr std::string_view kTwoClasses =
    "two classes; of more each class has its own, and _macro, _weighted and _micro are of all";
constexpr std::string_view kHistory = "--history FILE with --series and --time";

constexpr std::array kNeeds{
    Need{"roc_auc", has_probabilities, kProbabilities},
    Need{"pr_auc", has_probabilities, kProbabilities},
    Need{"roc_auc_weighted", has_probabilities, kProbabilities},
    Need{"pr_auc_weighted", has_probabilities, kProbabilities},
    Need{"log_loss", has_probabilities, kProbabilities},
    Need{"brier", has_probabilities, kProbabilities},
    Need{"ece", has_probabilities, kProbabilities},
    Need{"top_k_accuracy", has_class_probabilities,
         "--class-probability 'p_*' of more than two classes"},
    Need{"precision", has_two_classes, kTwoClasses},
    Need{"recall", has_two_classes, kTwoClasses},
    Need{"f1", has_two_classes, kTwoClasses},
    Need{"mase", has_history, kHistory},
    Need{"rmsse", has_history, kHistory},
    Need{"wrmsse", has_history, kHistory},
    Need{"pinball", has_quantiles, "--quantile LEVEL=COLUMN"},
    Need{"coverage", has_interval, "--low COLUMN and --high COLUMN"},
    Need{"interval_width", has_interval, "--low COLUMN and --high COLUMN"},
};

struct Reason {
  std::string_view metric;
  std::string_view clause;
};

constexpr std::array kReasons{
    Reason{"wape", "every truth is 0"},
    Reason{"r2", "the truth is the same in every row"},
    Reason{"mape", "a truth is 0"},
    Reason{"rmsle", "a truth or prediction is negative"},
    Reason{"poisson_deviance", "a truth is negative or a prediction not positive"},
    Reason{"gamma_deviance", "a truth or prediction is not positive"},
    Reason{"tweedie_deviance", "a truth or prediction is outside of what the power allows"},
    Reason{"mase", "no series has a history that changes"},
    Reason{"rmsse", "no series has a history that changes"},
    Reason{"wrmsse", "no series has a history that changes and a weight"},
    Reason{"precision", "no row is predicted positive"},
    Reason{"recall", "no row is positive"},
    Reason{"f1", "no row is positive or predicted so"},
    Reason{"mcc", "truth or prediction is one class only"},
    Reason{"roc_auc", "the truth is one class only"},
    Reason{"roc_auc_weighted", "the truth is one class only"},
    Reason{"pr_auc", "no row is positive"},
    Reason{"pr_auc_weighted", "no row is positive"},
    Reason{"ndcg", "nothing is relevant in any query"},
    Reason{"mrr", "nothing is relevant in any query"},
    Reason{"map", "nothing is relevant in any query"},
};

}  // namespace

std::string_view missing_input(const Metric& metric, const JudgedRows& rows) {
  const auto* need = std::ranges::find(kNeeds, metric.name, &Need::metric);
  return need == kNeeds.end() || need->has(rows) ? std::string_view() : need->input;
}

std::string_view undefined_reason(const Metric& metric) {
  const auto* reason = std::ranges::find(kReasons, metric.name, &Reason::metric);
  return reason == kReasons.end() ? std::string_view("no row tells it") : reason->clause;
}

}  // namespace sluice::ml
