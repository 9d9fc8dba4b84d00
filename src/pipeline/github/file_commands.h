// The files in which a step leaves what later steps see: GITHUB_ENV, GITHUB_OUTPUT, GITHUB_STATE
// (`name=value` lines and heredocs) and GITHUB_PATH (a folder a line). Rules of actions/runner,
// FileCommandManager.cs. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sluice::pipeline::github {

// In file order; of equal names the last counts. The error (InvalidInput) names the line: no '='
// and no '<<', an empty name, a heredoc that never ends.
Result<std::vector<std::pair<std::string, std::string>>> parse_name_values(std::string_view text);

// Folders in file order, without empty lines.
std::vector<std::string> parse_path_lines(std::string_view text);

}  // namespace sluice::pipeline::github
