#include "ml/evaluate/judge.h"

#include <algorithm>

#include "base/strings.h"
#include "ml/data/table.h"
#include "ml/evaluate/gate.h"
#include "ml/evaluate/judged_model.h"
#include "ml/evaluate/model_rows.h"
#include "ml/evaluate/waiver.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kTimedRows = 1000;
constexpr std::size_t kWarmRows = 50;
constexpr std::uint64_t kMaxReport = 256u << 20;
constexpr std::uint64_t kMaxWaivers = 1u << 20;

struct Scored {
  Table table;
  std::vector<double> truth;
  JudgedRows rows;
};

Result<Scored> score(const Asking& asking, const GateRequest& request, const JudgedModel& model) {
  Scored scored;
  const os::FileReader& files = asking.world.files;
  scored.table = TRY(read_judged_rows(asking, request.data, model));
  const auto place = [&](std::size_t row) { return row_place(files, request.data, row); };
  scored.truth = TRY_CONTEXT(complete_column(scored.table, request.target, "target", place),
                             request.data.string());
  auto predictions = TRY_CONTEXT(model.predictor->predict(scored.table),
                                 cat("model ", model.model.label, " on ", request.data.string()));
  scored.rows = TRY_CONTEXT(judged_rows_of(request.gate.task, scored.truth, std::move(predictions)),
                            request.data.string());
  return scored;
}

// A command that looks at a model of its own, whatever it is told, would compare that with itself.
bool ignores_model(const Asking& asking, const GateRequest& request, const ModelToJudge& champion,
                   const JudgedRows& rows, const JudgedRows& scored) {
  return asking.command && champion.digest != request.model.digest &&
         predictions_digest(rows) == predictions_digest(scored);
}

Result<JudgedRows> ask_champion(const Asking& asking, const GateRequest& request,
                                const ModelToJudge& champion, const Scored& scored) {
  const JudgedModel model = TRY(open_model(asking, champion));
  auto predictions = TRY_CONTEXT(model.predictor->predict(scored.table), champion.label);
  JudgedRows rows = TRY_CONTEXT(
      judged_rows_of(request.gate.task, scored.truth, std::move(predictions)), champion.label);
  if (asking.command) TRY(check_unchanged(asking, champion));
  if (ignores_model(asking, request, champion, rows, scored.rows))
    return failed_precondition(cat("the command answers the same for ", champion.label, " and ",
                                   request.model.label,
                                   ", which are different models: it must ask the one whose folder "
                                   "is in $SLUICE_MODEL"));
  return rows;
}

Champion score_champion(const Asking& asking, const GateRequest& request, const Scored& scored) {
  if (const auto* none = std::get_if<NoChampionModel>(&request.champion))
    return NoChampion{none->reason};
  if (const auto* unusable = std::get_if<UnusableChampionModel>(&request.champion))
    return UnusableChampion{unusable->reason};
  const auto& model = std::get<ModelToJudge>(request.champion);
  auto rows = ask_champion(asking, request, model, scored);
  if (!rows.ok()) return UnusableChampion{rows.error().describe()};
  return ChampionPredictions{model.label, model.digest, std::move(rows).value()};
}

// One row at a time, as a server answers. The first rows warm the caches and do not count.
Result<std::vector<double>> time_scoring(os::Clock& clock, const Scorer& scorer,
                                         const Table& table) {
  std::vector<const Column*> columns;
  for (const std::string& name : scorer.feature_names())
    columns.push_back(TRY(table.number_column(name)));
  std::vector<double> microseconds;
  std::vector<float> features(columns.size());
  for (std::size_t i = 0; i < kTimedRows + kWarmRows && table.row_count() > 0; ++i) {
    const std::size_t row = i % table.row_count();
    for (std::size_t c = 0; c < columns.size(); ++c)
      features[c] = static_cast<float>(columns[c]->numbers[row]);
    const auto before = clock.steady();
    TRY(scorer.predict(features));
    const std::chrono::duration<double, std::micro> took = clock.steady() - before;
    if (i >= kWarmRows) microseconds.push_back(took.count());
  }
  return microseconds;
}

template <class Rule>
bool asks_for(const GateFile& gate) {
  return std::ranges::any_of(
      gate.checks, [](const GateCheck& check) { return std::holds_alternative<Rule>(check.rule); });
}

