// How a `run` step is executed: from its `shell` to the command and the script. Rules of
// actions/runner, ScriptHandlerHelpers.cs. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "pipeline/ports/job_program.h"

namespace sluice::pipeline::github {

// `shell` empty: none was given, which is `bash -e {0}` (or sh) without pipefail. The error
// (InvalidInput) says which shells there are.
Result<ScriptAction> script_action(std::string_view shell, std::string_view script);

// Why the shell cannot be had on this kind of host.
std::optional<std::string_view> unavailable_shell(std::string_view shell);

}  // namespace sluice::pipeline::github
