// Marks and colours of the output, and tables: one place, so that all commands look alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.h"

namespace sluice::cli {

enum class OutputForm { Text, Json };

enum class Colour { Plain, Dim, Bold, Green, Red, Yellow, Blue };

// `text` in a colour on an interactive terminal, as it is elsewhere.
std::string paint(TerminalKind kind, Colour colour, std::string_view text);

// "✓", "✗", "–", "●", "○", "?" (open) for a result or status word of runs, jobs and steps.
std::string mark_of(TerminalKind kind, std::string_view result);

// Columns padded to their widest cell, two spaces between; the last one is not padded. `header` in
// bold where there is a terminal. Widths count code points.
std::string table(TerminalKind kind, const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows);

std::size_t display_width(std::string_view text);
// At most `width` code points, the last one "…" when something was cut.
std::string shorten(std::string_view text, std::size_t width);

}  // namespace sluice::cli
