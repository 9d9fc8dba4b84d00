// The `path` input of the artifact and cache actions: patterns that may name files anywhere on the
// machine, one a line, as @actions/glob reads them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exec/actions/action.h"

namespace sluice::exec {

struct PathPatterns {
  std::string absolute;             // one a line, without comments; `!` excludes
  std::vector<std::string> starts;  // where the search begins, relative to "/"; none in another
};

// Relative patterns start at the workspace, `~` is the step's HOME. Empty when there is none.
PathPatterns read_path_patterns(const Action& action, std::string_view input);

// HOME as the job's steps see it.
os::Path home_of_steps(const Action& action);

}  // namespace sluice::exec
