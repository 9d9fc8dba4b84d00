#include "ml/evaluate/evaluate_file.h"

#include <algorithm>

#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/data/row_source.h"
#include "ml/data/table.h"
#include "ml/evaluate/leakage.h"
#include "ml/evaluate/metric_needs.h"
#include "ml/evaluate/model_rows.h"
#include "ml/evaluate/slice_spec.h"
#include "ml/evaluate/wording.h"
#include "os/in_parallel.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kCommandPrediction = "prediction";

// Rows with all columns that are needed, which columns these are, and what they are.
struct Prepared {
  Table table;
  PredictionColumns columns;
  Task task = Task::Regression;
  std::vector<std::string> features;  // where they are known
  os::Path named;                     // the file that messages about rows are about
};

Result<Table> read_columns(const os::FileReader& files, const os::Path& path,
                           const std::vector<std::string>& numbers) {
  TableOptions options;
  for (const std::string& name : numbers) options.kinds[name] = ColumnKind::Number;
  return read_table(files, path, options);
}

Result<std::vector<std::string>> header_of(const os::FileReader& files, const os::Path& path) {
  const auto reader = TRY(open_rows(files, path));
  return reader->header();
}

// The columns of a file that an evaluation of its predictions looks at; empty: all of them, also
// where a name is none of the file's, so that the message can propose any of these.
Result<std::vector<std::string>> needed_columns(const os::FileReader& files, const os::Path& path,
                                                const EvaluationRequest& request,
                                                const PredictionColumns& columns) {
  const std::vector<std::string> header = TRY(header_of(files, path));
  std::vector<std::string> asked{columns.truth, columns.prediction, columns.probability,
                                 columns.low,   columns.high,       columns.series,
                                 columns.time,  columns.query,      request.block};
  for (const QuantileColumn& quantile : columns.quantiles) asked.push_back(quantile.column);
  for (const ClassColumn& of_class : columns.class_probabilities) asked.push_back(of_class.column);
  for (const auto* more : {&request.slices, &request.fairness, &request.train_keys})
    asked.insert(asked.end(), more->begin(), more->end());
  std::vector<bool> needed(header.size());
  for (const std::string& text : asked) {
    bool known = text.empty();
    // A slice may be an expression over columns.
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (text.find(header[i]) == std::string::npos) continue;
      needed[i] = true;
      known = true;
    }
    if (!known) return std::vector<std::string>{};
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < header.size(); ++i)
    if (needed[i]) names.push_back(header[i]);
  return names;
}

struct ReadData {
  Table table;
  Digest digest;
};

// Side by side.
Result<ReadData> read_and_digest(const os::FileReader& files, const os::Path& path,
                                 const TableOptions& options) {
  std::optional<Result<Table>> table;
  std::optional<Result<Digest>> digest;
  os::in_parallel(2, [&](std::size_t which) {
    if (which == 0)
      table = read_table(files, path, options);
    else
      digest = data_digest(files, path);
  });
  ReadData read;
  read.table = TRY(std::move(*table));
  read.digest = TRY(std::move(*digest));
  return read;
}

// While it is known which file they are from: numbers of the predictions that the data lacks.
Result<void> check_numbers(const os::FileReader& files, const os::Path& path,
                           const Table& predictions, const Table& data,
                           const std::vector<std::string>& numbers) {
  const auto place = [&](std::size_t row) { return row_place(files, path, row); };
  for (const std::string& name : numbers)
    if (predictions.find(name) != nullptr && data.find(name) == nullptr)
      TRY_CONTEXT(complete_column(predictions, name, "prediction", place), path.string());
  return success();
}

// Where nobody said what the task is: a truth that begins with text is one of classes.
Result<void> check_truth_is_number(const os::FileReader& files, const os::Path& path,
                                   const std::string& truth) {
  const auto reader = TRY(open_rows(files, path));
  const std::vector<std::string>& header = reader->header();
  const auto field = static_cast<std::size_t>(std::ranges::find(header, truth) - header.begin());
  CsvBlock block;
  if (field == header.size() || !TRY(reader->next(block)) || block.rows.empty()) return success();
  const std::string_view first = block.fields[field];
  const bool missing =
      std::ranges::find(default_null_spellings(), first) != default_null_spellings().end();
  if (missing || parse_number(first)) return success();
  return invalid_input(cat("the truth '", truth, "' begins with '", first.substr(0, 80),
                           "', which is no number; --task classification judges classes"));
}

std::string judged_column(const PredictionColumns& columns) {
  if (!columns.prediction.empty()) return cat("column ", columns.prediction);
  if (!columns.probability.empty()) return cat("column ", columns.probability);
  std::vector<std::string> names;
  for (const ClassColumn& of_class : columns.class_probabilities) names.push_back(of_class.column);
  return cat("columns ", join(names, ", "));
}

