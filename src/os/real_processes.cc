#include "os/real_processes.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <span>

// The C library's header has no C++ linkage of its own.
extern "C" {
#include <sys/pidfd.h>
}

#include "base/strings.h"
#include "os/descriptor.h"
#include "os/real_files.h"
#include "os/spawn.h"

namespace sluice::os {

namespace {

constexpr Duration kGrace = std::chrono::seconds(2);  // between SIGTERM and SIGKILL

SteadyTime steady_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

std::optional<SteadyTime> deadline_after(std::optional<Duration> timeout) {
  // Beyond a year it is no deadline, and must not overflow the clock.
  if (!timeout || *timeout > std::chrono::hours(24 * 365)) return std::nullopt;
  return steady_now() + std::max(*timeout, Duration(0));
}

// poll() until one of `waiting` is ready or the deadline passes.
enum class Ready { Yes, TimedOut };
Ready wait_for(std::span<pollfd> waiting, std::optional<SteadyTime> deadline) {
  while (true) {
    timespec left{};
    if (deadline) {
      const auto span = std::max(*deadline - steady_now(), Duration(0));
      left.tv_sec = span / std::chrono::seconds(1);
      left.tv_nsec = std::chrono::nanoseconds(span % std::chrono::seconds(1)).count();
    }
    const int n = ::ppoll(waiting.data(), waiting.size(), deadline ? &left : nullptr, nullptr);
    if (n > 0) return Ready::Yes;
    if (n == 0) return Ready::TimedOut;
    CHECK(errno == EINTR);
  }
}

// What /proc says of a process. The name in the second field may hold blanks and parentheses, so
// the fields are counted from the last ')'.
struct ProcStat {
  char state = '?';  // of its first thread
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0;

  // While other threads of a zombie live, its descriptors are open and nobody can wait for it yet.
  bool has_ended() const { return state == 'X' || (state == 'Z' && threads <= 1); }
};

bool read_number(std::string_view text, std::uint64_t& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{};
}

std::optional<ProcStat> read_proc_stat(pid_t pid) {
  const auto text = RealFiles().read(cat("/proc/", pid, "/stat"), 1u << 16);
  if (!text.ok()) return std::nullopt;
  const auto end_of_name = text.value().rfind(')');
  if (end_of_name == std::string::npos) return std::nullopt;
  const auto fields = split(trim(std::string_view(text.value()).substr(end_of_name + 1)), ' ');
  constexpr std::size_t kState = 0;        // field 3
  constexpr std::size_t kThreads = 17;     // field 20
  constexpr std::size_t kStartTicks = 19;  // field 22
  if (fields.size() <= kStartTicks || fields[kState].empty()) return std::nullopt;
  ProcStat stat{fields[kState][0]};
  if (!read_number(fields[kThreads], stat.threads)) return std::nullopt;
  if (!read_number(fields[kStartTicks], stat.start_ticks)) return std::nullopt;
  return stat;
}

std::string read_boot_id() {
  auto text = RealFiles().read("/proc/sys/kernel/random/boot_id", 256);
  return text.ok() ? std::string(trim(text.value())) : std::string();
}

ExitStatus to_exit_status(int wait_status) {
  if (WIFSIGNALED(wait_status)) return {128 + WTERMSIG(wait_status), WTERMSIG(wait_status)};
  return {WEXITSTATUS(wait_status), 0};
}

// A pidfd becomes readable at the end of the process.
bool has_ended(const Descriptor& pidfd) {
  std::array<pollfd, 1> waiting{{{pidfd.get(), POLLIN, 0}}};
  return wait_for(waiting, steady_now()) == Ready::Yes;
}

}  // namespace

// Children that nobody waits for any more. Thread-safe.
class RealProcesses::Orphans {
 public:
  void adopt(pid_t pid) {
    std::lock_guard lock(mutex_);
    pids_.push_back(pid);
  }
  void collect() {
    std::lock_guard lock(mutex_);
    std::erase_if(pids_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
  }

 private:
  std::mutex mutex_;
  std::vector<pid_t> pids_;
};

class RealProcess final : public Process {
 public:
  RealProcess(ProcessIdentity identity, Descriptor pidfd, Session session,
              std::shared_ptr<RealProcesses::Orphans> orphans)
      : identity_(std::move(identity)),
        pidfd_(std::move(pidfd)),
        session_(session),
        orphans_(std::move(orphans)) {}
  ~RealProcess() override {
    if (status_) return;
    orphans_->adopt(identity_.pid);
    orphans_->collect();
  }

  pid_t pid() const override { return identity_.pid; }
  ProcessIdentity identity() const override { return identity_; }
  const Descriptor& pidfd() const { return pidfd_; }

