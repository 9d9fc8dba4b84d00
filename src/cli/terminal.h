// Where a command's output goes. Results to standard output, everything about the way there to
// standard error.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::cli {

enum class TerminalKind { Interactive, Plain };

// Thread-safe.
class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual void out(std::string_view text) = 0;    // as is, no newline added
  virtual void error(std::string_view text) = 0;  // as is
  // Instead of the last `lines` lines of out(), where that can be.
  virtual void redraw(std::size_t lines, std::string_view text) {
    static_cast<void>(lines);
    out(text);
  }
  virtual TerminalKind out_kind() const = 0;
  virtual TerminalKind error_kind() const = 0;
  virtual int width() const = 0;  // columns; 100 where unknown
};

}  // namespace sluice::cli
