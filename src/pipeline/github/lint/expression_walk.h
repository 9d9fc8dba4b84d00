// Walks over all expressions of a workflow in the order in which they would be evaluated, so that
// each sees the contexts as they are by then: `steps` with the steps before it, `needs` with the
// jobs that are needed, `matrix` and `inputs` as the file declares them. Pure.
#pragma once

#include "pipeline/github/lint/mistakes.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

void check_expressions(const YamlNode& root, const SourceFile& file, Mistakes& out);

}  // namespace sluice::pipeline::github
