#include "pipeline/github/lint/rules.h"

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr Severity kError = Severity::Error;
constexpr Severity kWarning = Severity::Warning;
constexpr Severity kNote = Severity::Note;

constexpr LintRule kRules[] = {
    {"allow-unknown-rule", kWarning, "a comment allows a rule that does not exist"},
    {"allow-without-reason", kWarning, "a comment allows a rule and does not say why"},
    {"always-true-if", kWarning, "text around `${{ }}` makes an `if` always true"},
    {"approximated-runner", kNote, "the runner is approximated by this host"},
    {"artifact-name-clash", kWarning,
     "two uploads, or two legs of a matrix, use one artifact name"},
    {"duplicate-id", kError, "two jobs have one id"},
    {"duplicate-step-id", kError, "two steps of a job have one id"},
    {"empty-file", kError, "the workflow is empty"},
    {"exclusive-filters", kError, "a filter and its `-ignore` form stand together"},
    {"expression", kError, "an expression cannot be parsed, or names what its place does not have"},
    {"filter-without-match", kError, "a filter can never match"},
    {"glob", kError, "a filter pattern is malformed"},
    {"hidden-pipe-failure", kWarning, "the default shell has no pipefail, so a failure is lost"},
    {"invalid-id", kError, "an id of a job or step has characters that are not allowed"},
    {"invalid-uses", kError, "`uses` does not name an action"},
    {"matrix", kError, "a matrix has no leg, too many legs, or excludes what is not in it"},
    {"missing-key", kError, "a key that must be there is missing"},
    {"needs-cycle", kError, "jobs need each other in a circle"},
    {"needs-not-listed", kWarning, "`needs.X` is read but X is not in `needs`"},
    {"not-enforced", kNote, "a key is recorded and has no effect here"},
    {"run-and-uses", kError, "a step has both `run` and `uses`"},
    {"step-too-early", kWarning, "`steps.X` is read before X has run"},
    {"unavailable-runner", kNote, "the runner cannot be had on this kind of host"},
    {"undefined-output", kWarning, "an output is read that the job does not have"},
    {"undefined-step", kWarning, "`steps.X` is read but no step has the id X"},
    {"unknown-activity-type", kError, "an event has no such activity type"},
    {"unknown-event", kError, "there is no such event"},
    {"unknown-input", kWarning, "an action has no such input"},
    {"unknown-input-type", kError, "an input has an unknown type"},
    {"unknown-key", kError, "a key does not exist at its place"},
    {"unknown-needs", kError, "`needs` names a job that does not exist"},
    {"unsupported-action", kError, "the action cannot be run here"},
    {"unsupported-key", kError, "a key that changes what runs is not supported"},
    {"unused-allow", kWarning, "a comment allows what is not found there"},
    {"wrong-type", kError, "a value has the wrong type"},
    {"yaml", kError, "the text is no valid YAML"},
};

}  // namespace

std::span<const LintRule> lint_rules() {
  return kRules;
}

const LintRule* find_lint_rule(std::string_view id) {
  for (const LintRule& rule : kRules)
    if (rule.id == id) return &rule;
  return nullptr;
}

std::string lint_page(std::string_view id) {
  return cat("docs/lint/", id, ".md");
}

}  // namespace sluice::pipeline::github
