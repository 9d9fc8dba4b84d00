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

// "✓", "✗", "–", "●", "○", "?" (open), "!" (forgiven) for a result or status word of runs, jobs and
// steps.
std::string mark_of(TerminalKind kind, std::string_view result);

// Of a step or leg that has ended: the word for mark_of, and the words for people. What failed and
// counts as succeeded is "forgiven". Without a conclusion it is the outcome, which may be a status.
std::string_view marked_as(std::string_view outcome, std::string_view conclusion);
std::string ended_as(std::string_view outcome, std::string_view conclusion);

// "CI", or with a title of the run's own "CI: nightly of main".
std::string with_title(std::string_view pipeline, std::string_view title);

// Columns padded to their widest cell, two spaces between; the last one is not padded. `header` in
// bold where there is a terminal. Widths count code points.
std::string table(TerminalKind kind, const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows);

std::size_t display_width(std::string_view text);
// At most `width` code points, the last one "…" when something was cut.
std::string shorten(std::string_view text, std::size_t width);

}  // namespace sluice::cli