Result<Prepared> take_predictions(const os::FileReader& files, const EvaluationRequest& request,
                                  const PredictionsGiven& given, Evaluation& evaluation) {
  Prepared prepared;
  prepared.columns = request.columns;
  prepared.task = request.task.value_or(implied_task(request.columns));
  if (!request.columns.class_probabilities.empty()) {
    const os::Path& holder = given.file.empty() ? request.data : given.file;
    prepared.columns.class_probabilities = TRY_CONTEXT(
        class_columns(request.columns.class_probabilities, TRY(header_of(files, holder))),
        holder.string());
  }
  const auto numbers = number_columns(prepared.task, prepared.columns);
  const bool joined = !given.file.empty() && !request.data.empty();
  prepared.named = request.data.empty() ? given.file : request.data;
  evaluation.model = given.file.empty() ? judged_column(prepared.columns) : given.file.string();
  TableOptions options;
  for (const std::string& name : numbers) options.kinds[name] = ColumnKind::Number;
  if (!joined)
    options.columns = TRY(needed_columns(files, prepared.named, request, prepared.columns));
  if (!request.task && prepared.task == Task::Regression)
    TRY_CONTEXT(check_truth_is_number(files, prepared.named, request.columns.truth),
                prepared.named.string());
  ReadData read = TRY(read_and_digest(files, prepared.named, options));
  evaluation.data_digest = read.digest;
  prepared.table = std::move(read.table);
  if (!joined) return prepared;
  const Table predictions = TRY(read_columns(files, given.file, numbers));
  TRY(check_numbers(files, given.file, predictions, prepared.table, numbers));
  prepared.table = TRY_CONTEXT(join_predictions(prepared.table, predictions, given.keys),
                               cat(request.data.string(), " and ", given.file.string()));
  return prepared;
}

Result<Prepared> ask_model(const os::FileReader& files, const EvaluationRequest& request,
                           const ModelToJudge& model, Evaluation& evaluation) {
  const auto scorer = TRY(load_scorer(files, model));
  evaluation.model = model.label;
  evaluation.model_digest = model.digest;
  evaluation.data_digest = TRY(data_digest(files, request.data));
  Prepared prepared;
  prepared.columns = request.columns;
  prepared.task = request.task.value_or(task_of(*scorer));
  prepared.named = request.data;
  prepared.features = scorer->feature_names();
  TRY(check_task(*scorer, prepared.task, model.label));
  prepared.table = TRY(read_model_rows(files, request.data, *scorer, request.columns.truth));
  auto predictions = TRY_CONTEXT(ScorerPredictor(*scorer).predict(prepared.table),
                                 cat("model ", model.label, " on ", request.data.string()));
  const std::string name(kModelPrediction);
  (prepared.task == Task::Classification ? prepared.columns.probability
                                         : prepared.columns.prediction) = name;
  prepared.table.set_column({name, ColumnKind::Number, std::move(predictions), {}, {}});
  return prepared;
}

// The columns of predictions; a column called like the truth is one of them, too.
void add_answers(const Table& answers, Prepared& prepared) {
  PredictionColumns& columns = prepared.columns;
  if (columns.prediction.empty() && columns.probability.empty() &&
      columns.class_probabilities.empty())
    columns.prediction =
        answers.columns().size() == 1 ? answers.columns()[0].name : std::string(kCommandPrediction);
  if (columns.prediction == columns.truth) columns.prediction = kModelPrediction;
  // A pattern that fits nothing is said where the columns are judged.
  if (auto found = class_columns(columns.class_probabilities, answers.names()); found.ok())
    columns.class_probabilities = std::move(*found);
  const auto wanted = number_columns(Task::Regression, columns);
  for (Column column : answers.columns()) {
    if (column.name == columns.truth) column.name = kModelPrediction;
    const bool is_prediction = std::ranges::find(wanted, column.name) != wanted.end();
    if (is_prediction) prepared.table.set_column(std::move(column));
  }
}

// While it is known that the command was to give them.
Result<void> check_answers(const Table& answers, const Prepared& prepared) {
  PredictionColumns predicted = prepared.columns;
  predicted.truth.clear();
  for (const std::string& name : number_columns(Task::Regression, predicted))
    if (answers.find(name == kModelPrediction ? prepared.columns.truth : name) == nullptr)
      return not_found(cat("the command that predicts answered the columns ",
                           join(answers.names(), ", ").substr(0, 200), ", of which none is '", name,
                           "'; --prediction COLUMN names the one that holds predictions"));
  return success();
}

