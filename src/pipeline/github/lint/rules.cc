#include "pipeline/github/lint/rules.h"

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr Severity kError = Severity::Error;
constexpr Severity kWarning = Severity::Warning;
constexpr Severity kNote = Severity::Note;

constexpr LintRule kRules[] = {
    {"action-before-checkout", kWarning, "a local action is used before anything is checked out"},
    {"action-cycle", kError, "an action of the repository uses itself"},
    {"action-metadata", kWarning, "the file of a local action has a mistake"},
    {"allow-unknown-rule", kWarning, "a comment allows a rule that does not exist"},
    {"allow-without-reason", kWarning, "a comment allows a rule and does not say why"},
    {"always-true-if", kWarning, "text around `${{ }}` makes an `if` always true"},
    {"approximated-runner", kNote, "the runner is approximated by this host"},
    {"artifact-name-clash", kWarning,
     "two uploads, or two legs of a matrix, use one artifact name"},
    {"artifact-without-producer", kWarning,
     "an artifact is downloaded that no earlier job or step uploads"},
    {"boolean-and-text", kWarning, "a boolean is compared with a text, or a text with a boolean",
     Mending::Automatic},
    {"cache-key-without-hash", kWarning, "the key of a cache never changes"},
    {"call-arguments", kError, "a called workflow is not given what it declares"},
    {"call-cycle", kError, "a workflow calls itself"},
    {"call-permissions", kError, "a called workflow asks for more than its caller may"},
    {"cancelled-deploy", kWarning, "a newer run cancels a deployment half way"},
    {"concurrency-clash", kWarning,
     "a run asks for a concurrency group that it, or its caller, holds"},
    {"concurrency-without-ref", kWarning,
     "branches share a concurrency group and cancel each other"},
    {"conditional-output", kWarning, "an output comes from a step that may be skipped"},
    {"constant-if", kWarning, "an `if` is always the same"},
    {"container-image", kError, "a container has no image"},
    {"cron", kError, "a schedule is malformed, never fires or fires too often"},
    {"deploy-without-gate", kWarning, "a deployment does not wait for the verdict on the model"},
    {"deprecated-command", kWarning, "a script prints a command that is out of use"},
    {"deprecated-input", kWarning, "an input should not be used any more"},
    {"deprecated-runtime", kWarning, "an action asks for a version of Node.js that is out of use"},
    {"duplicate-key", kError, "a key stands twice"},
    {"duplicate-needs", kWarning, "a job stands twice in `needs`"},
    {"duplicate-step-id", kError, "two steps of a job have one id"},
    {"empty-file", kError, "the workflow is empty"},
    {"empty-value", kWarning, "nothing stands where a value belongs"},
    {"env-name", kError, "the name of an environment variable is invalid"},
    {"exclusive-filters", kError, "a filter and its `-ignore` form stand together"},
    {"exclusive-keys", kError, "two keys stand together that cannot"},
    {"expression", kError, "an expression cannot be parsed, or names what its place does not have"},
    {"failure-not-seen", kWarning, "`continue-on-error` makes a condition on failure never true"},
    {"filter-without-match", kError, "a filter can never match"},
    {"gate-cannot-fail", kWarning, "the verdict of a gate is ignored"},
    {"gate-without-baseline", kWarning,
     "a gate compares with nothing, or passes without a baseline"},
    {"glob", kError, "a filter pattern is malformed"},
    {"gpu-without-timeout", kWarning, "a job on a GPU has no time limit"},
    {"hardcoded-credentials", kWarning, "a password stands in the file"},
    {"hash-before-checkout", kWarning, "`hashFiles` is called before anything is checked out"},
    {"hidden-pipe-failure", kWarning, "the shell has no pipefail, so a failure in a pipe is lost",
     Mending::Automatic},
    {"hollow-check", kWarning, "a canary, monitor or smoke step looks at nothing"},
    {"ignored-pre", kWarning, "an action of the repository has a `pre` that never runs"},
    {"ignored-test-failure", kWarning, "`|| true` behind tests makes failures look passed"},
    {"input-default", kError, "the default of an input does not fit its type"},
    {"input-options", kError, "the options of an input do not fit its type"},
    {"invalid-id", kError, "an id of a job or step has characters that are not allowed"},
    {"invalid-uses", kError, "`uses` does not name an action"},
    {"literal-metric", kWarning, "a metric is a constant in the script that should measure it"},
    {"matrix", kError, "a matrix has no leg, too many legs, or excludes what is not in it"},
    {"matrix-duplicate", kWarning, "a value stands twice in a row of a matrix"},
    {"matrix-exclude", kWarning, "`exclude` matches no value of the matrix"},
    {"matrix-output", kWarning, "the legs of a matrix overwrite each other's outputs"},
    {"misplaced-key", kError, "a key belongs to another kind of job"},
    {"missing-action", kWarning, "an action of the repository is not there"},
    {"missing-input", kWarning, "an action needs an input that it is not given"},
    {"missing-key", kError, "a key that must be there is missing"},
    {"needs-cycle", kError, "jobs need each other in a circle"},
    {"needs-not-listed", kWarning, "`needs.X` is read but X is not in `needs`"},
    {"never-runs", kWarning, "a condition is false for every event of `on`"},
    {"not-an-object", kWarning, "a value without properties is asked for one"},
    {"not-enforced", kNote, "a key is recorded and has no effect here"},
    {"not-in-background", kError, "a step is waited for that does not run in the background"},
    {"outdated-action", kWarning, "an action needs a Node.js that runners no longer have"},
    {"parallel-step", kError, "`parallel` holds a step that cannot be in it"},
    {"permission", kError, "there is no such permission, or not at this level"},
    {"run-and-uses", kError, "a step has both `run` and `uses`"},
    {"runner-conflict", kWarning, "no machine has all the labels"},
    {"secret-in-output", kWarning, "a job output holds a secret, so it is dropped"},
    {"senseless-comparison", kWarning, "a comparison always has the same result"},
    {"skipped-by-ancestor", kWarning, "a job is skipped because of a skipped job far before it"},
    {"step-too-early", kWarning, "`steps.X` is read before X has run"},
    {"timezone", kError, "there is no such time zone"},
    {"unapproved-model", kWarning, "the newest model is taken, approved or not"},
    {"unavailable-filter", kWarning, "an event cannot be filtered in this way"},
    {"unavailable-runner", kNote, "the runner cannot be had on this kind of host"},
    {"uncancellable-job", kWarning, "`always()` keeps a job running in a cancelled run"},
    {"undefined-output", kWarning, "an output is read that the job does not have"},
    {"undefined-property", kWarning, "an object is asked for a property that it cannot have"},
    {"undefined-step", kWarning, "`steps.X` is read but no step has the id X"},
    {"unknown-activity-type", kError, "an event has no such activity type"},
    {"unknown-event", kError, "there is no such event"},
    {"unknown-input", kWarning, "an action has no such input"},
    {"unknown-input-type", kError, "an input has an unknown type"},
    {"unknown-key", kError, "a key does not exist at its place"},
    {"unknown-needs", kError, "`needs` names a job that does not exist"},
    {"unknown-runner", kWarning, "GitHub has no runner with this label"},
    {"unknown-shell", kError, "the shell does not exist on the system of the job"},
    {"unquoted-version", kWarning, "YAML reads a version such as 3.10 as a number",
     Mending::Automatic},
    {"unsupported-action", kError, "the action cannot be run here"},
    {"unsupported-call", kError, "the called workflow cannot be run here"},
    {"unsupported-key", kError, "a key that changes what runs is not supported"},
    {"untrusted-input", kWarning, "a stranger can write part of a script"},
    {"unusable-action", kError, "an action of the repository cannot be run by any runner"},
    {"unusable-call", kError, "a workflow that cannot be used is called"},
    {"unused-allow", kWarning, "a comment allows what is not found there"},
    {"unused-anchor", kWarning, "an anchor is never used"},
    {"wrong-argument", kWarning, "an argument or an index has the wrong type"},
    {"wrong-expression-type", kWarning, "an expression has a type that its place cannot take"},
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
