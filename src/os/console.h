// The standard streams of this process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/cancellation.h"

namespace sluice::os {

enum class Stream { Input, Output, Error };

// Writes all of it. Ignores a reader that has gone away (the text has no use then). Thread-safe.
void write_console(Stream stream, std::string_view text);
bool is_terminal(Stream stream);
// Columns of the terminal behind the stream; 0 where there is none.
int terminal_width(Stream stream);
// A line of standard input without its end; nothing at its end or when the token says so.
std::optional<std::string> read_line(const CancellationToken& cancel);
// After a shell that was in the foreground of our terminal: we are again.
void take_terminal_back();

}  // namespace sluice::os
