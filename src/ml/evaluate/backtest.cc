#include "ml/evaluate/backtest.h"

#include <algorithm>

#include "base/strings.h"
#include "ml/data/table.h"
#include "ml/evaluate/model_rows.h"
#include "ml/evaluate/slice_spec.h"
#include "ml/train/train_model.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kOrigin = "origin";

// A folder that goes with the object.
class Scratch {
 public:
  Scratch(os::Files& files, os::Path path) : files_(files), path_(std::move(path)) {}
  ~Scratch() { (void)files_.remove_all(path_).ok(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const os::Path& path() const { return path_; }

 private:
  os::Files& files_;
  os::Path path_;
};

// Trains on the rows that may be learnt from and answers for those to be judged.
Result<std::vector<double>> judge_fold(os::World& world, TrainingBackend& backend,
                                       const BacktestRequest& request, const Table& table,
                                       const BacktestFold& fold, const os::Path& folder,
                                       const std::function<void(std::string_view)>& on_log,
                                       const CancellationToken& cancel) {
  TRY(world.files.make_directories(folder));
  const os::Path train = folder / "train.csv";
  TRY(write_csv(world.files, train, table.take(fold.learnt)));
  TrainingJobSpec spec = request.training;
  spec.channels = {{"train", train.string()}};
  const TrainingOutcome outcome = TRY(train_model(
      world, backend, std::move(spec), {folder / "model", folder / "records"}, on_log, cancel));
  if (!outcome.model)
    return invalid_input(cat("the training for origin ", fold.origin,
                             " did not complete: ", outcome.job.failure_reason));
  const auto scorer = TRY(Scorer::load(world.files, *outcome.model, outcome.model_digest));
  TRY(check_task(*scorer, Task::Regression, cat("of origin ", fold.origin)));
  const auto& features = scorer->feature_names();
  if (std::ranges::find(features, request.target) != features.end())
    return invalid_input(cat("the target '", request.target, "' is among the model's features"));
  return ScorerPredictor(*scorer).predict(table.take(fold.judged));
}

Result<std::vector<const Metric*>> metrics_for(const BacktestRequest& request) {
  if (request.metrics.empty()) return usual_metrics(Task::Regression);
  std::vector<const Metric*> metrics;
  for (const std::string& name : request.metrics)
    metrics.push_back(TRY(find_metric(name, Task::Regression)));
  return metrics;
}

Result<Evaluated> evaluate_folds(const BacktestRequest& request, const Table& judged,
                                 std::vector<double> predictions, const Digest& data) {
  Evaluated result;
  result.evaluation.model = cat("back-test of ", request.training.name);
  result.evaluation.target = request.target;
  result.evaluation.data_digest = data;
  auto truth = TRY(complete_column(judged, request.target, "target"));
  result.rows = judged_numbers(Task::Regression, std::move(truth), std::move(predictions));
  std::vector<Groups> slices;
  slices.push_back(TRY(periods_of(judged, kOrigin)));
  for (const std::string& spec : request.slices) slices.push_back(TRY(slice_rows(judged, spec)));
  EvaluationPlan plan;
  plan.metrics = TRY(metrics_for(request));
  plan.min_rows = request.min_rows;
  const Groups blocks = TRY(group_rows(judged, request.plan.time));
  plan.blocks = &blocks;
  evaluate_rows(result.evaluation, result.rows, slices, plan);
  return result;
}

}  // namespace

Result<std::vector<BacktestFold>> plan_folds(const Groups& periods, const BacktestPlan& plan) {
  const std::size_t count = periods.names.size();
  const std::size_t judged = plan.origins * plan.horizon;
  if (plan.origins == 0 || plan.horizon == 0 || count < judged + plan.gap + 1)
    return invalid_input(cat("'", periods.column, "' has ", plural(count, "period"), "; ",
                             plural(plan.origins, "origin"), " with ",
                             plural(plan.horizon, "period"), " each and a gap of ", plan.gap,
                             " need at least ", judged + plan.gap + 1));
  std::vector<BacktestFold> folds;
  for (std::size_t i = 0; i < plan.origins; ++i) {
    const std::size_t first = count - judged + i * plan.horizon;
    const std::size_t end = first - plan.gap;
    const std::size_t begin = plan.window == 0 || plan.window > end ? 0 : end - plan.window;
    BacktestFold fold{periods.names[first], {}, {}};
    for (std::size_t row = 0; row < periods.of_row.size(); ++row) {
      const std::size_t period = periods.of_row[row];
      if (period >= begin && period < end) fold.learnt.push_back(row);
      if (period >= first && period < first + plan.horizon) fold.judged.push_back(row);
    }
    folds.push_back(std::move(fold));
  }
  return folds;
}

Result<Evaluated> run_backtest(os::World world, TrainingBackend& backend,
                               const BacktestRequest& request,
                               const std::function<void(std::string_view)>& on_log,
                               const CancellationToken& cancel) {
  const Digest digest = TRY(data_digest(world.files, request.data));
  TableOptions options;
  options.kinds[request.target] = ColumnKind::Number;
  const Table table = TRY(read_table(world.files, request.data, options));
  const Groups periods = TRY_CONTEXT(periods_of(table, request.plan.time), request.data.string());
  const auto folds = TRY_CONTEXT(plan_folds(periods, request.plan), request.data.string());
  const Scratch scratch(world.files, request.scratch);
  std::vector<std::size_t> rows;
  std::vector<double> predictions;
  Column origin{std::string(kOrigin), ColumnKind::Text, {}, {}, {}};
  for (const BacktestFold& fold : folds) {
    const os::Path folder = scratch.path() / cat("origin-", origin.dictionary.size() + 1);
    const auto answers =
        TRY(judge_fold(world, backend, request, table, fold, folder, on_log, cancel));
    rows.insert(rows.end(), fold.judged.begin(), fold.judged.end());
    predictions.insert(predictions.end(), answers.begin(), answers.end());
    origin.codes.insert(origin.codes.end(), fold.judged.size(),
                        static_cast<std::int32_t>(origin.dictionary.size()));
    origin.dictionary.push_back(fold.origin);
  }
  Table judged = table.take(rows);
  judged.set_column(std::move(origin));
  return TRY_CONTEXT(evaluate_folds(request, judged, std::move(predictions), digest),
                     request.data.string());
}

}  // namespace sluice::ml
