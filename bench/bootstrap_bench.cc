// Comparing two models, in one process: bootstrap_bench [ROWS] [REPLICATES]
// A paired bootstrap of a relative change of WAPE, as a gate does it, over rows of a generated
// sales table with as many blocks as are kept, and an evaluation of predictions with 50 slices.
// Prints JSON: seconds of processor of each (one thread).
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "ml/evaluate/evaluation.h"
#include "ml/evaluate/model_comparison.h"
#include "ml/statistics/random_stream.h"

namespace {

using namespace sluice::ml;

constexpr std::uint32_t kBlocks = 4000;
constexpr std::uint32_t kSlices = 50;

double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::vector<double> predictions_of(const std::vector<double>& truth, double spread,
                                   std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<double> predictions;
  for (const double value : truth)
    predictions.push_back(value * (1 + spread * (random.uniform() - 0.5)));
  return predictions;
}

Groups groups_of(const std::string& name, std::size_t rows, std::uint32_t count) {
  Groups groups{name, {}, {}};
  for (std::uint32_t i = 0; i < count; ++i) groups.names.push_back(std::to_string(i));
  for (std::size_t i = 0; i < rows; ++i)
    groups.of_row.push_back(static_cast<std::uint32_t>(i * 2654435761u % count));
  return groups;
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t rows = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000;
  const auto replicates =
      static_cast<std::uint32_t>(count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 10'000);
  RandomStream random(1);
  std::vector<double> truth;
  for (std::size_t i = 0; i < rows; ++i) truth.push_back(5 + 100 * random.uniform());
  const JudgedRows champion = judged_numbers(Task::Regression, truth, predictions_of(truth, 1, 2));
  const JudgedRows challenger =
      judged_numbers(Task::Regression, truth, predictions_of(truth, 0.98, 3));
  const Groups blocks = groups_of("store_week", rows, kBlocks);

  double start = processor_seconds();
  ChangeQuestion question;
  question.metric = find_metric("wape", Task::Regression).value();
  question.plan.resamples = replicates;
  question.blocks = &blocks;
  const auto change = test_change(ChangeTest::Bootstrap, question, champion, challenger);
  const double bootstrap = processor_seconds() - start;

  const Groups slices = groups_of("slice", rows, kSlices);
  start = processor_seconds();
  Evaluation evaluation;
  EvaluationPlan plan;
  plan.metrics = metrics_of(Task::Regression);
  evaluate_rows(evaluation, challenger, std::span(&slices, 1), plan);
  const double evaluated = processor_seconds() - start;
  std::printf(
      "{\"rows\": %zu, \"replicates\": %u, \"bootstrap_seconds\": %.3f, \"change\": %.6f, "
      "\"evaluate_seconds\": %.3f, \"slices\": %zu}\n",
      rows, replicates, bootstrap, change.ok() ? change->measured : NAN, evaluated,
      evaluation.slices.size());
  return change.ok() ? 0 : 1;
}
