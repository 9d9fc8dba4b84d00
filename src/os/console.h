// The two output streams of this process.
#pragma once

#include <string_view>

namespace sluice::os {

enum class Stream { Output, Error };

// Writes all of it. Ignores a reader that has gone away (the text has no use then). Thread-safe.
void write_console(Stream stream, std::string_view text);
bool is_terminal(Stream stream);
// Columns of the terminal behind the stream; 0 where there is none.
int terminal_width(Stream stream);

}  // namespace sluice::os
