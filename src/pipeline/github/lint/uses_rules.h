// Steps that use actions and jobs that call workflows: the form of `uses`, and what is given to
// them. Pure.
#pragma once

#include "pipeline/github/lint/mistakes.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

// invalid-uses, unknown-input, missing-input, deprecated-input, outdated-action, action-metadata
void check_actions(const YamlNode& root, const SourceFile& file, Mistakes& out);
// invalid-uses, call-arguments
void check_calls(const YamlNode& root, const SourceFile& file, Mistakes& out);

}  // namespace sluice::pipeline::github
