// Applies the fixes of diagnostics to a text. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/diagnostic.h"

namespace sluice::pipeline {

struct MendedText {
  std::string text;
  std::size_t applied = 0;  // fixes; one that overlaps an earlier one is left out
};

// Edits outside of the text leave their whole fix out.
MendedText apply_fixes(std::string_view text, const std::vector<Diagnostic>& diagnostics);

}  // namespace sluice::pipeline
