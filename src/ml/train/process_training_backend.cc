#include "ml/train/process_training_backend.h"

#include <csignal>
#include <cstring>

#include "base/encoding.h"
#include "base/strings.h"
#include "ml/model/publish_folder.h"
#include "ml/train/metric_scanner.h"
#include "ml/train/training_contract.h"
#include "os/descriptor.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kFailureReasonBytes = 1024;
constexpr std::size_t kLogPiece = 64u << 10;

std::string describe_exit(const os::ExitStatus& exit) {
  if (exit.signal == 0) return cat("exit code ", exit.code);
  return cat("killed by signal ", exit.signal, " (", strsignal(exit.signal), ")");
}

}  // namespace

struct ProcessTrainingBackend::Job {
  Job(TrainingJobSpec the_spec, const os::Path& folder, MetricScanner the_scanner)
      : spec(std::move(the_spec)), folders(folder), scanner(std::move(the_scanner)) {}

  TrainingJobSpec spec;
  TrainingFolders folders;
  TrainingJob state;
  MetricScanner scanner;
  std::unique_ptr<os::Process> process;
  SteadyTime started{};
  std::uint64_t log_read = 0;
  struct Stop {
    SteadyTime since{};
    SecondaryStatus ending = SecondaryStatus::Stopped;
    bool killed = false;
  };
  std::optional<Stop> stop;
};

ProcessTrainingBackend::ProcessTrainingBackend(os::World world, ProcessTrainingSettings settings)
    : world_(world), settings_(std::move(settings)) {}

ProcessTrainingBackend::~ProcessTrainingBackend() = default;

Result<ProcessTrainingBackend::Job*> ProcessTrainingBackend::find(std::string_view name) const {
  const auto job = jobs_.find(name);
  if (job == jobs_.end()) return not_found(cat("no training job '", name, "'"));
  return job->second.get();
}

Result<std::vector<std::string>> ProcessTrainingBackend::command_of(
    const TrainingJobSpec& spec) const {
  if (spec.algorithm.empty()) return spec.command;
  const auto known = settings_.algorithms.find(spec.algorithm);
  if (known != settings_.algorithms.end()) return known->second;
  std::vector<std::string> names;
  for (const auto& [name, command] : settings_.algorithms) names.push_back(name);
  return invalid_input(cat("there is no built-in algorithm '", spec.algorithm, "'",
                           did_you_mean(spec.algorithm, names), " (built in: ", join(names, ", "),
                           "; any other trainer: give a command)"));
}

Result<void> ProcessTrainingBackend::submit(const TrainingJobSpec& spec) {
  TRY(check_spec(spec));
  std::vector<std::string> command = TRY(command_of(spec));
  const os::Path folder = settings_.work_folder / spec.name;
  if (jobs_.count(spec.name) > 0 || world_.files.stat(folder).ok())
    return Error(ErrorCode::AlreadyExists,
                 cat("training job '", spec.name, "' exists already (", folder.string(), ")"));
  const LogFormat format = spec.algorithm == "xgboost" ? LogFormat::Xgboost : LogFormat::Plain;
  MetricScanner scanner = TRY(MetricScanner::create(spec.metrics, format));
  auto job = std::make_unique<Job>(spec, folder, std::move(scanner));
  job->state.name = spec.name;
  job->state.created = world_.clock.now();
  job->state.folder = folder.string();
  job->state.model_path = job->folders.model.string();
  job->state.log_path = job->folders.log.string();
  move_to(*job, SecondaryStatus::Starting);
  move_to(*job, SecondaryStatus::Downloading);
  TRY(lay_out_job(world_.files, job->folders, spec));
  TRY(start(*job, std::move(command)));
  jobs_[spec.name] = std::move(job);
  return success();
}

Result<void> ProcessTrainingBackend::start(Job& job, std::vector<std::string> command) {
  const os::Descriptor log = TRY(os::open_output_file(job.folders.log));
  os::ProcessSpec process;
  process.argv = std::move(command);
  process.env = training_environment(job.folders, job.spec, settings_.processors);
  process.env.emplace("PYTHONUNBUFFERED", "1");
  for (auto& [name, value] : world_.environment.all()) process.env.emplace(name, value);
  process.output = log.get();
  process.error_output = log.get();
  job.process = TRY_CONTEXT(world_.processes.spawn(process), "could not start the trainer");
  job.started = world_.clock.steady();
  move_to(job, SecondaryStatus::Training);
  return success();
}

void ProcessTrainingBackend::move_to(Job& job, SecondaryStatus status, std::string message) {
  job.state.transitions.push_back({status, world_.clock.now(), std::move(message)});
}

Result<TrainingJob> ProcessTrainingBackend::describe(std::string_view name) {
  return wait(name, Duration::zero());
}

Result<TrainingJob> ProcessTrainingBackend::wait(std::string_view name, Duration at_most) {
  Job& job = *TRY(find(name));
  if (is_final(job.state.status)) return job.state;
  enforce_limits(job);
  auto ended = job.process->wait({}, at_most);
  TRY(read_log(job));
  if (ended.ok()) {
    TRY(finish(job, *ended));
  } else if (ended.error().code() != ErrorCode::Timeout) {
    return std::move(ended).error();
  }
  job.state.metrics = job.scanner.metrics();
  return job.state;
}

