#include "cli/evaluate_command.h"

#include <CLI/CLI.hpp>

#include "base/json.h"
#include "base/strings.h"
#include "cli/model_access.h"
#include "ml/evaluate/judge.h"

namespace sluice::cli {
namespace {

struct EvaluateOptions {
  std::string model;
  std::string prediction_column;
  std::string data;
  std::string target;
  std::vector<std::string> slices;
  std::size_t min_rows = 30;
  std::string out;
  std::string report;
  bool json = false;
};

Result<ml::EvaluationRequest> request_of(const EvaluateOptions& options, const Context& context) {
  ml::EvaluationRequest request;
  request.data = options.data;
  request.target = options.target;
  request.slices = options.slices;
  request.min_rows = options.min_rows;
  if (!options.prediction_column.empty())
    request.source = ml::PredictionColumn{options.prediction_column};
  else if (!options.model.empty())
    request.source = TRY(model_to_judge(context, options.model));
  else
    return invalid_input("say what to evaluate: --model MODEL or --prediction-column COLUMN");
  return request;
}

Result<int> evaluate(const EvaluateOptions& options, Context& context) {
  os::Files& files = context.world.files;
  const auto request = TRY(request_of(options, context));
  const ml::Evaluation evaluation = TRY(ml::evaluate_file(files, request));
  const std::string json = to_pretty_text(ml::to_json(evaluation)) + "\n";
  if (!options.out.empty()) TRY(files.write(options.out, json));
  if (!options.report.empty()) TRY(files.write(options.report, ml::to_markdown(evaluation)));
  context.terminal.out(options.json ? json : ml::to_terminal_text(evaluation));
  return 0;
}

}  // namespace

void add_evaluate_command(CLI::App& root, Chosen& chosen) {
  auto* command = root.add_subcommand("evaluate", "Judge a model's predictions: metrics by slice");
  // Shared by CLI11, which fills it, and the action.
  auto options = std::make_shared<EvaluateOptions>();
  auto* model =
      command->add_option("--model", options->model, "NAME, NAME/3, NAME@alias or a model folder");
  command
      ->add_option("--prediction-column", options->prediction_column,
                   "Take the predictions from this column of the data")
      ->excludes(model);
  command->add_option("--data", options->data, "CSV file with features and target")->required();
  command->add_option("--target", options->target, "Column that holds the truth")->required();
  command->add_option("--slice", options->slices, "Column to slice by (again for more)")
      ->allow_extra_args(false);
  command->add_option("--min-n", options->min_rows, "Leave out slices with fewer rows")
      ->capture_default_str();
  command->add_option("--out", options->out, "Write the evaluation as JSON to this file");
  command->add_option("--report", options->report, "Write a Markdown report to this file");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([&chosen, options] {
    chosen.action = [options](Context& context) { return evaluate(*options, context); };
  });
}

}  // namespace sluice::cli
