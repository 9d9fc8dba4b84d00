#include "exec/supervisor/supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/strings.h"
#include "exec/supervisor/process_tree.h"
#include "exec/supervisor/records.h"

namespace sluice::exec {
namespace {

constexpr Duration kNotifyInterval = std::chrono::milliseconds(50);
constexpr Duration kDefaultLinger = std::chrono::hours(24);
// What is left at the end is killed again and again for this long.
constexpr Duration kKillPatience = std::chrono::seconds(10);

void close_if_open(int& file) {
  if (file >= 0) ::close(file);
  file = -1;
}

void set_nonblocking(int file) {
  ::fcntl(file, F_SETFL, ::fcntl(file, F_GETFL) | O_NONBLOCK);
  ::fcntl(file, F_SETFD, FD_CLOEXEC);
}

void say_busy(int client) {
  const std::string text = encode_frame(FrameWriter("busy").take());
  [[maybe_unused]] const ssize_t sent = ::send(client, text.data(), text.size(), MSG_NOSIGNAL);
}

bool has_no_children() {
  siginfo_t info;
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

void ignore_signals() {
  for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
}

}  // namespace

Result<std::unique_ptr<Supervisor>> Supervisor::open(const std::string& folder, int client) {
  if (::chdir(folder.c_str()) != 0) return system_error(errno, cat("enter ", folder));
  const bool before = ::access(kLockName, F_OK) == 0;
  const int lock = ::open(kLockName, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return system_error(errno, cat("open ", folder, "/", kLockName));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    say_busy(client);
    ::close(lock);
    return Error(ErrorCode::Busy, cat("the leg ", folder, " has a supervisor already"));
  }
  std::unique_ptr<Supervisor> supervisor(
      new Supervisor(folder, lock, before ? Recovered::Yes : Recovered::No));
  TRY(supervisor->open_descriptors(client));
  return supervisor;
}

Supervisor::Supervisor(std::string folder, int lock, Recovered recovered)
    : folder_(std::move(folder)), boot_id_(read_boot_id()), lock_(lock), recovered_(recovered) {}

Supervisor::~Supervisor() {
  steps_.clear();
  for (int* file : {&client_, &listener_, &signals_, &epoll_}) close_if_open(*file);
  ::close(lock_);
}

Result<void> Supervisor::open_descriptors(int client) {
  ignore_signals();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  signals_ = ::signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
  if (epoll_ < 0 || signals_ < 0) return system_error(errno, "make an event queue");
  watch(signals_, EPOLLIN);
  TRY(listen());
  adopt_client(client);
  return success();
}

// A path relative to the working directory always fits into sun_path.
Result<void> Supervisor::listen() {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener_ < 0) return system_error(errno, "make a socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, kSocketName, sizeof kSocketName);
  ::unlink(kSocketName);
  const mode_t old = ::umask(077);
  const int bound = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(old);
  if (bound != 0) return system_error(error, cat("bind ", folder_, "/", kSocketName));
  if (::listen(listener_, 4) != 0) return system_error(errno, "listen");
  watch(listener_, EPOLLIN);
  return success();
}

void Supervisor::watch(int file, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = file;
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, file, &event) != 0 && errno == ENOENT)
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event);
}

void Supervisor::run() {
  while (!done_) {
    epoll_event events[32];
    const int count = ::epoll_wait(epoll_, events, 32, poll_timeout());
    for (int i = 0; i < count; ++i) dispatch(events[i].data.fd, events[i].events);
    check_deadlines();
  }
  end_everything();
}

void Supervisor::dispatch(int file, unsigned events) {
  if (file == signals_) {
    reap_children();
  } else if (file == listener_) {
    accept_client();
  } else if (file == client_) {
    if ((events & EPOLLOUT) != 0) flush();
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_client();
  } else if (StepProcess* const step = find_by_output(file)) {
    step->read_output();
    after_output(*step);
  }
}

// ---- the engine

