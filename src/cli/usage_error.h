// What a wrong command line is answered with: the word that is wrong, what was probably meant, and
// where to read on.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace sluice::cli {

// `root` as its parse() left it when it threw `error`.
std::string usage_text(const CLI::App& root, const CLI::ParseError& error,
                       const std::vector<std::string>& arguments);

}  // namespace sluice::cli
