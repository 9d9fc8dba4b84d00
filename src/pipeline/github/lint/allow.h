// `# sluice: allow RULE[, RULE…] reason`: takes remarks of the same line, or of the next line that
// holds something else than such a comment, out of the findings. Works in scripts as well, where it
// is a comment of the shell. Errors stay: a file with one does not run. A comment without reason,
// with an unknown rule, or that allows nothing is itself a remark (rules allow-without-reason,
// allow-unknown-rule, unused-allow). Pure.
#pragma once

#include <vector>

#include "pipeline/diagnostic.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

void apply_allows(const SourceFile& file, std::vector<Diagnostic>& diagnostics);

}  // namespace sluice::pipeline::github