void Supervisor::accept_client() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client >= 0) adopt_client(client);
}

void Supervisor::adopt_client(int client) {
  drop_client();
  client_ = client;
  alone_since_.reset();
  set_nonblocking(client_);
  watch(client_, EPOLLIN);
}

void Supervisor::drop_client() {
  close_if_open(client_);
  reader_ = FrameReader();
  outgoing_.clear();
  sent_ = 0;
  blocked_ = false;
  reported_.clear();
  alone_since_ = steady_now();
}

void Supervisor::read_client() {
  char buffer[64 * 1024];
  const ssize_t got = ::recv(client_, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return drop_client();
  reader_.feed({buffer, static_cast<std::size_t>(got)});
  while (const std::optional<Frame> frame = reader_.next()) handle(*frame);
  if (reader_.broken()) drop_client();
}

void Supervisor::handle(const Frame& frame) {
  if (frame[0] == "configure") {
    if (const auto message = configure_message(frame)) configure(*message);
  } else if (frame[0] == "start") {
    if (const auto message = start_message(frame)) start_step(*message);
  } else if (frame[0] == "stop" && frame.size() == 2) {
    stop_step(frame[1]);
  } else if (frame[0] == "end") {
    done_ = true;
  }
}

void Supervisor::configure(const ConfigureMessage& message) {
  settings_ = message;
  if (!job_deadline_ && message.job_timeout.count() > 0)
    job_deadline_ = steady_now() + message.job_timeout;
}

void Supervisor::start_step(const StartMessage& message) {
  if (StepProcess* const known = find(message.id)) {
    send(to_frame(known->started()));
    if (known->ended()) report(*known);
    return;
  }
  const ConfigureMessage settings = settings_.value_or(ConfigureMessage{});
  auto step = std::make_unique<StepProcess>(
      message, StopGraces{settings.interrupt_grace, settings.terminate_grace},
      cat(folder_, "/", message.id));
  step->add_masks(secrets_);
  if (const auto failure = step->start(boot_id_)) {
    send(to_frame(RefusedMessage{message.id, failure->refusal, failure->message}));
    return;
  }
  for (const auto& other : steps_) other->add_masks(message.masks);
  watch(step->output(), EPOLLIN);
  send(to_frame(step->started()));
  steps_.push_back(std::move(step));
}

void Supervisor::stop_step(const std::string& id) {
  if (StepProcess* const step = find(id)) step->stop(StepEnd::Cancelled, "");
}

void Supervisor::send(const Frame& frame) {
  if (client_ < 0) return;
  outgoing_ += encode_frame(frame);
  flush();
}

void Supervisor::flush() {
  while (sent_ < outgoing_.size()) {
    const ssize_t sent =
        ::send(client_, outgoing_.data() + sent_, outgoing_.size() - sent_, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) {
      blocked_ = true;
      return watch(client_, EPOLLIN | EPOLLOUT);
    }
    if (sent < 0) return drop_client();
    sent_ += static_cast<std::size_t>(sent);
  }
  outgoing_.clear();
  sent_ = 0;
  if (std::exchange(blocked_, false)) watch(client_, EPOLLIN);
}

// ---- steps

void Supervisor::reap_children() {
  signalfd_siginfo info[16];
  while (::read(signals_, info, sizeof info) > 0) {
  }
  int status = 0;
  for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    for (const auto& step : steps_) {
      if (step->pid() != pid) continue;
      step->main_exited(status);
      after_output(*step);
    }
  }
}

void Supervisor::after_output(StepProcess& step) {
  share_secrets(step);
  if (step.ended()) report(step);
}

// What one step declares secret is hidden in the logs of all.
void Supervisor::share_secrets(StepProcess& from) {
  const std::vector<std::string> fresh = from.take_new_secrets();
  if (fresh.empty()) return;
  for (const auto& step : steps_)
    if (step.get() != &from) step->add_masks(fresh);
  secrets_.insert(secrets_.end(), fresh.begin(), fresh.end());
}

