// The files that a workflow's scripts run (`python evaluate.py`, `bash gate.sh`, `./smoke.sh`) or
// judge by (`sluice gate gates/demand.yml`), so that rules can look into them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "pipeline/github/lint/shell_commands.h"

namespace sluice::pipeline::github {

// Paths inside the repository, each once, at most 50: a part of Language::references().
std::vector<std::string> script_references(const YamlParse& parse);

// The file of one command, inside the repository; empty when it names none, or one outside.
std::string script_path(const ShellCommand& command, std::string_view working_directory);

}  // namespace sluice::pipeline::github
