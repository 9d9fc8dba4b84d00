// Bytes from a peer of the supervisor's socket: frames, or a connection known to be broken. What
// reads as a message says the same after writing and reading it again.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "exec/frame.h"
#include "exec/step_messages.h"

using namespace sluice::exec;  // NOLINT: the program is this one file

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FrameReader reader;
  reader.feed({reinterpret_cast<const char*>(data), size});
  while (const auto frame = reader.next()) {
    CHECK(!frame->empty());
    if (const auto start = start_message(*frame))
      CHECK(start_message(to_frame(*start)).has_value());
    if (const auto ended = ended_message(*frame))
      CHECK(ended_message(to_frame(*ended)).has_value());
    (void)configure_message(*frame);
    (void)started_message(*frame);
    (void)refused_message(*frame);
  }
  return 0;
}
