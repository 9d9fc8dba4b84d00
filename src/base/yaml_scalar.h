// YAML 1.2 core schema: which kind a plain scalar has. Pure.
#pragma once

#include <string_view>

#include "base/yaml.h"

namespace sluice {

// Sets kind, boolean and number of a scalar written without quotes or tag, from its text.
void resolve_plain_scalar(YamlNode& node);
// Applies an explicit core tag ("tag:yaml.org,2002:int" …); false when the text does not fit it or
// the tag is unknown.
bool resolve_tagged_scalar(YamlNode& node, std::string_view tag);
bool is_core_scalar_tag(std::string_view tag);

}  // namespace sluice
