// Every rule that a diagnostic of a workflow can name. Each has a page docs/lint/<id>.md with a bad
// and a good example; a test compares both. Table only.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pipeline/diagnostic.h"

namespace sluice::pipeline::github {

enum class Mending { ByHand, Automatic };  // Automatic: some of its findings carry a Fix

struct LintRule {
  std::string_view id;
  Severity severity;
  std::string_view summary;  // one line, begins in lower case, no full stop
  Mending mending = Mending::ByHand;
};

std::span<const LintRule> lint_rules();  // by id
const LintRule* find_lint_rule(std::string_view id);
std::string lint_page(std::string_view id);  // "docs/lint/<id>.md"

}  // namespace sluice::pipeline::github
