#include "app/conformance/actionlint_kinds.h"

namespace sluice::app::conformance {
namespace {

struct RuleKinds {
  std::string_view rule;
  std::string_view kinds;
};

// Sorted by rule.
constexpr RuleKinds kRules[] = {
    {"action-metadata", "action"},
    {"always-true-if", "if-cond"},
    {"call-arguments", "workflow-call"},
    {"constant-if", "if-cond"},
    {"cron", "events"},
    {"deprecated-command", "deprecated-commands"},
    {"deprecated-input", "action"},
    {"duplicate-key", "syntax-check"},
    {"duplicate-needs", "job-needs"},
    {"duplicate-step-id", "id"},
    {"empty-file", "syntax-check"},
    {"empty-value", "syntax-check"},
    {"env-name", "env-var"},
    {"exclusive-filters", "events"},
    {"expression", "expression"},
    {"glob", "glob"},
    {"hardcoded-credentials", "credentials"},
    {"input-default", "events"},
    {"input-options", "events"},
    {"invalid-id", "id"},
    {"invalid-uses", "action workflow-call"},
    {"matrix", "matrix syntax-check"},
    {"matrix-duplicate", "matrix"},
    {"matrix-exclude", "matrix"},
    {"misplaced-key", "syntax-check"},
    {"missing-input", "action"},
    {"missing-key", "syntax-check events"},
    {"needs-cycle", "job-needs"},
    {"needs-not-listed", "expression"},
    {"not-an-object", "expression"},
    {"outdated-action", "action"},
    {"permission", "permissions"},
    {"run-and-uses", "syntax-check"},
    {"runner-conflict", "runner-label"},
    {"senseless-comparison", "expression"},
    {"step-too-early", "expression"},
    {"timezone", "events"},
    {"unavailable-filter", "events"},
    {"undefined-output", "expression"},
    {"undefined-property", "expression"},
    {"undefined-step", "expression"},
    {"unknown-activity-type", "events"},
    {"unknown-event", "events"},
    {"unknown-input", "action"},
    {"unknown-input-type", "syntax-check"},
    {"unknown-key", "syntax-check"},
    {"unknown-needs", "job-needs"},
    {"unknown-runner", "runner-label"},
    {"unknown-shell", "shell-name"},
    {"untrusted-input", "expression"},
    {"unused-anchor", "syntax-check"},
    {"wrong-argument", "expression"},
    {"wrong-expression-type", "expression"},
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