Result<Prepared> ask_command(os::World& world, const EvaluationRequest& request,
                             const PredictCommand& command, Evaluation& evaluation,
                             const CancellationToken& cancel) {
  Prepared prepared;
  prepared.columns = request.columns;
  prepared.task = request.task.value_or(implied_task(request.columns));
  prepared.named = request.data;
  evaluation.model = cat("command ", command.command);
  evaluation.data_digest = TRY(data_digest(world.files, request.data));
  PredictionColumns known;
  known.truth = request.columns.truth;
  const auto numbers = number_columns(prepared.task, known);
  prepared.table = TRY(read_columns(world.files, request.data, numbers));
  TRY(prepared.table.column(request.columns.truth));
  const Table rows = without_column(prepared.table, request.columns.truth);
  const Table answers = TRY(run_predict_command(world, command, rows, cancel));
  add_answers(answers, prepared);
  TRY(check_answers(answers, prepared));
  return prepared;
}

Result<Prepared> prepare(os::World& world, const EvaluationRequest& request, Evaluation& evaluation,
                         const CancellationToken& cancel) {
  if (const auto* given = std::get_if<PredictionsGiven>(&request.source))
    return take_predictions(world.files, request, *given, evaluation);
  if (const auto* model = std::get_if<ModelToJudge>(&request.source))
    return ask_model(world.files, request, *model, evaluation);
  return ask_command(world, request, std::get<PredictCommand>(request.source), evaluation, cancel);
}

Result<JudgedRows> judge(const os::FileReader& files, const EvaluationRequest& request,
                         const Prepared& prepared) {
  const auto place = [&](std::size_t row) { return row_place(files, prepared.named, row); };
  Table history;
  if (!request.history.empty())
    history = TRY(read_columns(files, request.history, {request.columns.truth}));
  const SeriesHistory scale{request.history.empty() ? nullptr : &history, request.season,
                            request.weight, request.weight_periods};
  return TRY_CONTEXT(judge_columns(prepared.table, prepared.task, prepared.columns, scale, place),
                     prepared.named.string());
}

Result<std::vector<Groups>> slices_of(const Table& table, const std::vector<std::string>& specs,
                                      const os::Path& path) {
  std::vector<Groups> slices;
  for (const std::string& spec : specs)
    slices.push_back(TRY_CONTEXT(slice_rows(table, spec), path.string()));
  return slices;
}

// A condition that no row meets, a column without a value: most likely not what was meant.
void warn_of_empty_slices(const std::vector<Groups>& slices, const os::Path& path,
                          std::vector<std::string>& warnings) {
  for (const Groups& groups : slices) {
    std::vector<std::size_t> rows(groups.names.size());
    for (const std::uint32_t group : groups.of_row) ++rows[group];
    const bool condition = groups.names.size() == 3 && groups.names[0] == "true";
    if (condition && rows[0] == 0)
      warnings.push_back(cat("The slice '", groups.column, "' is empty: of ",
                             row_count(groups.of_row.size()), " of ", path.string(),
                             " none meets it. Check the column's unit and spelling."));
    else if (groups.names.size() == 1 && groups.names[0] == "(missing)")
      warnings.push_back(cat("The slices by '", groups.column, "' say nothing: the column has no ",
                             "value in any row of ", path.string(), "."));
  }
}

// A class that is predicted and never true is often one that is spelt in two ways.
void warn_of_strange_classes(const JudgedRows& rows, std::vector<std::string>& warnings) {
  std::vector<std::size_t> truths(rows.classes.size());
  std::vector<std::size_t> predictions(rows.classes.size());
  for (const ClassIndex one : rows.true_class) ++truths[one];
  for (const ClassIndex one : rows.predicted_class) ++predictions[one];
  std::vector<std::string> true_names;
  for (std::size_t c = 0; c < truths.size(); ++c)
    if (truths[c] > 0) true_names.push_back(rows.classes[c]);
  if (true_names.size() == 1) {
    warnings.push_back(cat("The truth is '", true_names[0],
                           "' in every row: nothing tells whether other classes are found."));
    return;
  }
  for (std::size_t c = 0; c < truths.size(); ++c)
    if (truths[c] == 0 && predictions[c] > 0) {
      const std::string_view like = nearest(rows.classes[c], true_names);
      warnings.push_back(cat("The class '", rows.classes[c], "' is predicted in ",
                             row_count(predictions[c]), " and is never the truth",
                             like.empty() ? "" : cat(", where '", like, "' is"), "."));
    }
}

Result<std::vector<std::string>> leaks_in(const os::World& world, const EvaluationRequest& request,
                                          const Prepared& prepared) {
  std::optional<Table> learnt;
  if (!request.train.empty()) {
    if (request.train_keys.empty() && request.columns.time.empty())
      return invalid_input(
          "--train is looked at by --train-key COLUMN,COLUMN (which rows were learnt from) or "
          "--time COLUMN (when they are from): give one of them, or both");
    learnt = TRY(read_table(world.files, request.train));
  }
  const LeakageQuestion question{
      prepared.table,     request.columns.truth, prepared.features, learnt ? &*learnt : nullptr,
      request.train_keys, request.columns.time,  world.clock.now()};
  std::vector<std::string> sentences;
  for (const Leak& leak : TRY(find_leaks(question)))
    sentences.push_back(cat("Possible leak (", leak.kind, "): ", leak.sentence, "."));
  return sentences;
}

