#include "os/interrupt.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/check.h"

namespace sluice::os {

namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Result<std::unique_ptr<Interrupts>> Interrupts::install() {
  const sigset_t watched = watched_signals();
  Descriptor signals(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.valid()) return system_error(errno, "watch for signals");
  Descriptor stop = TRY(make_event());
  return std::unique_ptr<Interrupts>(new Interrupts(std::move(signals), std::move(stop)));
}

Interrupts::Interrupts(Descriptor signals, Descriptor stop)
    : signals_(std::move(signals)), stop_(std::move(stop)) {
  const sigset_t watched = watched_signals();
  CHECK(::pthread_sigmask(SIG_BLOCK, &watched, &old_mask_) == 0);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  CHECK(::sigaction(SIGHUP, &ignore, &old_hang_up_) == 0);
  CHECK(::sigaction(SIGPIPE, &ignore, &old_pipe_) == 0);
  thread_ = std::thread([this] { loop(); });
}

Interrupts::~Interrupts() {
  notify_event(stop_);
  thread_.join();
  ::sigaction(SIGHUP, &old_hang_up_, nullptr);
  ::sigaction(SIGPIPE, &old_pipe_, nullptr);
  ::pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
}

void Interrupts::loop() {
  int seen = 0;
  while (true) {
    std::array<pollfd, 2> waiting{{{signals_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) {
      CHECK(errno == EINTR);
      continue;
    }
    if (waiting[1].revents != 0) return;
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) continue;
    ++seen;
    if (seen == 1) first_.cancel();
    if (seen == 2) second_.cancel();
    if (seen == 3) ::_exit(128 + static_cast<int>(info.ssi_signo));
  }
}

}  // namespace sluice::os
