#include "ml/evaluate/judged_rows.h"

#include "base/check.h"
#include "base/strings.h"
#include "ml/evaluate/error_sums.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {

std::size_t JudgedRows::size() const {
  switch (task) {
    case Task::Regression:
    case Task::Forecast:
      return truth.size();
    case Task::Classification:
      return true_class.size();
    case Task::Ranking:
      return queries.size();
  }
  UNREACHABLE();
}

std::vector<std::uint8_t> JudgedRows::labels() const {
  std::vector<std::uint8_t> labels;
  labels.reserve(true_class.size());
  for (const ClassIndex one : true_class) labels.push_back(one == positive ? 1 : 0);
  return labels;
}

std::vector<RankedRow> JudgedRows::ranked() const {
  if (probability.empty()) return {};
  return rank_rows(probability, true_class, static_cast<ClassIndex>(positive));
}

JudgedRows judged_numbers(Task task, std::vector<double> truth, std::vector<double> prediction) {
  CHECK(truth.size() == prediction.size());
  JudgedRows rows;
  rows.task = task;
  rows.center = mean_of(truth);
  rows.truth = std::move(truth);
  rows.prediction = std::move(prediction);
  return rows;
}

Result<JudgedRows> judged_probabilities(std::span<const double> truth,
                                        std::vector<double> probability, double threshold) {
  CHECK(truth.size() == probability.size());
  JudgedRows rows;
  rows.task = Task::Classification;
  rows.classes = {"0", "1"};
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] != 0 && truth[i] != 1)
      return invalid_input(cat("row ", i + 1, ": the truth of a classification by probability is ",
                               "0 or 1, not ", short_number(truth[i])));
    if (!(probability[i] >= 0 && probability[i] <= 1))
      return invalid_input(cat("row ", i + 1, ": ", short_number(probability[i]),
                               " is no probability: it does not lie between 0 and 1"));
    rows.true_class.push_back(truth[i] == 1 ? 1 : 0);
    rows.predicted_class.push_back(probability[i] >= threshold ? 1 : 0);
  }
  rows.probability = std::move(probability);
  return rows;
}

}  // namespace sluice::ml
