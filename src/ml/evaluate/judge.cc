#include "ml/evaluate/judge.h"

#include "base/strings.h"
#include "ml/data/table.h"
#include "ml/evaluate/gate.h"
#include "ml/evaluate/predictor.h"
#include "ml/serve/scorer.h"

namespace sluice::ml {
namespace {

Result<std::unique_ptr<Scorer>> load(const os::FileReader& files, const ModelToJudge& model) {
  return TRY_CONTEXT(Scorer::load(files, model.folder, model.digest), cat("model ", model.label));
}

// Columns whose kind is known are read strictly, so that a bad value is named by row.
Result<Table> read_rows(const os::FileReader& files, const os::Path& path,
                        const std::vector<std::string>& numbers) {
  TableOptions options;
  for (const std::string& name : numbers) options.kinds[name] = ColumnKind::Number;
  return read_table(files, path, options);
}

Result<std::vector<double>> column_of(const os::FileReader& files, const Table& table,
                                      const os::Path& path, std::string_view name,
                                      std::string_view what) {
  const auto place = [&](std::size_t row) { return row_place(files, path, row); };
  return TRY_CONTEXT(complete_column(table, name, what, place), path.string());
}

struct Scored {
  Table table;
  std::vector<double> truth;
  std::vector<double> predictions;
};

Result<Scored> score(const os::FileReader& files, const os::Path& data, const std::string& target,
                     const Scorer& scorer, const std::string& label) {
  std::vector<std::string> numbers = scorer.feature_names();
  numbers.push_back(target);
  Scored scored;
  scored.table = TRY(read_rows(files, data, numbers));
  scored.truth = TRY(column_of(files, scored.table, data, target, "target"));
  scored.predictions = TRY_CONTEXT(ScorerPredictor(scorer).predict(scored.table),
                                   cat("model ", label, " on ", data.string()));
  return scored;
}

Result<Scored> take_predictions(const os::FileReader& files, const EvaluationRequest& request,
                                const std::string& column) {
  Scored scored;
  scored.table = TRY(read_rows(files, request.data, {request.target, column}));
  scored.truth = TRY(column_of(files, scored.table, request.data, request.target, "target"));
  scored.predictions = TRY(column_of(files, scored.table, request.data, column, "prediction"));
  return scored;
}

Champion score_champion(const os::FileReader& files, const ChampionModel& champion,
                        const Table& table) {
  if (const auto* none = std::get_if<NoChampionModel>(&champion)) return NoChampion{none->reason};
  if (const auto* unusable = std::get_if<UnusableChampionModel>(&champion))
    return UnusableChampion{unusable->reason};
  const auto& model = std::get<ModelToJudge>(champion);
  const auto scorer = load(files, model);
  if (!scorer.ok()) return UnusableChampion{scorer.error().describe()};
  auto predictions = ScorerPredictor(*scorer.value()).predict(table);
  if (!predictions.ok())
    return UnusableChampion{cat(model.label, ": ", predictions.error().describe())};
  return ChampionPredictions{model.label, model.digest, std::move(predictions).value()};
}

}  // namespace

Result<Evaluation> evaluate_file(const os::FileReader& files, const EvaluationRequest& request) {
  Evaluation evaluation;
  evaluation.target = request.target;
  evaluation.data_digest = TRY(data_digest(files, request.data));
  Scored scored;
  if (const auto* model = std::get_if<ModelToJudge>(&request.source)) {
    const auto scorer = TRY(load(files, *model));
    evaluation.model = model->label;
    evaluation.model_digest = model->digest;
    scored = TRY(score(files, request.data, request.target, *scorer, model->label));
  } else {
    const std::string& column = std::get<PredictionColumn>(request.source).name;
    evaluation.model = cat("column ", column);
    scored = TRY(take_predictions(files, request, column));
  }
  std::vector<Groups> slices;
  for (const std::string& column : request.slices)
    slices.push_back(TRY_CONTEXT(group_rows(scored.table, column), request.data.string()));
  evaluate_rows(evaluation, scored.truth, scored.predictions, slices, request.min_rows);
  return evaluation;
}

Result<Verdict> judge_file(const os::FileReader& files, const GateRequest& request) {
  const auto scorer = TRY(load(files, request.model));
  const Digest data = TRY(data_digest(files, request.data));
  const Scored scored =
      TRY(score(files, request.data, request.target, *scorer, request.model.label));
  const Champion champion = score_champion(files, request.champion, scored.table);
  const ScorerPredictor predictor(*scorer);
  const std::string predicts =
      request.gate.predicts.empty() ? request.target : request.gate.predicts;
  Verdict verdict;
  verdict.checks = run_gate(request.gate, {scored.table, scored.truth, predictor,
                                           scored.predictions, champion, predicts});
  verdict.model = {request.model.label, request.model.digest};
  verdict.gate = {request.gate_name, request.gate.digest};
  verdict.data = {request.data.string(), data};
  if (const auto* compared = std::get_if<ChampionPredictions>(&champion))
    verdict.champion = NamedDigest{compared->label, compared->digest};
  verdict.predictions = predictions_digest(scored.predictions);
  verdict.target = request.target;
  verdict.rows = scored.truth.size();
  verdict.time = request.now;
  verdict.run_id = request.run_id;
  verdict.commit = request.commit;
  return verdict;
}

}  // namespace sluice::ml
