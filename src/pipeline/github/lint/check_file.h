// All mistakes of one workflow file that need nothing but its YAML and the files that came with it:
// its shape, its values, its expressions. Rules that need the whole graph of jobs are in lint.h.
// Pure.
#pragma once

#include <vector>

#include "pipeline/diagnostic.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

// By position, each once. A file that cannot be parsed has its problems of syntax alone.
std::vector<Diagnostic> check_file(const SourceFile& file, const YamlParse& parse);

}  // namespace sluice::pipeline::github
