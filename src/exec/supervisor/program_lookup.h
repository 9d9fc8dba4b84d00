// Finding a program as a shell does.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sluice::exec {

// `name` itself where it holds a '/', else the first executable file of that name in the PATH of
// `env` ("NAME=value" texts).
std::optional<std::string> find_program(const std::string& name,
                                        const std::vector<std::string>& env);

}  // namespace sluice::exec