// How the rows are cut.
struct JudgedGroups {
  std::vector<Groups> slices;
  std::vector<Groups> fairness;
  std::optional<Groups> blocks;
  os::Path named;
};

// Ends the table, which is most of the memory.
Result<JudgedGroups> groups_of(const EvaluationRequest& request, Prepared prepared) {
  if (!request.fairness.empty() && prepared.task == Task::Ranking)
    return invalid_input("fairness is judged for classification, regression and forecasts");
  if (prepared.task == Task::Ranking)
    prepared.table =
        prepared.table.take(first_rows(TRY(group_rows(prepared.table, prepared.columns.query))));
  JudgedGroups groups;
  groups.named = prepared.named;
  groups.slices = TRY(slices_of(prepared.table, request.slices, prepared.named));
  groups.fairness = TRY(slices_of(prepared.table, request.fairness, prepared.named));
  if (!request.block.empty())
    groups.blocks = TRY_CONTEXT(slice_rows(prepared.table, request.block),
                                cat(prepared.named.string(), ": --block"));
  return groups;
}

Result<std::vector<const Metric*>> chosen_metrics(const std::vector<std::string>& names,
                                                  Task task) {
  if (names.empty()) return usual_metrics(task);
  std::vector<const Metric*> metrics;
  for (const std::string& name : names) {
    const Metric* metric = TRY(find_metric(name, task));
    if (std::ranges::find(metrics, metric) == metrics.end()) metrics.push_back(metric);
  }
  return metrics;
}

// Of metrics that were asked for by name.
Result<void> check_inputs(const std::vector<std::string>& names,
                          const std::vector<const Metric*>& metrics, const JudgedRows& rows) {
  if (names.empty()) return success();
  for (const Metric* metric : metrics)
    if (const auto input = missing_input(*metric, rows); !input.empty())
      return invalid_input(cat("the metric ", metric->name, " needs ", input));
  return success();
}

// What else the numbers depend on.
std::vector<Setting> settings_of(const EvaluationRequest& request, const JudgedRows& rows,
                                 const std::vector<const Metric*>& metrics) {
  const PredictionColumns& columns = request.columns;
  const auto chosen = [&](std::string_view name) {
    return std::ranges::any_of(metrics, [&](const Metric* metric) { return metric->name == name; });
  };
  std::vector<Setting> settings;
  if (rows.classes.size() == 2) settings.push_back({"positive", Json(rows.classes[rows.positive])});
  if (!rows.probability.empty() && columns.prediction.empty() &&
      columns.class_probabilities.empty())
    settings.push_back({"threshold", columns.threshold});
  if (!rows.class_probability.empty() && chosen("top_k_accuracy"))
    settings.push_back({"top", columns.top});
  if (rows.task == Task::Ranking) settings.push_back({"k", columns.k});
  if (chosen("tweedie_deviance")) settings.push_back({"tweedie_power", columns.tweedie_power});
  if (!rows.series_weights.empty()) {
    settings.push_back({"season", request.season});
    settings.push_back({"weight", Json(request.weight.empty() ? columns.truth : request.weight)});
    settings.push_back({"weight_periods", request.weight_periods});
  }
  return settings;
}

}  // namespace

Result<Evaluated> evaluate_file(os::World world, const EvaluationRequest& request,
                                const CancellationToken& cancel) {
  Evaluated result;
  Evaluation& evaluation = result.evaluation;
  evaluation.target = request.columns.truth;
  Prepared prepared = TRY(prepare(world, request, evaluation, cancel));
  EvaluationPlan plan;
  plan.metrics = TRY(chosen_metrics(request.metrics, prepared.task));
  plan.min_rows = request.min_rows;
  evaluation.warnings = TRY(leaks_in(world, request, prepared));
  result.rows = TRY(judge(world.files, request, prepared));
  TRY(check_inputs(request.metrics, plan.metrics, result.rows));
  evaluation.settings = settings_of(request, result.rows, plan.metrics);
  const JudgedGroups groups = TRY(groups_of(request, std::move(prepared)));
  warn_of_strange_classes(result.rows, evaluation.warnings);
  warn_of_empty_slices(groups.slices, groups.named, evaluation.warnings);
  plan.blocks = groups.blocks ? &*groups.blocks : nullptr;
  evaluate_rows(evaluation, result.rows, groups.slices, plan);
  for (const Groups& one : groups.fairness)
    evaluation.fairness.push_back(fairness_of(result.rows, one, request.min_rows));
  return result;
}

}  // namespace sluice::ml
