#include "cli/evaluate_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "base/ids.h"
#include "base/json.h"
#include "base/strings.h"
#include "cli/model_access.h"
#include "cli/train_command.h"
#include "ml/data/number.h"
#include "ml/evaluate/backtest.h"
#include "ml/evaluate/evaluate_file.h"
#include "ml/evaluate/evaluation_page.h"
#include "ml/plot/png.h"
#include "ml/train/process_training_backend.h"
#include "ml/train/training_spec_file.h"

namespace sluice::cli {
namespace {

struct EvaluateOptions {
  std::string model;
  std::string predictions;
  std::string command;
  std::string timeout = "10m";
  std::string data;
  std::string history;
  std::string task;
  ml::PredictionColumns columns;
  std::vector<std::string> quantiles;
  std::vector<std::string> class_probabilities;
  std::vector<std::string> keys;
  std::size_t season = 1;
  std::string weight;
  std::size_t weight_periods = 28;
  std::vector<std::string> metrics;
  std::vector<std::string> slices;
  std::vector<std::string> fairness;
  std::string block;
  std::size_t min_rows = 30;
  std::string train;
  std::vector<std::string> train_keys;
  std::string backtest;
  ml::BacktestPlan plan;
  std::string out;
  std::string report;
  std::string html;
  std::string plots;
  std::string metrics_file;
  bool threshold_given = false;
  bool json = false;
};

// "0.1=p10": the column that holds a quantile.
Result<ml::QuantileColumn> quantile_of(const std::string& text) {
  const auto equals = text.find('=');
  const auto quantile = ml::parse_number(std::string_view(text).substr(0, equals));
  if (equals == std::string::npos || !quantile || *quantile <= 0 || *quantile >= 1)
    return invalid_input(cat("--quantile '", text, "': expected LEVEL=COLUMN, as in 0.9=p90"));
  return ml::QuantileColumn{*quantile, text.substr(equals + 1)};
}

// "red=p_red", or "p_*" for all classes.
Result<ml::ClassColumn> class_column_of(const std::string& text) {
  const auto equals = text.find('=');
  if (equals != std::string::npos && equals > 0 && equals + 1 < text.size())
    return ml::ClassColumn{text.substr(0, equals), text.substr(equals + 1)};
  if (equals == std::string::npos && std::ranges::count(text, '*') == 1)
    return ml::ClassColumn{"", text};
  return invalid_input(cat("--class-probability '", text,
                           "': expected CLASS=COLUMN, as in red=p_red, or a pattern whose * stands "
                           "for the class, as in p_*"));
}

std::vector<std::string> split_names(const std::vector<std::string>& texts) {
  std::vector<std::string> names;
  for (const std::string& text : texts)
    for (const std::string_view part : split(text, ',')) names.emplace_back(trim(part));
  return names;
}

Result<void> choose_source(const EvaluateOptions& options, const Context& context,
                           ml::EvaluationRequest& request) {
  const bool has_columns = !options.columns.prediction.empty() ||
                           !options.columns.probability.empty() ||
                           !options.class_probabilities.empty();
  if (!options.model.empty() || !options.command.empty()) {
    if (options.data.empty()) return invalid_input("say which rows to score: --data FILE");
  }
  if (!options.model.empty()) {
    request.source = TRY(model_to_judge(context, options.model));
  } else if (!options.command.empty()) {
    const auto timeout = parse_duration(options.timeout);
    if (!timeout)
      return invalid_input(cat("--timeout '", options.timeout, "' is no duration, such as 10m"));
    request.source = ml::PredictCommand{options.command, *timeout};
  } else if (has_columns && !(options.data.empty() && options.predictions.empty())) {
    request.source = ml::PredictionsGiven{options.predictions, split_names(options.keys)};
  } else {
    return invalid_input(
        "say what to evaluate: --model MODEL, --command COMMAND, or a file with --prediction, "
        "--probability COLUMN or --class-probability CLASS=COLUMN (--predictions FILE, --data FILE "
        "or both)");
  }
  return success();
}

Result<ml::EvaluationRequest> request_of(const EvaluateOptions& options, const Context& context) {
  ml::EvaluationRequest request;
  request.data = options.data;
  request.columns = options.columns;
  for (const std::string& text : options.quantiles)
    request.columns.quantiles.push_back(TRY(quantile_of(text)));
  for (const std::string& text : options.class_probabilities)
    request.columns.class_probabilities.push_back(TRY(class_column_of(text)));
  if (!options.task.empty()) request.task = TRY(ml::parse_task(options.task));
  request.history = options.history;
  request.season = options.season;
  request.weight = options.weight;
  request.weight_periods = options.weight_periods;
  request.metrics = split_names(options.metrics);
  request.slices = options.slices;
  request.fairness = options.fairness;
  request.block = options.block;
  request.min_rows = options.min_rows;
  request.train = options.train;
  request.train_keys = split_names(options.train_keys);
  TRY(choose_source(options, context, request));
  return request;
}

Result<ml::BacktestRequest> backtest_of(const EvaluateOptions& options, const Context& context,
                                        const os::Path& home) {
  if (options.data.empty() || options.columns.time.empty())
    return invalid_input("a back-test needs --data FILE and --time COLUMN, the periods in it");
  const std::string text = TRY(context.world.files.read(options.backtest));
  ml::BacktestRequest request;
  request.training = TRY(ml::parse_training_spec(text, options.backtest)).job;
  request.data = options.data;
  request.target = options.columns.truth;
  request.plan = options.plan;
  request.plan.time = options.columns.time;
  request.slices = options.slices;
  request.metrics = split_names(options.metrics);
  request.min_rows = options.min_rows;
  std::array<std::uint8_t, 10> random{};
  context.world.random.fill(random);
  request.scratch =
      home / "training" / cat("backtest-", make_sortable_id(context.world.clock.now(), random));
  return request;
}

Result<ml::Evaluated> backtest(const EvaluateOptions& options, Context& context) {
  const os::Path home = TRY(home_of(context));
  const ml::BacktestRequest request = TRY(backtest_of(options, context, home));
  ml::ProcessTrainingBackend backend(context.world, training_settings(context, home));
  return ml::run_backtest(
      context.world, backend, request,
      [&context](std::string_view piece) { context.terminal.error(piece); }, context.interrupt);
}

Result<ml::Evaluated> judge(const EvaluateOptions& options, Context& context) {
  if (!options.backtest.empty()) return backtest(options, context);
  const ml::EvaluationRequest request = TRY(request_of(options, context));
  return ml::evaluate_file(context.world, request, context.interrupt);
}

// SVG always; PNG where the machine can draw it, and otherwise a line that says what is missing.
Result<void> write_plots(const std::vector<ml::Plot>& plots, const os::Path& folder,
                         Context& context) {
  os::Files& files = context.world.files;
  TRY(files.make_directories(folder));
  const auto cairo = ml::CairoLibrary::open();
  if (!cairo.ok()) context.terminal.error(cat("sluice: ", cairo.error().message(), "\n"));
  for (const ml::Plot& plot : plots) {
    TRY(files.write(folder / cat(plot.name, ".svg"), ml::to_svg(plot.drawing)));
    if (!cairo.ok()) continue;
    const std::string png = TRY(cairo.value()->to_png(plot.drawing));
    TRY(files.write(folder / cat(plot.name, ".png"), png));
  }
  return success();
}

// With the folder that it is to stand in.
Result<void> write_file(os::Files& files, const os::Path& path, std::string_view text) {
  if (path.has_parent_path()) TRY(files.make_directories(path.parent_path()));
  return files.write(path, text);
}

// What would be ignored otherwise.
Result<void> check_options(const EvaluateOptions& options) {
  const ml::PredictionColumns& columns = options.columns;
  const bool has_probabilities = !columns.probability.empty() || !options.model.empty() ||
                                 !options.class_probabilities.empty();
  if (!options.keys.empty() && (options.data.empty() || options.predictions.empty()))
    return invalid_input("--key joins two files: --data FILE and --predictions FILE");
  if (options.threshold_given && (!has_probabilities || !columns.prediction.empty()))
    return invalid_input(
        "--threshold makes predictions of --probability COLUMN, without --prediction");
  if (!options.history.empty() && (columns.series.empty() || columns.time.empty()))
    return invalid_input("--history needs --series COLUMN and --time COLUMN, which it has, too");
  if (!ml::is_tweedie_power(columns.tweedie_power))
    return invalid_input("--tweedie-power is 0 or less, or 1 or more: there is none in between");
  return success();
}

Result<int> evaluate(const EvaluateOptions& options, Context& context) {
  os::Files& files = context.world.files;
  TRY(check_options(options));
  const ml::Evaluated evaluated = TRY(judge(options, context));
  const ml::Evaluation& evaluation = evaluated.evaluation;
  const std::string json = to_pretty_text(ml::to_json(evaluation)) + "\n";
  if (!options.out.empty()) TRY(write_file(files, options.out, json));
  if (!options.report.empty()) TRY(write_file(files, options.report, ml::to_markdown(evaluation)));
  if (!options.metrics_file.empty())
    TRY(write_file(files, options.metrics_file,
                   to_pretty_text(ml::metrics_json(evaluation.metrics)) + "\n"));
  if (!options.html.empty() || !options.plots.empty()) {
    const auto plots = ml::plots_of(evaluation, evaluated.rows);
    if (!options.html.empty()) TRY(write_file(files, options.html, ml::to_html(evaluation, plots)));
    if (!options.plots.empty()) TRY(write_plots(plots, options.plots, context));
  }
  context.terminal.out(options.json ? json : ml::to_terminal_text(evaluation));
  return 0;
}

void add_source_options(CLI::App& command, EvaluateOptions& options) {
  auto* model =
      command.add_option("--model", options.model, "NAME, NAME/3, NAME@alias or a model folder");
  auto* program = command.add_option(
      "--command", options.command,
      "A program that predicts: rows as CSV on its input, predictions on its output");
  auto* predictions = command.add_option("--predictions", options.predictions,
                                         "File with predictions (and the truth, without --data)");
  model->excludes(program)->excludes(predictions);
  program->excludes(predictions);
  command.add_option("--timeout", options.timeout, "How long the program may take")
      ->needs(program)
      ->capture_default_str();
  command.add_option("--data", options.data, "File with the truth (and features)");
  command.add_option("--key", options.keys,
                     "Columns that join predictions and data: store,week (default: row by row)");
}

void add_backtest_options(CLI::App& command, EvaluateOptions& options) {
  ml::BacktestPlan& plan = options.plan;
  auto* backtest = command.add_option(
      "--backtest", options.backtest,
      "Train by this file (train.yml) at several origins and judge the periods after each");
  command.add_option("--origins", plan.origins, "Origins of a back-test")
      ->needs(backtest)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--horizon", plan.horizon, "Periods that are judged after each origin")
      ->needs(backtest)
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command.add_option("--gap", plan.gap, "Periods before each origin that are not learnt from")
      ->needs(backtest)
      ->capture_default_str();
  command.add_option("--window", plan.window, "Periods that are learnt from (default: all before)")
      ->needs(backtest);
}

// Of a back-test: its model, its task, its blocks are given.
void exclude_from_backtest(CLI::App& command) {
  for (const char* other :
       {"--model", "--command", "--predictions", "--key", "--task", "--prediction", "--probability",
        "--class-probability", "--positive", "--threshold", "--low", "--high", "--quantile",
        "--series", "--history", "--query", "--fairness", "--block", "--train"})
    command.get_option("--backtest")->excludes(command.get_option(other));
}

void add_column_options(CLI::App& command, EvaluateOptions& options) {
  ml::PredictionColumns& columns = options.columns;
  command.add_option("--task", options.task,
                     "regression, forecast, classification or ranking (default: implied)");
  command.add_option("--target,--truth", columns.truth, "Column that holds the truth")->required();
  command.add_option("--prediction,--prediction-column", columns.prediction,
                     "Column that holds the prediction");
  command.add_option("--probability", columns.probability,
                     "Column with the probability of the positive class");
  command
      .add_option("--class-probability", options.class_probabilities,
                  "CLASS=COLUMN with the probability of a class, again for each; or p_* for all")
      ->allow_extra_args(false);
  command.add_option("--top", columns.top, "Most probable classes that count for top_k_accuracy")
      ->needs("--class-probability")
      ->check(CLI::Range(1, 50))
      ->capture_default_str();
  command.add_option("--positive", columns.positive, "The positive class");
  command.add_option("--threshold", columns.threshold, "Positive from this probability on")
      ->each([&options](const std::string&) { options.threshold_given = true; })
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--low", columns.low, "Column with the lower end of a predicted interval");
  command.add_option("--high", columns.high, "Column with the upper end");
  command.add_option("--quantile", options.quantiles, "LEVEL=COLUMN of a predicted quantile")
      ->allow_extra_args(false);
  command.add_option("--series", columns.series, "Column that names the series of a forecast");
  command.add_option("--time", columns.time, "Column with the time of a forecast");
  command.add_option("--history", options.history,
                     "File with the history of the series, for MASE, RMSSE and WRMSSE");
  command.add_option("--season", options.season, "Periods between a value and its naive forecast")
      ->needs("--history")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command
      .add_option("--weight", options.weight,
                  "Column of the history that says what a series weighs in WRMSSE (default: the "
                  "target)")
      ->needs("--history");
  command
      .add_option("--weight-periods", options.weight_periods,
                  "Last periods of the history over which weights are summed")
      ->needs("--history")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command.add_option("--tweedie-power", columns.tweedie_power, "Power of tweedie_deviance")
      ->capture_default_str();
  command.add_option("--query", columns.query, "Column that names the query of a ranked item");
  command.add_option("--k", columns.k, "Places that count for NDCG")
      ->needs("--query")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

void add_judging_options(CLI::App& command, EvaluateOptions& options) {
  command
      .add_option("--metric", options.metrics,
                  "Metrics, the most important first (default: the usual ones of the task)")
      ->allow_extra_args(false);
  command
      .add_option("--slice", options.slices,
                  "store, price:5 (buckets), price<2, store*brand (crossed); again for more")
      ->allow_extra_args(false);
  command.add_option("--fairness", options.fairness, "Groups that are to be treated alike")
      ->allow_extra_args(false);
  command.add_option("--block", options.block,
                     "Column whose rows hang together, for intervals: week");
  command.add_option("--min-n", options.min_rows, "Leave out slices with fewer rows")
      ->capture_default_str();
  auto* train =
      command.add_option("--train", options.train, "File that was learnt from, to look for leaks");
  command.add_option("--train-key", options.train_keys, "Columns that name a row: store,week")
      ->needs(train);
  command.add_option("--out", options.out, "Write the evaluation as JSON to this file");
  command.add_option("--report", options.report, "Write a Markdown report to this file");
  command.add_option("--html", options.html, "Write a page with pictures to this file");
  command.add_option("--plots", options.plots, "Write pictures as SVG and PNG into this folder");
  command.add_option("--metrics-file", options.metrics_file,
                     "Write the metrics alone, {\"rmse\": 1.2, …}, as a baseline for scripts");
  command.add_flag("--json", options.json, "Print JSON");
}

}  // namespace

void add_evaluate_command(CLI::App& root, Chosen& chosen) {
  auto* command = root.add_subcommand("evaluate", "Judge predictions: metrics, intervals, slices");
  // Shared by CLI11, which fills it, and the action.
  auto options = std::make_shared<EvaluateOptions>();
  add_source_options(*command, *options);
  add_backtest_options(*command, *options);
  add_column_options(*command, *options);
  add_judging_options(*command, *options);
  exclude_from_backtest(*command);
  command->callback([&chosen, options] {
    chosen.action = [options](Context& context) { return evaluate(*options, context); };
  });
}

}  // namespace sluice::cli
