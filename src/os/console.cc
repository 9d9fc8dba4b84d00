#include "os/console.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.h"

namespace sluice::os {
namespace {

int descriptor_of(Stream stream) {
  switch (stream) {
    case Stream::Input:
      return STDIN_FILENO;
    case Stream::Output:
      return STDOUT_FILENO;
    case Stream::Error:
      return STDERR_FILENO;
  }
  UNREACHABLE();
}

}  // namespace

void write_console(Stream stream, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor_of(stream), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool is_terminal(Stream stream) {
  return ::isatty(descriptor_of(stream)) == 1;
}

int terminal_width(Stream stream) {
  winsize size{};
  if (::ioctl(descriptor_of(stream), TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

std::optional<std::string> read_line(const CancellationToken& cancel) {
  constexpr int kLook = 100;  // milliseconds between two looks at the token
  std::string line;
  while (!cancel.cancelled()) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, kLook) <= 0) continue;
    char byte = 0;
    const ssize_t n = ::read(STDIN_FILENO, &byte, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    if (byte == '\n') return line;
    line += byte;
  }
  return std::nullopt;
}

// A process of the background that does this would be stopped by SIGTTOU.
void take_terminal_back() {
  sigset_t output;
  sigset_t before;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  ::pthread_sigmask(SIG_BLOCK, &output, &before);
  ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace sluice::os
