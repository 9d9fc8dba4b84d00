// A training job as values, in SageMaker's words (CreateTrainingJob, DescribeTrainingJob).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace sluice::ml {

// A file or a folder that the trainer finds under input/data/<name>.
struct TrainingChannel {
  std::string name;
  std::string path;  // absolute
  std::string content_type = "text/csv";
};

// A number to pick out of the log: the first group of the regular expression (RE2) in each line.
struct MetricDefinition {
  std::string name;
  std::string regex;
};

// Either a built-in algorithm by name or a command of the user's, argument by argument.
struct TrainingJobSpec {
  std::string name;
  std::string algorithm;             // "xgboost"; empty: `command`
  std::vector<std::string> command;  // runs in the working directory of this program
  std::map<std::string, std::string> hyperparameters;
  std::vector<TrainingChannel> channels;
  std::vector<MetricDefinition> metrics;
  std::map<std::string, std::string> environment;
  Duration max_runtime = std::chrono::hours(24);
  Duration stop_grace = std::chrono::seconds(30);  // between SIGTERM and SIGKILL; 120 s on AWS
};

enum class TrainingStatus { InProgress, Completed, Failed, Stopping, Stopped };
enum class SecondaryStatus {
  Starting,
  Downloading,
  Training,
  Uploading,
  Completed,
  Failed,
  Stopping,
  Stopped,
  MaxRuntimeExceeded,
};

std::string_view to_string(TrainingStatus status);
std::string_view to_string(SecondaryStatus status);
bool is_final(TrainingStatus status);

struct StatusTransition {
  SecondaryStatus status = SecondaryStatus::Starting;
  Timestamp at{};
  std::string message;
};

struct TrainingMetric {
  std::string name;
  double value = 0;  // the last one seen
  Timestamp at{};
};

struct TrainingJob {
  std::string name;
  TrainingStatus status = TrainingStatus::InProgress;
  std::vector<StatusTransition> transitions;  // the last is the present one
  std::string failure_reason;                 // of Failed; what a person reads first
  std::vector<TrainingMetric> metrics;        // in the order of their first appearance
  std::vector<std::string> warnings;          // what went on all the same, in full sentences
  std::optional<int> exit_code;               // 128 + signal
  Timestamp created{};
  std::optional<Timestamp> ended;
  std::string folder;      // of this job, with input/, model/, output/
  std::string model_path;  // <folder>/model
  std::string log_path;    // <folder>/training.log

  SecondaryStatus secondary_status() const;
};

// The shape of DescribeTrainingJob, keys in snake_case.
JsonObject to_json(const TrainingJob& job);

// SageMaker's rule: letters, digits and inner hyphens, at most 63.
Result<void> check_job_name(std::string_view name);

// Everything that can be wrong with a specification before anything starts.
Result<void> check_spec(const TrainingJobSpec& spec);

}  // namespace sluice::ml
