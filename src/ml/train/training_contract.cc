#include "ml/train/training_contract.h"

#include <cctype>

#include "base/strings.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kHost = "algo-1";

JsonObject resource_config() {
  return {{"current_host", kHost},
          {"current_instance_type", "local"},
          {"current_group_name", "homogeneousCluster"},
          {"hosts", JsonArray{kHost}},
          {"network_interface_name", "lo"}};
}

JsonObject input_data_config(const TrainingJobSpec& spec) {
  JsonObject config;
  for (const TrainingChannel& channel : spec.channels)
    config[channel.name] = JsonObject{{"TrainingInputMode", "File"},
                                      {"S3DistributionType", "FullyReplicated"},
                                      {"RecordWrapperType", "None"},
                                      {"ContentType", channel.content_type}};
  return config;
}

JsonObject hyperparameter_strings(const TrainingJobSpec& spec) {
  JsonObject values;
  for (const auto& [name, value] : spec.hyperparameters) values[name] = value;
  return values;
}

// As the toolkit does: a value that reads as JSON is that, any other a string.
JsonObject decoded_hyperparameters(const TrainingJobSpec& spec) {
  JsonObject values;
  for (const auto& [name, value] : spec.hyperparameters) {
    auto parsed = parse_json(value);
    values[name] = parsed.ok() ? std::move(parsed).value() : Json(value);
  }
  return values;
}

// The value as it was given, without the quotes where it is a JSON string.
std::string plain_text(const std::string& given) {
  const auto parsed = parse_json(given);
  const auto* text = parsed.ok() ? parsed.value().if_string() : nullptr;
  return text != nullptr ? std::string(view(*text)) : given;
}

// SM_HP_ETA; a name that no shell can read (SM_HP_BATCH-SIZE) also with '_' in its place.
void set_named(std::map<std::string, std::string>& environment, std::string_view prefix,
               std::string_view name, const std::string& value) {
  const std::string exact = cat(prefix, to_upper(name));
  std::string readable = exact;
  for (char& c : readable)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  environment[exact] = value;
  environment.emplace(readable, value);
}

JsonObject training_env(const TrainingFolders& folders, const TrainingJobSpec& spec,
                        int processors) {
  JsonObject channels;
  for (const TrainingChannel& channel : spec.channels)
    channels[channel.name] = (folders.data / channel.name).string();
  return {{"job_name", spec.name},
          {"channel_input_dirs", std::move(channels)},
          {"current_host", kHost},
          {"current_instance_type", "local"},
          {"hosts", JsonArray{kHost}},
          {"master_addr", "127.0.0.1"},
          {"master_port", 7777},
          {"hyperparameters", decoded_hyperparameters(spec)},
          {"input_data_config", input_data_config(spec)},
          {"input_dir", folders.input.string()},
          {"input_config_dir", folders.config.string()},
          {"input_data_dir", folders.data.string()},
          {"model_dir", folders.model.string()},
          {"output_dir", folders.output.string()},
          {"output_data_dir", folders.output_data.string()},
          {"num_cpus", processors},
          {"num_gpus", 0},
          {"num_neurons", 0},
          {"log_level", 20},
          {"resource_config", resource_config()}};
}

Result<void> link_channel(os::Files& files, const os::Path& data, const TrainingChannel& channel) {
  const std::string what = cat("channel '", channel.name, "'");
  const os::Path source = TRY_CONTEXT(files.resolve(channel.path), what);
  const os::FileInfo info = TRY_CONTEXT(files.stat(source), what);
  if (info.kind == os::FileKind::Directory) return files.symlink(source, data / channel.name);
  TRY(files.make_directories(data / channel.name));
  return files.symlink(source, data / channel.name / os::Path(channel.path).filename());
}

}  // namespace

TrainingFolders::TrainingFolders(const os::Path& folder)
    : job(folder),
      input(folder / "input"),
      config(input / "config"),
      data(input / "data"),
      model(folder / "model"),
      output(folder / "output"),
      output_data(output / "data"),
      failure(output / "failure"),
      log(folder / "training.log") {}

Result<void> lay_out_job(os::Files& files, const TrainingFolders& folders,
                         const TrainingJobSpec& spec) {
  for (const os::Path& folder : {folders.config, folders.data, folders.model, folders.output_data})
    TRY(files.make_directories(folder));
  const std::pair<std::string_view, JsonObject> configs[] = {
      {"hyperparameters.json", hyperparameter_strings(spec)},
      {"resourceconfig.json", resource_config()},
      {"inputdataconfig.json", input_data_config(spec)},
  };
  for (const auto& [name, config] : configs)
    TRY(files.write(folders.config / name, to_pretty_text(config) + "\n"));
  for (const TrainingChannel& channel : spec.channels)
    TRY(link_channel(files, folders.data, channel));
  return success();
}

std::map<std::string, std::string> training_environment(const TrainingFolders& folders,
                                                        const TrainingJobSpec& spec,
                                                        int processors) {
  JsonArray channels;
  for (const TrainingChannel& channel : spec.channels) channels.emplace_back(channel.name);
  std::map<std::string, std::string> environment = spec.environment;
  const std::pair<const char*, std::string> fixed[] = {
      {"TRAINING_JOB_NAME", spec.name},
      {"TRAINING_JOB_ARN", cat("arn:aws:sagemaker:local:000000000000:training-job/", spec.name)},
      {"AWS_REGION", "local"},
      {"SM_MODEL_DIR", folders.model.string()},
      {"SM_INPUT_DIR", folders.input.string()},
      {"SM_INPUT_DATA_DIR", folders.data.string()},
      {"SM_INPUT_CONFIG_DIR", folders.config.string()},
      {"SM_OUTPUT_DIR", folders.output.string()},
      {"SM_OUTPUT_FAILURE", folders.failure.string()},
      {"SM_OUTPUT_DATA_DIR", folders.output_data.string()},
      {"SM_CHANNELS", to_text(channels)},
      {"SM_HPS", to_text(decoded_hyperparameters(spec))},
      {"SM_CURRENT_HOST", std::string(kHost)},
      {"SM_CURRENT_INSTANCE_TYPE", "local"},
      {"SM_HOSTS", to_text(JsonArray{kHost})},
      {"SM_HOST_COUNT", "1"},
      {"SM_CURRENT_HOST_RANK", "0"},
      {"SM_NUM_CPUS", cat(processors)},
      {"SM_NUM_GPUS", "0"},
      {"SM_NUM_NEURONS", "0"},
      {"SM_MASTER_ADDR", "127.0.0.1"},
      {"SM_MASTER_PORT", "7777"},
      {"SM_LOG_LEVEL", "20"},
      {"SM_RESOURCE_CONFIG", to_text(resource_config())},
      {"SM_INPUT_DATA_CONFIG", to_text(input_data_config(spec))},
      {"SM_TRAINING_ENV", to_text(training_env(folders, spec, processors))},
  };
  for (const auto& [name, value] : fixed) environment.emplace(name, value);
  for (const TrainingChannel& channel : spec.channels)
    set_named(environment, "SM_CHANNEL_", channel.name, (folders.data / channel.name).string());
  for (const auto& [name, value] : spec.hyperparameters)
    set_named(environment, "SM_HP_", name, plain_text(value));
  return environment;
}

}  // namespace sluice::ml
