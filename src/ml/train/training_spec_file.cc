#include "ml/train/training_spec_file.h"

#include "base/strings.h"
#include "base/yaml.h"

namespace sluice::ml {
namespace {

class SpecReader {
 public:
  SpecReader(YamlReader reader, std::string_view file) : reader_(std::move(reader)), file_(file) {}

  Result<TrainingSpecFile> read() {
    TrainingSpecFile spec;
    spec.job.name = TRY(reader_.string_or("name", "training"));
    spec.job.algorithm = TRY(reader_.string_or("algorithm", ""));
    spec.job.command = TRY(command());
    spec.output = TRY(reader_.string_or("output", "model"));
    spec.job.max_runtime = TRY(duration("max_runtime", spec.job.max_runtime));
    spec.job.stop_grace = TRY(duration("stop_grace", spec.job.stop_grace));
    TRY(texts("hyperparameters", &spec.job.hyperparameters));
    TRY(texts("environment", &spec.job.environment));
    TRY(channels(&spec.job));
    TRY(metrics(&spec.job));
    TRY(reader_.finish());
    return spec;
  }

 private:
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

  Result<void> channels(TrainingJobSpec* job) {
    const YamlNode* node = TRY(mapping("channels"));
    if (node == nullptr) return success();
    for (const auto& [name, value] : node->members) {
      TrainingChannel channel;
      channel.name = name.text;
      if (value.is_mapping()) {
        auto reader = TRY(YamlReader::open(value, file_, cat("channel '", name.text, "'")));
        channel.path = TRY(reader.string("path"));
        channel.content_type = TRY(reader.string_or("content_type", channel.content_type));
        TRY(reader.finish());
      } else if (value.is_string()) {
        channel.path = value.text;
      } else {
        return reader_.error_at(name.position, cat("channel '", name.text,
                                                   "' must be a path, or a mapping with "
                                                   "'path'"));
      }
      job->channels.push_back(std::move(channel));
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

}  // namespace sluice::ml
