#include "os/descriptor.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.h"

namespace sluice::os {

namespace {

constexpr int kFirstFree = 3;

// Takes over `number`, or fails with errno; moves it above the standard streams.
Result<Descriptor> adopt(int number, std::string_view what) {
  if (number < 0) return system_error(errno, what);
  Descriptor descriptor(number);
  if (number >= kFirstFree) return descriptor;
  const int higher = ::fcntl(number, F_DUPFD_CLOEXEC, kFirstFree);
  if (higher < 0) return system_error(errno, what);
  return Descriptor(higher);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void Descriptor::reset() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error(errno, "make a pipe");
  Descriptor write_end(ends[1]);
  Pipe pipe;
  pipe.read_end = TRY(adopt(ends[0], "make a pipe"));
  pipe.write_end = TRY(adopt(write_end.release(), "make a pipe"));
  return pipe;
}

Result<Descriptor> open_output_file(const Path& path, unsigned mode) {
  const int number = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode);
  return adopt(number, cat("open ", path.string()));
}

Result<Descriptor> open_null_device() {
  return adopt(::open("/dev/null", O_RDWR | O_CLOEXEC), "open /dev/null");
}

Result<Descriptor> make_input_file(std::string_view bytes) {
  Descriptor file = TRY(adopt(::memfd_create("input", MFD_CLOEXEC), "make an input file"));
  if (auto written = write_all(file.get(), bytes, "fill an input file"); !written.ok()) {
    return std::move(written).error();
  }
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return system_error(errno, "rewind an input file");
  return file;
}

Result<Descriptor> make_event() {
  return adopt(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make an event");
}

void notify_event(const Descriptor& event) {
  // A counter that is full has already woken the waiter.
  if (::eventfd_write(event.get(), 1) != 0) CHECK(errno == EAGAIN);
}

Result<void> write_all(int descriptor, std::string_view data, std::string_view what) {
  while (!data.empty()) {
    const ssize_t n = ::write(descriptor, data.data(), data.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return system_error(errno, what);
    }
    data.remove_prefix(static_cast<std::size_t>(n));
  }
  return success();
}

Result<std::size_t> read_some(int descriptor, std::span<char> buffer, std::string_view what) {
  while (true) {
    const ssize_t n = ::read(descriptor, buffer.data(), buffer.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) return system_error(errno, what);
  }
}

}  // namespace sluice::os
