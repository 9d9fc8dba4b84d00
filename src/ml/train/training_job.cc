#include "ml/train/training_job.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/strings.h"

namespace sluice::ml {
namespace {

bool is_word(std::string_view text, std::string_view extra, std::size_t limit) {
  return !text.empty() && text.size() <= limit &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                  extra.find(c) != std::string_view::npos;
         });
}

}  // namespace

std::string_view to_string(TrainingStatus status) {
  switch (status) {
    case TrainingStatus::InProgress:
      return "InProgress";
    case TrainingStatus::Completed:
      return "Completed";
    case TrainingStatus::Failed:
      return "Failed";
    case TrainingStatus::Stopping:
      return "Stopping";
    case TrainingStatus::Stopped:
      return "Stopped";
  }
  UNREACHABLE();
}

std::string_view to_string(SecondaryStatus status) {
  switch (status) {
    case SecondaryStatus::Starting:
      return "Starting";
    case SecondaryStatus::Downloading:
      return "Downloading";
    case SecondaryStatus::Training:
      return "Training";
    case SecondaryStatus::Uploading:
      return "Uploading";
    case SecondaryStatus::Completed:
      return "Completed";
    case SecondaryStatus::Failed:
      return "Failed";
    case SecondaryStatus::Stopping:
      return "Stopping";
    case SecondaryStatus::Stopped:
      return "Stopped";
    case SecondaryStatus::MaxRuntimeExceeded:
      return "MaxRuntimeExceeded";
  }
  UNREACHABLE();
}

bool is_final(TrainingStatus status) {
  return status == TrainingStatus::Completed || status == TrainingStatus::Failed ||
         status == TrainingStatus::Stopped;
}

SecondaryStatus TrainingJob::secondary_status() const {
  return transitions.empty() ? SecondaryStatus::Starting : transitions.back().status;
}

JsonObject to_json(const TrainingJob& job) {
  JsonArray transitions;
  for (const StatusTransition& t : job.transitions) {
    JsonObject entry{{"status", to_string(t.status)}, {"start_time", to_rfc3339(t.at)}};
    if (!t.message.empty()) entry["status_message"] = t.message;
    transitions.push_back(std::move(entry));
  }
  JsonArray metrics;
  for (const TrainingMetric& m : job.metrics)
    metrics.push_back(
        JsonObject{{"metric_name", m.name}, {"value", m.value}, {"timestamp", to_rfc3339(m.at)}});
  JsonObject result{{"training_job_name", job.name},
                    {"training_job_status", to_string(job.status)},
                    {"secondary_status", to_string(job.secondary_status())},
                    {"creation_time", to_rfc3339(job.created)}};
  if (job.ended) result["training_end_time"] = to_rfc3339(*job.ended);
  if (!job.failure_reason.empty()) result["failure_reason"] = job.failure_reason;
  if (!job.warnings.empty())
    result["warnings"] = JsonArray(job.warnings.begin(), job.warnings.end());
  if (job.exit_code) result["exit_code"] = *job.exit_code;
  result["final_metric_data_list"] = std::move(metrics);
  result["secondary_status_transitions"] = std::move(transitions);
  result["folder"] = job.folder;
  result["log"] = job.log_path;
  return result;
}

Result<void> check_job_name(std::string_view name) {
  if (is_word(name, "-", 63) && name.front() != '-' && name.back() != '-') return success();
  return invalid_input(cat("'", name,
                           "' is no name of a training job: letters, digits and inner hyphens, at "
                           "most 63 characters"));
}

Result<void> check_spec(const TrainingJobSpec& spec) {
  TRY(check_job_name(spec.name));
  if (spec.algorithm.empty() == spec.command.empty())
    return invalid_input("a training job needs either an algorithm or a command");
  std::set<std::string> channels;
  for (const TrainingChannel& channel : spec.channels) {
    if (!is_word(channel.name, "-_.", 64) || channel.name.front() == '.')
      return invalid_input(
          cat("'", channel.name, "' is no name of a channel: letters, digits, '-', '_' and '.'"));
    if (!channels.insert(channel.name).second)
      return invalid_input(cat("channel '", channel.name, "' is given twice"));
  }
  for (const auto& [name, value] : spec.hyperparameters)
    if (name.empty() || name.find('=') != std::string::npos ||
        name.find('\0') != std::string::npos || value.find('\0') != std::string::npos)
      return invalid_input(cat("'", name, "' is no name of a hyperparameter"));
  if (spec.max_runtime <= Duration::zero())
    return invalid_input("the maximum running time must be positive");
  return success();
}

}  // namespace sluice::ml
