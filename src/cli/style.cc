#include "cli/style.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::cli {
namespace {

std::string_view escape_of(Colour colour) {
  switch (colour) {
    case Colour::Plain:
      return "";
    case Colour::Dim:
      return "\x1b[2m";
    case Colour::Bold:
      return "\x1b[1m";
    case Colour::Green:
      return "\x1b[32m";
    case Colour::Red:
      return "\x1b[31m";
    case Colour::Yellow:
      return "\x1b[33m";
    case Colour::Blue:
      return "\x1b[34m";
  }
  return "";
}

bool starts_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

// Where the code point or the escape sequence at `at` ends.
std::size_t next_point(std::string_view text, std::size_t at) {
  if (text[at] == '\x1b') {
    const std::size_t end = text.find('m', at);
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  ++at;
  while (at < text.size() && !starts_code_point(text[at])) ++at;
  return at;
}

}  // namespace

std::string paint(TerminalKind kind, Colour colour, std::string_view text) {
  if (kind == TerminalKind::Plain || colour == Colour::Plain) return std::string(text);
  return cat(escape_of(colour), text, "\x1b[0m");
}

std::string mark_of(TerminalKind kind, std::string_view result) {
  if (result == "succeeded") return paint(kind, Colour::Green, "✓");
  if (result == "failed" || result == "timed_out" || result == "errored")
    return paint(kind, Colour::Red, "✗");
  if (result == "cancelled") return paint(kind, Colour::Yellow, "■");
  if (result == "skipped") return paint(kind, Colour::Dim, "–");
  if (result == "forgiven") return paint(kind, Colour::Yellow, "!");
  if (result == "open") return paint(kind, Colour::Yellow, "?");
  if (result == "running") return paint(kind, Colour::Blue, "●");
  return paint(kind, Colour::Dim, "○");
}

std::string_view marked_as(std::string_view outcome, std::string_view conclusion) {
  if (conclusion.empty()) return outcome;
  const bool forgiven = conclusion == "succeeded" && outcome != conclusion && !outcome.empty();
  return forgiven ? "forgiven" : conclusion;
}

std::string ended_as(std::string_view outcome, std::string_view conclusion) {
  const std::string_view mark = marked_as(outcome, conclusion);
  return mark == "forgiven" ? cat(outcome, ", forgiven (continue-on-error)") : std::string(mark);
}

std::string with_title(std::string_view pipeline, std::string_view title) {
  return title.empty() || title == pipeline ? std::string(pipeline) : cat(pipeline, ": ", title);
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size(); at = next_point(text, at))
    width += text[at] == '\x1b' ? 0u : 1u;
  return width;
}

std::string shorten(std::string_view text, std::size_t width) {
  if (width == 0 || display_width(text) <= width) return std::string(text);
  std::size_t points = 0;
  bool painted = false;
  for (std::size_t at = 0; at < text.size(); at = next_point(text, at)) {
    if (text[at] == '\x1b')
      painted = true;
    else if (++points == width)
      return cat(text.substr(0, at), "…", painted ? "\x1b[0m" : "");
  }
  return std::string(text);
}

std::string table(TerminalKind kind, const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const std::string& cell : header) widths.push_back(display_width(cell));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  std::string text;
  const auto write = [&](const std::vector<std::string>& row, Colour colour) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - display_width(row[i]) + 2, ' ');
    }
    text += paint(kind, colour, line) + "\n";
  };
  write(header, Colour::Bold);
  for (const auto& row : rows) write(row, Colour::Plain);
  return text;
}

}  // namespace sluice::cli
