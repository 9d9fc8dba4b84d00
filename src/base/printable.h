// Text of strangers made harmless for lines and terminals. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

// A name as one line: control characters (and what is around them of white space) become a space.
std::string one_line(std::string_view text);
// For a terminal: new lines, tabs and colours stay, every other control character and escape
// sequence is written as a caret and a letter ("^[") and does nothing.
std::string without_controls(std::string_view text);

}  // namespace sluice
