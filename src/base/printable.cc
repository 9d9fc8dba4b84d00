#include "base/printable.h"

namespace sluice {
namespace {

// The bytes of the control character at `at` (C0, DEL, or C1 as UTF-8 has it); 0: there is none.
std::size_t control_at(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7F) return 1;
  if (byte != 0xC2 || at + 1 == text.size()) return 0;
  const auto next = static_cast<unsigned char>(text[at + 1]);
  return next >= 0x80 && next < 0xA0 ? 2 : 0;
}

// The bytes of "\x1b[1;31m" and its like at `at`; 0: there is no colour.
std::size_t colour_at(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", at + 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 - at : 0;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  bool controls = false;  // since the last visible character
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t width = control_at(text, at)) {
      controls = true;
      at += width;
      continue;
    }
    if (controls) {
      if (text[at] == ' ') {
        ++at;
        continue;
      }
      line.resize(line.find_last_not_of(' ') + 1);
      if (!line.empty()) line += ' ';
      controls = false;
    }
    line += text[at++];
  }
  if (controls) line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

std::string without_controls(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t control = control_at(text, at);
    const std::size_t colour = control > 0 ? colour_at(text, at) : 0;
    if (control == 0 || text[at] == '\n' || text[at] == '\t' || colour > 0) {
      shown.append(text.substr(at, colour > 0 ? colour : 1));
    } else if (!text.substr(at).starts_with("\r\n")) {
      const char code = control == 2 ? static_cast<char>(text[at + 1] & 0x1F) : text[at];
      shown += '^';
      shown += static_cast<char>(static_cast<unsigned char>(code) ^ 0x40);
    }
    at += colour > 0 ? colour : control > 0 ? control : 1;
  }
  return shown;
}

}  // namespace sluice