  Result<ExitStatus> wait(const CancellationToken& cancel,
                          std::optional<Duration> timeout) override {
    const Descriptor cancelled = TRY(make_event());
    const auto registration = cancel.on_cancel([&] { notify_event(cancelled); });
    std::array<pollfd, 2> waiting{{{pidfd_.get(), POLLIN, 0}, {cancelled.get(), POLLIN, 0}}};
    if (!status_ && wait_for(waiting, deadline_after(timeout)) == Ready::TimedOut) {
      return Error(ErrorCode::Timeout, cat("process ", pid(), " did not end in time"));
    }
    if (!status_ && waiting[0].revents == 0) {
      return Error(ErrorCode::Cancelled, cat("waiting for process ", pid(), " was cancelled"));
    }
    return reap();
  }

  void send_signal(int signal) override {
    std::lock_guard lock(mutex_);
    // Once it is reaped its number may be somebody else's.
    if (status_) return;
    ::kill(session_ == Session::Inherit ? identity_.pid : -identity_.pid, signal);
  }

  // Only after its end.
  Result<ExitStatus> reap() {
    std::lock_guard lock(mutex_);
    if (status_) return *status_;
    int wait_status = 0;
    while (::waitpid(identity_.pid, &wait_status, 0) < 0) {
      if (errno != EINTR) return system_error(errno, cat("wait for process ", identity_.pid));
    }
    status_ = to_exit_status(wait_status);
    return *status_;
  }

 private:
  const ProcessIdentity identity_;
  const Descriptor pidfd_;
  const Session session_;
  // Shared with the port and its other processes.
  const std::shared_ptr<RealProcesses::Orphans> orphans_;
  std::mutex mutex_;  // between reap() and send_signal()
  std::optional<ExitStatus> status_;
};

namespace {

// One captured stream.
struct Capture {
  Descriptor read_end;
  std::string text;  // up to the limit
  bool over_limit = false;

  // What is there now, up to `most` bytes; closes at the end of the stream.
  Result<void> read_available(std::size_t most, std::size_t limit) {
    std::array<char, 64u << 10> buffer;
    std::size_t taken = 0;
    while (read_end.valid() && taken < most) {
      const ssize_t n = ::read(read_end.get(), buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) break;
      if (n < 0) return system_error(errno, "read the output of a process");
      if (n == 0) read_end.reset();
      const auto size = static_cast<std::size_t>(n);
      taken += size;
      const std::size_t room = limit - text.size();
      text.append(buffer.data(), std::min(size, room));
      if (size > room) over_limit = true;
    }
    return success();
  }
};

// The life of one run(): reads both streams until the child ends or must be ended.
class Capturing {
 public:
  Capturing(RealProcess& process, const RunLimits& limits, Capture output, Capture error_output)
      : process_(process),
        limits_(limits),
        output_(std::move(output)),
        error_output_(std::move(error_output)) {}

  Result<CapturedRun> finish(const std::string& name, const CancellationToken& cancel) {
    const Result<void> watched = watch(name, cancel);
    if (!watched.ok()) {
      end_group();
      (void)process_.reap();
      return watched.error();
    }
    const ExitStatus status = TRY(process_.reap());
    return CapturedRun{status, std::move(output_.text), std::move(error_output_.text)};
  }

 private:
  Result<void> watch(const std::string& name, const CancellationToken& cancel) {
    const Descriptor cancelled = TRY(make_event());
    const auto registration = cancel.on_cancel([&] { notify_event(cancelled); });
    const auto deadline = deadline_after(limits_.timeout);
    while (true) {
      std::array<pollfd, 4> waiting{{{output_.read_end.get(), POLLIN, 0},
                                     {error_output_.read_end.get(), POLLIN, 0},
                                     {process_.pidfd().get(), POLLIN, 0},
                                     {cancelled.get(), POLLIN, 0}}};
      if (wait_for(waiting, deadline) == Ready::TimedOut) {
        return Error(ErrorCode::Timeout,
                     cat(name, " did not end within ", to_human(limits_.timeout)));
      }
      if (waiting[3].revents != 0) {
        return Error(ErrorCode::Cancelled, cat(name, " was cancelled"));
      }
      // A pipe holds this much at most: more comes from a process that outlives the child.
      const bool ended = waiting[2].revents != 0;
      TRY(read_both(ended ? kMostInPipe : kPerRound));
      if (output_.over_limit || error_output_.over_limit) {
        return Error(ErrorCode::ResourceExhausted,
                     cat(name, " wrote more than ", human_bytes(limits_.max_output_bytes)));
      }
      if (ended) return success();
    }
  }

  Result<void> read_both(std::size_t most) {
    TRY(output_.read_available(most, limits_.max_output_bytes));
    return error_output_.read_available(most, limits_.max_output_bytes);
  }

