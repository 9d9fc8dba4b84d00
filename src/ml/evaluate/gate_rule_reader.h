// Reads the keys that belong to one kind of check, strictly. Pure; errors name file, line, column.
#pragma once

#include "base/yaml.h"
#include "ml/evaluate/gate_rules.h"

namespace sluice::ml {

// `at` is where the check stands.
Result<GateRule> read_gate_rule(YamlReader& reader, TextPosition at, Task task);

}  // namespace sluice::ml
