// Which kinds of mistake, in actionlint's words, our rules find.
#pragma once

#include <string_view>

namespace sluice::app::conformance {

// Kinds separated by spaces; empty for a rule that actionlint does not have.
std::string_view actionlint_kinds_of(std::string_view rule);

}  // namespace sluice::app::conformance