void ProcessTrainingBackend::enforce_limits(Job& job) {
  const SteadyTime now = world_.clock.steady();
  if (!job.stop && now - job.started >= job.spec.max_runtime)
    begin_stop(job, SecondaryStatus::MaxRuntimeExceeded);
  if (job.stop && !job.stop->killed && now - job.stop->since >= job.spec.stop_grace) {
    job.stop->killed = true;
    job.process->send_signal(SIGKILL);
  }
}

void ProcessTrainingBackend::begin_stop(Job& job, SecondaryStatus ending) {
  job.stop = Job::Stop{world_.clock.steady(), ending, false};
  job.state.status = TrainingStatus::Stopping;
  move_to(job, SecondaryStatus::Stopping,
          ending == SecondaryStatus::MaxRuntimeExceeded
              ? cat("ran for more than ", to_human(job.spec.max_runtime))
              : "stop was asked for");
  job.process->send_signal(SIGTERM);
}

Result<void> ProcessTrainingBackend::stop(std::string_view name) {
  Job& job = *TRY(find(name));
  if (!is_final(job.state.status) && !job.stop) begin_stop(job, SecondaryStatus::Stopped);
  return success();
}

Result<std::string> ProcessTrainingBackend::logs(std::string_view name, std::uint64_t offset) {
  const Job& job = *TRY(find(name));
  const auto file = TRY(world_.files.open(job.folders.log));
  TRY(file->seek(offset));
  std::string piece(kLogPiece, '\0');
  piece.resize(TRY(file->read(piece)));
  return piece;
}

Result<void> ProcessTrainingBackend::read_log(Job& job) {
  for (;;) {
    const std::string piece = TRY(logs(job.spec.name, job.log_read));
    if (piece.empty()) return success();
    job.log_read += piece.size();
    job.scanner.feed(piece, world_.clock.now());
  }
}

Result<void> ProcessTrainingBackend::finish(Job& job, const os::ExitStatus& exit) {
  const Timestamp now = world_.clock.now();
  job.scanner.finish(now);
  job.state.exit_code = exit.code;
  job.state.ended = now;
  job.state.metrics = job.scanner.metrics();
  for (const std::string& name : job.scanner.silent())
    job.state.warnings.push_back(
        cat("metric '", name, "': no line of the log gave a number for its regular expression"));
  if (job.stop) {
    job.state.status = TrainingStatus::Stopped;
    move_to(job, job.stop->ending,
            job.stop->killed ? "killed after the grace period" : describe_exit(exit));
  } else if (!exit.ok()) {
    job.state.status = TrainingStatus::Failed;
    job.state.failure_reason = failure_reason(job, exit);
  } else if (TRY(world_.files.list(job.folders.model)).empty()) {
    job.state.status = TrainingStatus::Failed;
    job.state.failure_reason = cat("the trainer ended with exit code 0 but left no model in ",
                                   job.folders.model.string(), " (SM_MODEL_DIR)");
  } else {
    job.state.status = TrainingStatus::Completed;
    move_to(job, SecondaryStatus::Uploading);
    move_to(job, SecondaryStatus::Completed);
  }
  if (job.state.status == TrainingStatus::Failed)
    move_to(job, SecondaryStatus::Failed, job.state.failure_reason);
  return world_.files.write(job.folders.job / "job.json",
                            to_pretty_text(to_json(job.state)) + "\n");
}

std::string ProcessTrainingBackend::failure_reason(const Job& job,
                                                   const os::ExitStatus& exit) const {
  if (auto file = world_.files.open(job.folders.failure); file.ok()) {
    std::string text(kFailureReasonBytes, '\0');
    auto size = (*file)->read(text);
    text.resize(size.ok() ? *size : 0);
    if (const std::string_view reason = trim(text); !reason.empty()) return to_valid_utf8(reason);
  }
  const std::string last = job.scanner.last_line().substr(0, kFailureReasonBytes);
  return last.empty() ? describe_exit(exit) : cat(describe_exit(exit), ": ", to_valid_utf8(last));
}

Result<void> ProcessTrainingBackend::collect(std::string_view name, const os::Path& destination) {
  const Job& job = *TRY(find(name));
  if (job.state.status != TrainingStatus::Completed)
    return failed_precondition(cat("training job '", name, "' is ", to_string(job.state.status),
                                   ", so there is no model to collect"));
  os::Path clean = destination.lexically_normal();
  if (clean.has_parent_path()) TRY(world_.files.make_directories(clean.parent_path()));
  const os::Path staged = staging_path(destination);
  TRY(world_.files.remove_all(staged));
  auto copied = copy_folder(world_.files, job.folders.model, staged);
  if (copied.ok()) copied = publish_folder(world_.files, staged, destination);
  if (!copied.ok()) (void)world_.files.remove_all(staged).ok();
  return copied;
}

}  // namespace sluice::ml
