// The rules of lint that make sense inside of a composite action: its scripts, its conditions and
// what strangers write into them. Pure.
#pragma once

#include "pipeline/github/lint/lint.h"
#include "pipeline/github/local_action.h"

namespace sluice::pipeline::github {

// `root` is the tree that the action was read from.
Findings lint_action(const LocalAction& action, const YamlNode& root, const SourceFile& file);

}  // namespace sluice::pipeline::github
