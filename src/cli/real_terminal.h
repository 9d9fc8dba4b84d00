#pragma once

#include "base/log.h"
#include "cli/terminal.h"

namespace sluice::cli {

// The terminal of this process. Interactive where it is one and TERM is not "dumb"; what names,
// logs and files hold can colour such a one, and nothing else.
class RealTerminal final : public Terminal {
 public:
  explicit RealTerminal(std::string_view term);
  void out(std::string_view text) override;
  void error(std::string_view text) override;
  void redraw(std::size_t lines, std::string_view text) override;
  TerminalKind out_kind() const override { return out_kind_; }
  TerminalKind error_kind() const override { return error_kind_; }
  int width() const override;

 private:
  TerminalKind out_kind_;
  TerminalKind error_kind_;
};

// Warnings and errors of the program as "sluice: component: message" on standard error.
class TerminalLog final : public Log {
 public:
  explicit TerminalLog(Terminal& terminal) : terminal_(terminal) {}
  void write(LogLevel level, std::string_view component, std::string_view message) override;

 private:
  Terminal& terminal_;
};

}  // namespace sluice::cli
