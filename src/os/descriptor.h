// An owned file descriptor, and the few ways to make one that processes and sockets need.
//
// Every descriptor made here is close-on-exec and at least 3, so that it never gets in the way of a
// child's standard streams. Errors name what was opened.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::os {

// Closes on destruction. A moved-from descriptor owns nothing.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;

  bool valid() const { return number_ >= 0; }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }
  void reset();

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Result<Pipe> make_pipe();

// A file that a child's output is appended to; created where it is missing.
Result<Descriptor> open_output_file(const Path& path, unsigned mode = 0644);
Result<Descriptor> open_null_device();
// A file without a name that holds `bytes` and is read from its start: a child's standard input.
Result<Descriptor> make_input_file(std::string_view bytes);
// A counter that poll() sees: wakes a thread that waits on descriptors.
Result<Descriptor> make_event();
void notify_event(const Descriptor& event);

// All of `data`; goes on after interruptions and short writes.
Result<void> write_all(int descriptor, std::string_view data, std::string_view what);
// Up to buffer.size() bytes; 0 at the end; goes on after interruptions.
Result<std::size_t> read_some(int descriptor, std::span<char> buffer, std::string_view what);

}  // namespace sluice::os
