// A terminal that keeps what is written to it.
#pragma once

#include <algorithm>
#include <string>

#include "cli/terminal.h"

namespace sluice::cli {

class FakeTerminal final : public Terminal {
 public:
  explicit FakeTerminal(TerminalKind kind = TerminalKind::Plain) : kind_(kind) {}
  void out(std::string_view text) override {
    out_text += text;
    longest_piece = std::max(longest_piece, text.size());
  }
  void error(std::string_view text) override { error_text += text; }
  TerminalKind out_kind() const override { return kind_; }
  TerminalKind error_kind() const override { return kind_; }
  int width() const override { return 60; }

  std::string text() const { return out_text + error_text; }

  std::string out_text;
  std::string error_text;
  std::size_t longest_piece = 0;  // of out()

 private:
  TerminalKind kind_;
};

}  // namespace sluice::cli
