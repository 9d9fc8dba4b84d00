#include "ml/evaluate/judged_model.h"

#include "base/strings.h"
#include "ml/evaluate/command_predictor.h"
#include "ml/evaluate/model_rows.h"
#include "ml/model/model_folder.h"

namespace sluice::ml {

Result<JudgedModel> open_model(const Asking& asking, const ModelToJudge& model) {
  JudgedModel opened;
  opened.model = model;
  if (asking.command) {
    PredictCommand command = *asking.command;
    command.model = TRY(asking.world.files.resolve(model.folder));
    opened.predictor = std::make_unique<CommandPredictor>(
        asking.world, std::move(command), asking.task, asking.target, asking.cancel);
    return opened;
  }
  auto scorer = load_scorer(asking.world.files, model);
  if (!scorer.ok() && scorer.error().code() == ErrorCode::Unsupported)
    return Error(scorer.error()).with_context("`--command` asks models of other kinds");
  opened.scorer = TRY(std::move(scorer));
  TRY(check_task(*opened.scorer, asking.task, model.label));
  opened.predictor = std::make_unique<ScorerPredictor>(*opened.scorer);
  return opened;
}

Result<Table> read_judged_rows(const Asking& asking, const os::Path& data,
                               const JudgedModel& model) {
  if (model.scorer) return read_model_rows(asking.world.files, data, *model.scorer, asking.target);
  TableOptions options;
  options.kinds[asking.target] = ColumnKind::Number;
  return read_table(asking.world.files, data, options);
}

Result<void> check_unchanged(const Asking& asking, const ModelToJudge& model) {
  const Digest digest = TRY(model_digest(asking.world.files, model.folder));
  if (digest == model.digest) return success();
  return failed_precondition(cat("model ", model.label, " was changed while it was judged: it was ",
                                 model.digest.to_string(), ", now it is ", digest.to_string()));
}

}  // namespace sluice::ml
