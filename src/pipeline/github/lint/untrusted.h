// Which parts of an expression a stranger can write: titles, messages, names of branches. In a
// script they are code. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/expression/expression.h"

namespace sluice::pipeline::github {

struct UntrustedRead {
  std::size_t offset = 0;          // of the path in the expression's text
  std::vector<std::string> paths;  // "github.event.issue.title"; several behind a filter `.*`
};

// In order of appearance. What only decides a comparison or a contains() is left out: its result is
// true or false, whatever the text.
std::vector<UntrustedRead> untrusted_reads(const ExpressionNode& root);

}  // namespace sluice::pipeline::github