Result<GateFacts> facts_for(os::World& world, const GateRequest& request, const JudgedModel& model,
                            const Table& table) {
  GateFacts facts;
  facts.target = request.target;
  facts.now = world.clock.now();
  if (asks_for<LatencyCheck>(request.gate) && model.scorer)
    facts.scoring_microseconds = TRY(time_scoring(world.clock, *model.scorer, table));
  std::uint64_t bytes = 0;
  const auto model_files = TRY(list_model_files(world.files, request.model.folder));
  for (const ModelFile& file : model_files) bytes += file.size;
  facts.model_bytes = bytes;
  for (const GateCheck& check : request.gate.checks) {
    const std::string path = report_of(check.rule);
    if (!path.empty()) facts.reports.emplace(path, world.files.read(path, kMaxReport));
    if (const auto info = world.files.stat(path); !path.empty() && info.ok())
      facts.report_times.emplace(path, info->modified);
    if (const auto* leakage = std::get_if<LeakageCheck>(&check.rule))
      facts.tables.emplace(leakage->train, read_table(world.files, leakage->train));
  }
  return facts;
}

// A command could answer from anything, and servers would score with the model.
Result<void> check_needs_command(const Asking& asking, const ModelToJudge& model) {
  if (!asking.command || !Scorer::load(asking.world.files, model.folder, model.digest).ok())
    return success();
  return invalid_input(cat("sluice itself can ask the model ", model.label,
                           ", as servers will: leave --command out, which is for models of other "
                           "kinds"));
}

std::vector<MetricValue> all_metrics_of(const JudgedRows& rows) {
  const MetricValues values(rows, nullptr, nullptr);
  std::vector<MetricValue> found;
  for (const Metric* metric : metrics_of(rows.task))
    found.push_back(values.with_interval(*metric, 0));
  return found;
}

Result<void> waive(os::World& world, const GateRequest& request, Verdict& verdict) {
  if (request.waivers.empty()) return success();
  const auto text = world.files.read(request.waivers, kMaxWaivers);
  if (!text.ok())
    return text.error().code() == ErrorCode::NotFound ? success() : Result<void>(text.error());
  const Waivers waivers = TRY(parse_waivers(text.value(), request.waivers.string()));
  apply_waivers(verdict.checks, waivers, request.gate_name, verdict.time);
  verdict.waivers = NamedDigest{request.waivers.string(), waivers.digest};
  return success();
}

}  // namespace

Result<Verdict> judge_file(os::World world, const GateRequest& request,
                           const CancellationToken& cancel) {
  const Asking asking{world, request.command, request.gate.task, request.target, cancel};
  TRY(check_needs_command(asking, request.model));
  const JudgedModel model = TRY(open_model(asking, request.model));
  const Digest data = TRY(data_digest(world.files, request.data));
  const Scored scored = TRY(score(asking, request, model));
  const Champion champion = score_champion(asking, request, scored);
  const GateFacts facts = TRY(facts_for(world, request, model, scored.table));
  const std::string predicts =
      request.gate.predicts.empty() ? request.target : request.gate.predicts;
  Verdict verdict;
  verdict.checks = run_gate(
      request.gate, {scored.table, scored.rows, *model.predictor, champion, facts, predicts});
  if (request.command) {
    TRY(check_unchanged(asking, request.model));
    verdict.command = request.command->command;
  }
  verdict.model = {request.model.label, request.model.digest};
  verdict.gate = {request.gate_name, request.gate.digest};
  verdict.gate_model = request.gate.model;
  verdict.data = {request.data.string(), data};
  verdict.metrics = all_metrics_of(scored.rows);
  if (const auto* compared = std::get_if<ChampionPredictions>(&champion)) {
    verdict.champion = NamedDigest{compared->label, compared->digest};
    verdict.champion_metrics = all_metrics_of(compared->rows);
  }
  verdict.predictions = predictions_digest(scored.rows);
  verdict.target = request.target;
  verdict.rows = scored.truth.size();
  verdict.time = world.clock.now();
  verdict.run_id = request.run_id;
  verdict.commit = request.commit;
  TRY(waive(world, request, verdict));
  return verdict;
}

}  // namespace sluice::ml