  // SIGTERM, time to clean up, SIGKILL to whatever of the group is left. Its output goes on being
  // read, since a full pipe would keep it from ending.
  void end_group() {
    process_.send_signal(SIGTERM);
    const SteadyTime deadline = steady_now() + kGrace;
    while (!has_ended(process_.pidfd())) {
      std::array<pollfd, 3> waiting{{{output_.read_end.get(), POLLIN, 0},
                                     {error_output_.read_end.get(), POLLIN, 0},
                                     {process_.pidfd().get(), POLLIN, 0}}};
      if (wait_for(waiting, deadline) == Ready::TimedOut) break;
      (void)read_both(kPerRound);
    }
    process_.send_signal(SIGKILL);
    std::array<pollfd, 1> waiting{{{process_.pidfd().get(), POLLIN, 0}}};
    (void)wait_for(waiting, std::nullopt);
  }

  static constexpr std::size_t kPerRound = 256u << 10;
  static constexpr std::size_t kMostInPipe = 1u << 20;

  RealProcess& process_;
  const RunLimits& limits_;
  Capture output_;
  Capture error_output_;
};

// A pipe for one stream of the child unless the caller gave a descriptor.
Result<Descriptor> captured_stream(const std::optional<int>& given, Capture& capture) {
  if (given) return Descriptor();
  Pipe pipe = TRY(make_pipe());
  if (::fcntl(pipe.read_end.get(), F_SETFL, O_NONBLOCK) != 0) {
    return system_error(errno, "make a pipe");
  }
  capture.read_end = std::move(pipe.read_end);
  return std::move(pipe.write_end);
}

}  // namespace

RealProcesses::RealProcesses() : boot_id_(read_boot_id()), orphans_(std::make_shared<Orphans>()) {
  // Inherited from a parent that ignores it, SIGCHLD would take the exit statuses away.
  struct sigaction action {};
  if (::sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
    ::signal(SIGCHLD, SIG_DFL);
  }
}

RealProcesses::~RealProcesses() {
  orphans_->collect();
}

Result<std::unique_ptr<RealProcess>> RealProcesses::start(const ProcessSpec& spec, int output,
                                                          int error_output) {
  orphans_->collect();
  const pid_t pid = TRY(spawn_child(spec, output, error_output));
  Descriptor pidfd(::pidfd_open(pid, 0));
  if (!pidfd.valid()) {
    const int error_number = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return system_error(error_number, cat("watch process ", pid));
  }
  // Not reaped yet, so that /proc knows it even if it has ended.
  const auto stat = read_proc_stat(pid);
  return std::make_unique<RealProcess>(ProcessIdentity{boot_id_, pid, stat ? stat->start_ticks : 0},
                                       std::move(pidfd), spec.session, orphans_);
}

Result<std::unique_ptr<Process>> RealProcesses::spawn(const ProcessSpec& spec) {
  const Descriptor null_device = TRY(open_null_device());
  return std::unique_ptr<Process>(TRY(start(spec, spec.output.value_or(null_device.get()),
                                            spec.error_output.value_or(null_device.get()))));
}

Result<CapturedRun> RealProcesses::run(const ProcessSpec& spec, const RunLimits& limits,
                                       const CancellationToken& cancel) {
  Capture output;
  Capture error_output;
  std::unique_ptr<RealProcess> process;
  {
    // Our copies of the write ends go at the end of this block, else the streams never end.
    const Descriptor to_output = TRY(captured_stream(spec.output, output));
    const Descriptor to_error = TRY(captured_stream(spec.error_output, error_output));
    process = TRY(start(spec, spec.output.value_or(to_output.get()),
                        spec.error_output.value_or(to_error.get())));
  }
  Capturing capturing(*process, limits, std::move(output), std::move(error_output));
  return capturing.finish(spec.argv[0], cancel);
}

std::optional<ProcessIdentity> RealProcesses::identify(pid_t pid) const {
  orphans_->collect();
  if (pid <= 0) return std::nullopt;
  const auto stat = read_proc_stat(pid);
  if (!stat || stat->has_ended()) return std::nullopt;
  return ProcessIdentity{boot_id_, pid, stat->start_ticks};
}

bool RealProcesses::signal(const ProcessIdentity& process, int signal) {
  if (process.pid <= 0) return false;
  // Opened first and compared after: the descriptor cannot come to mean another process.
  const Descriptor pidfd(::pidfd_open(process.pid, 0));
  if (!pidfd.valid() || identify(process.pid) != process) return false;
  return ::pidfd_send_signal(pidfd.get(), signal, nullptr, 0) == 0;
}

}  // namespace sluice::os
