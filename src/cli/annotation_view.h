// What steps said with ::error, ::warning and ::notice, as people read it.
#pragma once

#include <string>

#include "cli/terminal.h"
#include "engine/annotations.h"

namespace sluice::cli {

// "warning train.py:3:7 Unused: 'os' is not used"; further lines of the message begin with `indent`
// spaces.
std::string annotation_text(TerminalKind kind, const engine::Annotation& annotation,
                            std::size_t indent);
// A line for each, and how many were left out; each begins with `indent` spaces.
std::string annotations_text(TerminalKind kind, const engine::StepAnnotations& annotations,
                             std::size_t indent);

}  // namespace sluice::cli
