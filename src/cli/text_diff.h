// The difference of two texts in the unified form of diff and git. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sluice::cli {

// Empty when both are the same. Three lines of context.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace sluice::cli
