// JSON as Python writes it: NaN, Infinity and -Infinity outside of texts.
#pragma once

#include <string_view>

#include "base/json.h"

namespace sluice::ml::expectations {

// As parse_json(); NaN becomes null.
Result<Json> parse_python_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace sluice::ml::expectations