void Supervisor::report(StepProcess& step) {
  if (std::find(reported_.begin(), reported_.end(), step.id()) != reported_.end()) return;
  step.take_log_grown();
  if (client_ < 0) {
    if (!anything_running()) alone_since_ = steady_now();
    return;
  }
  reported_.push_back(step.id());
  EndedMessage ended = step.result();
  ended.leftover = has_no_children() ? Leftover::None : Leftover::Possible;
  send(to_frame(ended));
}

StepProcess* Supervisor::find(const std::string& id) {
  for (const auto& step : steps_)
    if (step->id() == id) return step.get();
  return nullptr;
}

StepProcess* Supervisor::find_by_output(int file) {
  for (const auto& step : steps_)
    if (step->output() == file) return step.get();
  return nullptr;
}

bool Supervisor::anything_running() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const auto& step) { return !step->ended(); });
}

// ---- time

int Supervisor::poll_timeout() const {
  std::optional<SteadyTime> next = notify_at_;
  const auto consider = [&](const std::optional<SteadyTime>& deadline) {
    if (deadline && (!next || *deadline < *next)) next = deadline;
  };
  for (const auto& step : steps_) consider(step->next_deadline());
  if (anything_running())
    consider(job_deadline_);
  else if (alone_since_)
    consider(*alone_since_ + (settings_ ? settings_->linger : kDefaultLinger));
  if (!next) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - steady_now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void Supervisor::check_deadlines() {
  const SteadyTime now = steady_now();
  if (job_deadline_ && now >= *job_deadline_ && anything_running()) {
    job_deadline_.reset();
    const std::string message =
        cat("the job still ran ", to_human(settings_->job_timeout),
            " after its begin, which is its timeout and the time to end after a cancel");
    for (const auto& step : steps_) step->stop(StepEnd::TimedOut, message);
  }
  for (const auto& step : steps_) {
    if (step->ended()) continue;
    step->check_deadlines(now);
    if (step->ended()) report(*step);
  }
  notify_output(now);
  check_linger(now);
}

// Tells the engine that logs have grown: at once when it was quiet, at most every 50 ms.
void Supervisor::notify_output(SteadyTime now) {
  if (client_ < 0) return;
  if (now < notified_ + kNotifyInterval) {
    notify_at_ = notified_ + kNotifyInterval;
    const auto& all = steps_;
    if (std::none_of(all.begin(), all.end(), [](const auto& s) { return s->log_grown(); }))
      notify_at_.reset();
    return;
  }
  notify_at_.reset();
  for (const auto& step : steps_) {
    if (!step->take_log_grown()) continue;
    notified_ = now;
    send(FrameWriter("output").text(step->id()).take());
  }
}

void Supervisor::check_linger(SteadyTime now) {
  if (client_ >= 0 || anything_running() || !alone_since_) return;
  if (now >= *alone_since_ + (settings_ ? settings_->linger : kDefaultLinger)) done_ = true;
}

// ---- the end

void Supervisor::end_everything() {
  for (const auto& step : steps_) step->kill();
  const SteadyTime give_up = steady_now() + kKillPatience;
  const std::string marks = folder_ + "/";
  bool swept = recovered_ == Recovered::No;
  while (steady_now() < give_up) {
    reap_children();
    const bool childless = has_no_children();
    if (childless && swept) break;
    const std::vector<pid_t> left = everything(marks);
    for (const pid_t pid : left) ::kill(pid, SIGKILL);
    swept = left.empty();
    if (!swept || !childless) ::usleep(500);
  }
  for (const auto& step : steps_) {
    if (step->ended()) continue;
    step->check_deadlines(SteadyTime::max());
    if (step->ended()) report(*step);
  }
  ::unlink(kSocketName);
  ::unlink(kLockName);
  send(FrameWriter("bye").take());
}

}  // namespace sluice::exec
