// Which artifacts a `pattern` input means: minimatch as far as names without '/' need it, that is
// `*`, `?`, `[a-z]`, `{a,b}` and a leading `!`. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sluice::exec {

bool fits_pattern(std::string_view pattern, const std::string& name);

}  // namespace sluice::exec
