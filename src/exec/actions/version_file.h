// The version of a tool that a file of the repository asks for: what the inputs python-version-file
// and node-version-file name. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::exec {

enum class VersionedTool { Python, Node };

// `name` (its last part) decides how `text` is read: package.json (volta, devEngines, engines),
// pyproject.toml (requires-python, poetry), Pipfile, .tool-versions; any other file holds the
// version, one a line, with `#` comments, of which the last counts. InvalidInput where it says
// none.
Result<std::string> version_in_file(VersionedTool tool, std::string_view name,
                                    std::string_view text);

}  // namespace sluice::exec
