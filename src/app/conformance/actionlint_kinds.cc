#include "app/conformance/actionlint_kinds.h"

namespace sluice::app::conformance {
namespace {

struct RuleKinds {
  std::string_view rule;
  std::string_view kinds;
};

// Sorted by rule.
constexpr RuleKinds kRules[] = {
    {"always-true-if", "if-cond"},
    {"duplicate-id", "syntax-check id"},
    {"duplicate-step-id", "id"},
    {"empty-file", "syntax-check"},
    {"exclusive-filters", "events"},
    {"expression", "expression"},
    {"glob", "glob"},
    {"invalid-id", "id"},
    {"invalid-uses", "action workflow-call"},
    {"matrix", "matrix syntax-check"},
    {"missing-key", "syntax-check events"},
    {"needs-cycle", "job-needs"},
    {"needs-not-listed", "expression"},
    {"run-and-uses", "syntax-check"},
    {"step-too-early", "expression"},
    {"undefined-output", "expression"},
    {"undefined-step", "expression"},
    {"unknown-activity-type", "events"},
    {"unknown-event", "events"},
    {"unknown-input", "action"},
    {"unknown-input-type", "syntax-check"},
    {"unknown-key", "syntax-check"},
    {"unknown-needs", "job-needs"},
    {"wrong-type", "syntax-check"},
    {"yaml", "syntax-check"},
};

}  // namespace

std::string_view actionlint_kinds_of(std::string_view rule) {
  for (const RuleKinds& known : kRules)
    if (known.rule == rule) return known.kinds;
  return {};
}

}  // namespace sluice::app::conformance
