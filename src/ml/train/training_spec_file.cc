#include "ml/train/training_spec_file.h"

#include <algorithm>

#include "base/strings.h"
#include "base/yaml.h"
#include "ml/train/metric_scanner.h"

namespace sluice::ml {
namespace {

class SpecReader {
 public:
  SpecReader(YamlReader reader, std::string_view file) : reader_(std::move(reader)), file_(file) {}

  Result<TrainingSpecFile> read() {
    TrainingSpecFile spec;
    spec.job.name = TRY(name());
    spec.job.algorithm = TRY(reader_.string_or("algorithm", ""));
    spec.job.command = TRY(command());
    spec.output = TRY(reader_.string_or("output", "model"));
    spec.job.max_runtime = TRY(duration("max_runtime", spec.job.max_runtime));
    spec.job.stop_grace = TRY(duration("stop_grace", spec.job.stop_grace));
    TRY(texts("hyperparameters", &spec.job.hyperparameters));
    TRY(texts("environment", &spec.job.environment));
    TRY(channels(&spec));
    TRY(metrics(&spec.job));
    TRY(reader_.finish());
    TRY(one_trainer(&spec));
    return spec;
  }

 private:
  std::string place(TextPosition at) const { return cat(file_, ":", at.line, ":", at.column); }

  Result<std::string> name() {
    constexpr std::size_t kLongest = 36;  // each job adds a hyphen and an id of 26
    const std::string name = TRY(reader_.string_or("name", "training"));
    auto fits = check_job_name(name);
    if (fits.ok() && name.size() > kLongest)
      fits = invalid_input(cat("'", name, "' is too long: at most ", kLongest,
                               " characters, since each job adds an id"));
    if (!fits.ok())
      return reader_.error_at(reader_.optional("name")->position, fits.error().message());
    return name;
  }

  Result<void> one_trainer(TrainingSpecFile* spec) {
    const YamlNode* algorithm = reader_.optional("algorithm");
    const YamlNode* command = reader_.optional("command");
    if (algorithm != nullptr) spec->algorithm_place = place(algorithm->position);
    const bool both = algorithm != nullptr && command != nullptr;
    if (both || spec->job.algorithm.empty() == spec->job.command.empty())
      return reader_.error_at(both ? command->position : TextPosition{1, 1},
                              "a training job needs either an algorithm or a command");
    return success();
  }

  // A list is a program and its arguments; a text is a line for the shell.
  Result<std::vector<std::string>> command() {
    const YamlNode* node = reader_.optional("command");
    if (node == nullptr) return std::vector<std::string>{};
    if (node->is_sequence()) return reader_.strings("command");
    if (node->is_string()) return std::vector<std::string>{"bash", "-e", "-c", node->text};
    return reader_.error_at(node->position, "'command' must be a text or a list of texts");
  }

  Result<Duration> duration(std::string_view key, Duration fallback) {
    const YamlNode* node = reader_.optional(key);
    if (node == nullptr) return fallback;
    if (const auto value = parse_duration(node->text); value && *value > Duration::zero())
      return *value;
    return reader_.error_at(node->position,
                            cat("'", key, "' must be a time such as 90s, 30m or 2h"));
  }

  Result<const YamlNode*> mapping(std::string_view key) {
    const YamlNode* node = reader_.optional(key);
    if (node != nullptr && !node->is_mapping())
      return reader_.error_at(node->position, cat("'", key, "' must be a mapping"));
    return node;
  }

  // Every value becomes a text, as SageMaker has it: scalars as written, lists and mappings as
  // JSON.
  Result<void> texts(std::string_view key, std::map<std::string, std::string>* out) {
    const YamlNode* node = TRY(mapping(key));
    if (node == nullptr) return success();
    for (const auto& [name, value] : node->members) {
      if (value.kind == YamlKind::Null)
        return reader_.error_at(name.position, cat("'", name.text, "' has no value"));
      (*out)[name.text] = value.is_scalar() ? value.text : to_text(to_json(value));
    }
    return success();
  }

  Result<void> channels(TrainingSpecFile* spec) {
    const YamlNode* node = TRY(mapping("channels"));
    if (node == nullptr) return success();
    for (const auto& [name, value] : node->members) {
      TrainingChannel channel;
      channel.name = name.text;
      const YamlNode* path = &value;
      if (value.is_mapping()) {
        auto reader = TRY(YamlReader::open(value, file_, cat("channel '", name.text, "'")));
        channel.path = TRY(reader.string("path"));
        path = reader.optional("path");
        channel.content_type = TRY(reader.string_or("content_type", channel.content_type));
        TRY(reader.finish());
      } else if (value.is_string()) {
        channel.path = value.text;
      } else {
        return reader_.error_at(name.position, cat("channel '", name.text,
                                                   "' must be a path, or a mapping with "
                                                   "'path'"));
      }
      spec->channel_places[channel.name] = place(path->position);
      spec->job.channels.push_back(std::move(channel));
    }
    return success();
  }

  Result<void> metrics(TrainingJobSpec* job) {
    const YamlNode* node = reader_.optional("metrics");
    if (node == nullptr) return success();
    if (!node->is_sequence())
      return reader_.error_at(node->position, "'metrics' must be a list of {name, regex}");
    for (const YamlNode& item : node->items) {
      auto reader = TRY(YamlReader::open(item, file_, "metric"));
      const std::string name = TRY(reader.string("name"));
      const std::string regex = TRY(reader.string("regex"));
      job->metrics.push_back({name, regex});
      const auto usable = MetricScanner::create({job->metrics.back()}, LogFormat::Plain);
      if (!usable.ok())
        return reader.error_at(reader.required("regex").value()->position,
                               usable.error().message());
      TRY(reader.finish());
    }
    return success();
  }

  YamlReader reader_;
  std::string file_;
};

}  // namespace

Result<TrainingSpecFile> parse_training_spec(std::string_view text, std::string_view file_name) {
  const YamlNode root = TRY(load_yaml(text, file_name));
  return SpecReader(TRY(YamlReader::open(root, file_name, "training specification")), file_name)
      .read();
}

Result<void> check_on_machine(const TrainingSpecFile& spec, const os::FileReader& files,
                              const std::vector<std::string>& algorithms) {
  const std::string& algorithm = spec.job.algorithm;
  if (!algorithm.empty() &&
      std::find(algorithms.begin(), algorithms.end(), algorithm) == algorithms.end())
    return invalid_input(cat(spec.algorithm_place, ": there is no built-in algorithm '", algorithm,
                             "'", did_you_mean(algorithm, algorithms), " (built in: ",
                             join(algorithms, ", "), "; any other trainer: give a command)"));
  for (const TrainingChannel& channel : spec.job.channels) {
    const auto place = spec.channel_places.find(channel.name);
    const std::string what = cat(place == spec.channel_places.end() ? "--channel" : place->second,
                                 ": channel '", channel.name, "'");
    TRY_CONTEXT(files.resolve(channel.path), what);
  }
  return success();
}

}  // namespace sluice::ml
