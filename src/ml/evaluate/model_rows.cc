#include "ml/evaluate/model_rows.h"

#include "base/strings.h"

namespace sluice::ml {
namespace {

constexpr double kThreshold = 0.5;

}  // namespace

Result<std::unique_ptr<Scorer>> load_scorer(const os::FileReader& files,
                                            const ModelToJudge& model) {
  return TRY_CONTEXT(Scorer::load(files, model.folder, model.digest), cat("model ", model.label));
}

Task task_of(const Scorer& scorer) {
  return scorer.model().objective() == "binary:logistic" ? Task::Classification : Task::Regression;
}

Result<void> check_task(const Scorer& scorer, Task task, std::string_view label) {
  const std::string& objective = scorer.model().objective();
  const bool probability = task_of(scorer) == Task::Classification;
  if (task == Task::Ranking || (task == Task::Classification) != probability)
    return invalid_input(cat("model ", label, " has the objective ", objective, ", which makes it ",
                             to_string(task_of(scorer)), ", not ", to_string(task)));
  return success();
}

Result<Table> read_model_rows(const os::FileReader& files, const os::Path& path,
                              const Scorer& scorer, const std::string& target) {
  TableOptions options;
  for (const std::string& name : scorer.feature_names()) options.kinds[name] = ColumnKind::Number;
  options.kinds[target] = ColumnKind::Number;
  return read_table(files, path, options);
}

Result<JudgedRows> judged_rows_of(Task task, std::vector<double> truth,
                                  std::vector<double> prediction) {
  if (task == Task::Classification)
    return judged_probabilities(truth, std::move(prediction), kThreshold);
  return judged_numbers(task, std::move(truth), std::move(prediction));
}

}  // namespace sluice::ml
