// SARIF 2.1.0, the form of findings that code scanners show: one run of this program. Pure.
#pragma once

#include <string_view>

#include "base/json.h"

namespace sluice::cli {

// A path as the URI reference that SARIF wants: what is no path character is escaped.
std::string sarif_uri(std::string_view path);

// {"physicalLocation": …} of a file, with a region unless `region` is empty.
JsonObject sarif_location(std::string_view path, JsonObject region);

// The document around results and the rules that they name.
Json sarif_document(JsonArray rules, JsonArray results);

}  // namespace sluice::cli
