#include "cli/real_terminal.h"

#include "base/printable.h"
#include "base/strings.h"
#include "os/console.h"

namespace sluice::cli {
namespace {

TerminalKind kind_of(os::Stream stream, std::string_view term) {
  const bool dumb = term.empty() || term == "dumb";
  return os::is_terminal(stream) && !dumb ? TerminalKind::Interactive : TerminalKind::Plain;
}

void write(os::Stream stream, TerminalKind kind, std::string_view text) {
  os::write_console(stream,
                    kind == TerminalKind::Interactive ? without_controls(text) : std::string(text));
}

}  // namespace

RealTerminal::RealTerminal(std::string_view term)
    : out_kind_(kind_of(os::Stream::Output, term)), error_kind_(kind_of(os::Stream::Error, term)) {}

void RealTerminal::out(std::string_view text) {
  write(os::Stream::Output, out_kind_, text);
}

void RealTerminal::error(std::string_view text) {
  write(os::Stream::Error, error_kind_, text);
}

void RealTerminal::redraw(std::size_t lines, std::string_view text) {
  const std::string up = lines > 0 ? cat("\x1b[", lines, "A\x1b[J") : "";
  os::write_console(os::Stream::Output, cat(up, without_controls(text)));
}

int RealTerminal::width() const {
  constexpr int kUnknown = 100;
  for (const os::Stream stream : {os::Stream::Output, os::Stream::Error})
    if (const int width = os::terminal_width(stream); width > 0) return width;
  return kUnknown;
}

void TerminalLog::write(LogLevel level, std::string_view component, std::string_view message) {
  if (level == LogLevel::Debug) return;
  terminal_.error(cat("sluice: ", component, ": ", message, "\n"));
}

}  // namespace sluice::cli
