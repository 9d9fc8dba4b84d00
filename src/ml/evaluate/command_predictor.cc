#include "ml/evaluate/command_predictor.h"

#include "base/strings.h"
#include "ml/evaluate/labelled_rows.h"

namespace sluice::ml {

Result<std::vector<double>> CommandPredictor::predict(const Table& table) const {
  const Table rows = without_column(table, target_);
  const Table answers = TRY(run_predict_command(world_, command_, rows, cancel_));
  const std::string_view usual = task_ == Task::Classification ? "probability" : "prediction";
  const std::string name =
      answers.columns().size() == 1 ? answers.columns()[0].name : std::string(usual);
  return TRY_CONTEXT(complete_column(answers, name, "prediction"),
                     cat("the command that predicts (", command_.command, ")"));
}

}  // namespace sluice::ml
