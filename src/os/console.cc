#include "os/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace sluice::os {
namespace {

int descriptor_of(Stream stream) {
  return stream == Stream::Output ? STDOUT_FILENO : STDERR_FILENO;
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

}  // namespace sluice::os
