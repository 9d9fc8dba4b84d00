// Why something runs or does not, as people read it: the sentence, and below it the condition as a
// tree with the value of every part, values in one column.
#pragma once

#include <string>

#include "base/json.h"
#include "cli/terminal.h"

namespace sluice::cli {

// `reason` is the JSON of a pipeline::Explanation; anything else gives no line. Every line begins
// with `indent` spaces and ends with a newline.
std::string reason_text(TerminalKind kind, const Json& reason, std::size_t indent);
// The sentence alone, without indentation and newline.
std::string reason_sentence(const Json& reason);
// Whether there is more to say than that nothing stood in the way.
bool decides_something(const Json& reason);

}  // namespace sluice::cli
