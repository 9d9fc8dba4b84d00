#include "exec/supervisor/step_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "base/strings.h"
#include "exec/supervisor/program_lookup.h"
#include "exec/supervisor/records.h"

namespace sluice::exec {
namespace {

// How long the output of a step that has ended is waited for when somebody else holds its pipe.
constexpr Duration kDrainGrace = std::chrono::milliseconds(100);
// Reads in a row before other steps get their turn.
constexpr int kReadsPerTurn = 16;

template <class Clock>
Clock read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return Clock(Duration(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000));
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

void close_if_open(int& file) {
  if (file >= 0) ::close(file);
  file = -1;
}

// In the child, after which nothing of ours runs.
[[noreturn]] void give_up(std::string_view what, std::string_view name, int error) {
  const std::string line =
      cat("sluice: cannot ", what, " '", name, "': ", std::strerror(error),
          error == E2BIG ? " (arguments and environment together are too large)" : "", "\n");
  [[maybe_unused]] const ssize_t written = ::write(2, line.data(), line.size());
  ::_exit(error == ENOENT ? 127 : 126);
}

void reset_signals() {
  for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGQUIT}) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Blocks until the start record exists. A supervisor that dies before takes the child with it.
void wait_for_release(int gate) {
  char released = 0;
  ssize_t got = 0;
  do got = ::read(gate, &released, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(125);
}

DebugLines debug_lines(const StartMessage& request) {
  const auto& env = request.env;
  const bool wanted = std::find(env.begin(), env.end(), "RUNNER_DEBUG=1") != env.end();
  return wanted ? DebugLines::Keep : DebugLines::Drop;
}

std::string describe_signal(int signal) {
  const char* const name = ::sigabbrev_np(signal);
  return name ? cat("killed by SIG", name) : cat("killed by signal ", signal);
}

}  // namespace

Timestamp wall_now() {
  return read_clock<Timestamp>(CLOCK_REALTIME);
}

SteadyTime steady_now() {
  return read_clock<SteadyTime>(CLOCK_MONOTONIC);
}

StepProcess::StepProcess(StartMessage request, StopGraces graces, std::string mark)
    : request_(std::move(request)),
      graces_(graces),
      mark_(std::move(mark)),
      log_(std::make_unique<LogStream>(request_.log_mode, debug_lines(request_))) {
  log_->add_masks(request_.masks);
}

StepProcess::~StepProcess() {
  close_if_open(output_);
  close_if_open(log_file_);
}

std::optional<StepProcess::Failure> StepProcess::fail(Refusal refusal, std::string message) {
  close_if_open(output_);
  phase_ = Phase::Ended;
  return Failure{refusal, std::move(message)};
}

std::optional<StepProcess::Failure> StepProcess::open_log() {
  log_file_ = ::open(request_.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log_file_ >= 0) return std::nullopt;
  return fail(Refusal::Failed,
              cat("cannot open the log ", request_.log_path, ": ", std::strerror(errno)));
}

// The program is empty when neither command is installed; the child then says so in the log.
StepProcess::Command StepProcess::choose_command() const {
  if (auto program = find_program(request_.argv.front(), request_.env))
    return {*program, request_.argv};
  if (!request_.fallback.empty())
    if (auto program = find_program(request_.fallback.front(), request_.env))
      return {*program, request_.fallback};
  return {"", request_.argv};
}

pid_t StepProcess::fork_child(int gate, int output, const Command& command) {
  std::vector<std::string> env = request_.env;
  env.push_back(cat(kStepMark, "=", mark_));
  const std::vector<char*> argv = pointers(command.arguments);
  const std::vector<char*> envp = pointers(env);
  const pid_t supervisor = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != supervisor) ::_exit(125);
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(input, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  reset_signals();
  wait_for_release(gate);
  if (::chdir(request_.working_directory.c_str()) != 0)
    give_up("enter the working directory", request_.working_directory, errno);
  if (command.program.empty()) give_up("find a program called", request_.argv.front(), ENOENT);
  ::execve(command.program.c_str(), argv.data(), envp.data());
  give_up("run", command.program, errno);
}

std::optional<StepProcess::Failure> StepProcess::start(const std::string& boot_id) {
  if (::access(request_.record.c_str(), F_OK) == 0)
    return fail(Refusal::AlreadyRecorded, "a record exists");
  if (auto failure = open_log()) return failure;
  int gate[2], output[2];
  if (::pipe2(gate, O_CLOEXEC) != 0)
    return fail(Refusal::Failed, cat("cannot make a pipe: ", std::strerror(errno)));
  if (::pipe2(output, O_CLOEXEC) != 0) {
    ::close(gate[0]);
    ::close(gate[1]);
    return fail(Refusal::Failed, cat("cannot make a pipe: ", std::strerror(errno)));
  }
  ::fcntl(output[0], F_SETFL, O_NONBLOCK);
  output_ = output[0];
  const pid_t pid = fork_child(gate[0], output[1], choose_command());
  const int fork_error = errno;
  ::close(gate[0]);
  ::close(output[1]);
  if (pid < 0) {
    ::close(gate[1]);
    return fail(Refusal::Failed, cat("cannot start a process: ", std::strerror(fork_error)));
  }
  started_ = {request_.id, boot_id, pid, read_start_ticks(pid), wall_now()};
  const Result<void> recorded =
      create_record(request_.record, to_json_text(started_), request_.sync);
  if (!recorded.ok()) {
    ::close(gate[1]);  // the child sees the end of the pipe and goes
    const bool exists = recorded.error().code() == ErrorCode::AlreadyExists;
    return fail(exists ? Refusal::AlreadyRecorded : Refusal::Failed, recorded.error().describe());
  }
  [[maybe_unused]] const ssize_t released = ::write(gate[1], "x", 1);
  ::close(gate[1]);
  if (request_.timeout.count() > 0) timeout_at_ = steady_now() + request_.timeout;
  return std::nullopt;
}

void StepProcess::write_log(std::string_view bytes) {
  log_grown_ = log_grown_ || !bytes.empty();
  while (!bytes.empty()) {
    const ssize_t written = ::write(log_file_, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      lost_bytes_ += bytes.size();
      lost_reason_ = std::strerror(errno);
      return;
    }
  }
}

void StepProcess::read_output() {
  char buffer[64 * 1024];
  std::string text;
  for (int turn = 0; turn < kReadsPerTurn && output_ >= 0; ++turn) {
    const ssize_t got = ::read(output_, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      close_if_open(output_);
      break;
    }
    text.clear();
    log_->feed({buffer, static_cast<std::size_t>(got)}, wall_now(), text);
    write_log(text);
    for (std::string& secret : log_->take_new_secrets()) new_secrets_.push_back(std::move(secret));
    if (static_cast<std::size_t>(got) < sizeof buffer / 2 && phase_ == Phase::Running) break;
  }
  if (output_ >= 0) return;
  if (phase_ == Phase::Draining) end();
  if (phase_ == Phase::Ended) let_go_of_log();
}

// A job may have thousands of steps: those that are over keep neither descriptors nor masks.
void StepProcess::let_go_of_log() {
  log_.reset();
  close_if_open(log_file_);
}

void StepProcess::add_masks(std::span<const std::string> secrets) {
  if (log_) log_->add_masks(secrets);
}

std::vector<std::string> StepProcess::take_new_secrets() {
  return std::exchange(new_secrets_, {});
}

void StepProcess::main_exited(int wait_status) {
  if (phase_ != Phase::Running) return;
  result_.id = request_.id;
  result_.started = started_.time;
  result_.ended = wall_now();
  result_.signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
  result_.exit_code = result_.signal != 0 ? 128 + result_.signal : WEXITSTATUS(wait_status);
  if (stopping_ != Stopping::No) kill_tree(tree());
  phase_ = Phase::Draining;
  drain_until_ = steady_now() + kDrainGrace;
  read_output();  // what the main process itself wrote is in the pipe by now
}

void StepProcess::end() {
  std::string text;
  log_->finish(wall_now(), text);
  write_log(text);
  for (std::string& secret : log_->take_new_secrets()) new_secrets_.push_back(std::move(secret));
  if (stopping_ != Stopping::No) {
    result_.end = stop_reason_;
    result_.message = stop_message_;
  } else {
    result_.end = result_.exit_code == 0 ? StepEnd::Succeeded : StepEnd::Failed;
    if (result_.signal != 0) result_.message = describe_signal(result_.signal);
  }
  if (lost_bytes_ > 0)
    result_.message += cat(result_.message.empty() ? "" : "; ", "the log lacks ", lost_bytes_,
                           " bytes: ", lost_reason_);
  result_.commands = log_->commands();
  const Result<void> recorded =
      append_to_record(request_.record, to_json_text(result_), request_.sync);
  if (!recorded.ok())
    result_.message += cat(result_.message.empty() ? "" : "; ",
                           "its end is not recorded: ", recorded.error().describe());
  drain_until_.reset();
  timeout_at_.reset();
  escalate_at_.reset();
  phase_ = Phase::Ended;
}

void StepProcess::stop(StepEnd reason, std::string message) {
  if (phase_ != Phase::Running || stopping_ != Stopping::No) return;
  stopping_ = Stopping::Interrupted;
  stop_reason_ = reason;
  stop_message_ = std::move(message);
  timeout_at_.reset();
  escalate_at_ = steady_now() + graces_.interrupt;
  signal_tree(tree(), SIGINT);
}

void StepProcess::kill() {
  if (phase_ != Phase::Running) return;
  if (stopping_ == Stopping::No) stop_reason_ = StepEnd::Cancelled;
  stopping_ = Stopping::Killed;
  escalate_at_.reset();
  kill_tree(tree());
}

void StepProcess::check_deadlines(SteadyTime now) {
  if (timeout_at_ && now >= *timeout_at_)
    stop(StepEnd::TimedOut,
         cat("the step ran longer than its timeout of ", to_human(request_.timeout)));
  if (escalate_at_ && now >= *escalate_at_) {
    if (stopping_ == Stopping::Interrupted) {
      stopping_ = Stopping::Terminated;
      escalate_at_ = now + graces_.terminate;
      signal_tree(tree(), SIGTERM);
    } else {
      kill();
    }
  }
  if (drain_until_ && now >= *drain_until_) end();
}

std::optional<SteadyTime> StepProcess::next_deadline() const {
  std::optional<SteadyTime> next;
  for (const auto& deadline : {timeout_at_, escalate_at_, drain_until_})
    if (deadline && (!next || *deadline < *next)) next = deadline;
  return next;
}

}  // namespace sluice::exec
