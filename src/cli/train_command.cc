#include "cli/train_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/strings.h"
#include "cli/model_access.h"
#include "ml/data/number.h"
#include "ml/train/process_training_backend.h"
#include "ml/train/train_model.h"
#include "ml/train/training_spec_file.h"
#include "ml/train/xgboost_trainer.h"
#include "os/machine.h"

namespace sluice::cli {
namespace {

constexpr const char* kTrainerCommand = "internal-train-xgboost";

struct TrainOptions {
  std::string spec;
  std::vector<std::string> hyperparameters;
  std::vector<std::string> channels;
  std::string output;
  bool json = false;
};

Result<std::pair<std::string, std::string>> split_assignment(std::string_view option,
                                                             const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return invalid_input(cat(option, " '", text, "': expected NAME=VALUE"));
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

void set_channel(ml::TrainingJobSpec& job, const std::string& name, const std::string& path) {
  for (ml::TrainingChannel& channel : job.channels)
    if (channel.name == name) {
      channel.path = path;
      return;
    }
  job.channels.push_back({name, path});
}

Result<ml::TrainingSpecFile> read_spec(Context& context, const TrainOptions& options) {
  const std::string text = TRY(context.world.files.read(options.spec));
  ml::TrainingSpecFile spec = TRY(ml::parse_training_spec(text, options.spec));
  for (const std::string& option : options.hyperparameters) {
    const auto [name, value] = TRY(split_assignment("--hyperparameter", option));
    spec.job.hyperparameters[name] = value;
  }
  for (const std::string& option : options.channels) {
    const auto [name, path] = TRY(split_assignment("--channel", option));
    set_channel(spec.job, name, path);
    spec.channel_places.erase(name);
  }
  if (!options.output.empty()) spec.output = options.output;
  return spec;
}

std::string row(std::string_view name, std::string_view value) {
  return cat("  ", name, std::string(name.size() < 18 ? 18 - name.size() : 1, ' '), value, "\n");
}

std::vector<std::string> warnings_of(const ml::TrainingOutcome& outcome) {
  std::vector<std::string> warnings = outcome.job.warnings;
  const Json* reported = outcome.report ? find(*outcome.report, "warnings") : nullptr;
  if (reported != nullptr && reported->is_array())
    for (const Json& warning : reported->get_array())
      if (warning.is_string()) warnings.emplace_back(warning.get_string());
  return warnings;
}

std::string summary(const ml::TrainingOutcome& outcome) {
  const ml::TrainingJob& job = outcome.job;
  const Duration took = job.ended ? *job.ended - job.created : Duration::zero();
  std::string text = cat("training job ", job.name, ": ", to_string(job.status));
  if (job.secondary_status() == ml::SecondaryStatus::MaxRuntimeExceeded)
    text += " (MaxRuntimeExceeded)";
  text += cat(" after ", to_human(took), "\n");
  if (!job.failure_reason.empty()) text += row("reason", job.failure_reason);
  if (outcome.report)
    for (const char* key : {"rounds", "kept_rounds", "train_rows", "validation_rows"})
      if (const Json* value = find(*outcome.report, key)) text += row(key, to_text(*value));
  for (const ml::TrainingMetric& metric : job.metrics)
    text += row(metric.name, ml::number_text(metric.value));
  for (const std::string& warning : warnings_of(outcome)) text += row("warning", warning);
  if (outcome.model) text += row("model", outcome.model->string());
  if (outcome.model_digest) text += row("digest", outcome.model_digest->to_string());
  return text + row("log", job.log_path);
}

Result<int> train(Context& context, const TrainOptions& options) {
  ml::TrainingSpecFile spec = TRY(read_spec(context, options));
  const os::Path home = TRY(home_of(context));
  const ml::ProcessTrainingSettings how = training_settings(context, home);
  std::vector<std::string> algorithms;
  for (const auto& [algorithm, command] : how.algorithms) algorithms.push_back(algorithm);
  TRY(ml::check_on_machine(spec, context.world.files, algorithms));
  ml::ProcessTrainingBackend backend(context.world, how);
  const ml::TrainingOutput output{spec.output, home / "training_outputs"};
  const ml::TrainingOutcome outcome = TRY(ml::train_model(
      context.world, backend, std::move(spec.job), output,
      [&context](std::string_view piece) { context.terminal.error(piece); }, context.interrupt));
  context.terminal.out(options.json ? to_pretty_text(ml::to_json(outcome)) + "\n"
                                    : summary(outcome));
  return outcome.job.status == ml::TrainingStatus::Completed ? 0 : 1;
}

Result<int> run_trainer(Context& context) {
  return ml::run_xgboost_trainer(
      context.world, [&context](std::string_view line) { context.terminal.out(cat(line, "\n")); },
      context.interrupt);
}

}  // namespace

ml::ProcessTrainingSettings training_settings(const Context& context, const os::Path& home) {
  ml::ProcessTrainingSettings result;
  result.work_folder = home / "training";
  result.algorithms["xgboost"] = {context.executable.string(), kTrainerCommand};
  result.processors = os::describe_machine().processors;
  return result;
}

void add_train_command(CLI::App& root, Chosen& chosen) {
  const auto options = std::make_shared<TrainOptions>();  // shared by parser and action
  CLI::App& command =
      *root.add_subcommand("train", "Train a model: a built-in algorithm or a command of yours");
  command.add_option("spec", options->spec, "The training specification, a YAML file")->required();
  command
      .add_option("--hyperparameter", options->hyperparameters, "NAME=VALUE, before the file's own")
      ->allow_extra_args(false);
  command.add_option("--channel", options->channels, "NAME=PATH, before the file's own")
      ->allow_extra_args(false);
  command.add_option("--output", options->output, "Folder to put the model in");
  command.add_flag("--json", options->json, "Print the outcome as JSON");
  command.callback([options, &chosen] {
    chosen.action = [options](Context& context) { return train(context, *options); };
  });
  CLI::App& trainer = *root.add_subcommand(kTrainerCommand, "The built-in trainer itself");
  trainer.group("");
  trainer.callback([&chosen] { chosen.action = run_trainer; });
}

}  // namespace sluice::cli
