// The names of the IANA time zone database (2024 and before, links included). Constant data.
#pragma once

#include <span>
#include <string_view>

namespace sluice::pipeline::github {

std::span<const std::string_view> zone_names();
bool is_zone_name(std::string_view name);

}  // namespace sluice::pipeline::github
