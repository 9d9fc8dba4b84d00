#include "pipeline/github/schema.h"

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr KeyUse kInforms = KeyUse::Informs;
constexpr KeyUse kUnsupported = KeyUse::Unsupported;
constexpr KeyUse kSilent = KeyUse::Silent;

constexpr std::string_view kPermissions = "the job's token is not restricted";
constexpr std::string_view kEnvironment = "its protection rules and secrets are not applied";

constexpr KeyRule kWorkflow[] = {
    {"name"},
    {"run-name"},
    {"on"},
    {"env"},
    {"defaults"},
    {"jobs"},
    {"description", kSilent},
    {"permissions", kInforms, kPermissions},
    {"concurrency"},
};

constexpr KeyRule kJob[] = {
    {"name"},
    {"needs"},
    {"if"},
    {"runs-on"},
    {"strategy"},
    {"env"},
    {"defaults"},
    {"outputs"},
    {"timeout-minutes"},
    {"cancel-timeout-minutes"},
    {"continue-on-error"},
    {"steps"},
    {"permissions", kInforms, kPermissions},
    {"concurrency"},
    {"environment", kInforms, kEnvironment},
    {"container", kUnsupported, "jobs run on the host only"},
    {"services", kUnsupported, "service containers cannot be started"},
    {"snapshot", kUnsupported, "images of runners cannot be made"},
};

constexpr KeyRule kCallJob[] = {
    {"name"},        {"needs"}, {"if"},      {"strategy"},
    {"uses"},        {"with"},  {"secrets"}, {"permissions", kInforms, kPermissions},
    {"concurrency"},
};

constexpr KeyRule kStep[] = {
    {"id"},
    {"name"},
    {"if"},
    {"run"},
    {"uses"},
    {"with"},
    {"env"},
    {"shell"},
    {"working-directory"},
    {"continue-on-error"},
    {"timeout-minutes"},
    {"background"},
    {"parallel"},
    {"wait"},
    {"wait-all"},
    {"cancel"},
};

constexpr KeyRule kActionStep[] = {
    {"id"},
    {"name"},
    {"if"},
    {"run"},
    {"uses"},
    {"with"},
    {"env"},
    {"shell"},
    {"working-directory"},
    {"continue-on-error"},
};

constexpr KeyRule kStrategy[] = {{"matrix"}, {"fail-fast"}, {"max-parallel"}};
constexpr KeyRule kDefaults[] = {{"run"}};
constexpr KeyRule kRunDefaults[] = {{"shell"}, {"working-directory"}};
constexpr KeyRule kDispatchInput[] = {{"description", kSilent},
                                      {"deprecationMessage", kSilent},
                                      {"required"},
                                      {"default"},
                                      {"type"},
                                      {"options"}};
constexpr KeyRule kCall[] = {{"inputs"}, {"secrets"}, {"outputs"}};
constexpr KeyRule kCallInput[] = {{"description", kSilent}, {"required"}, {"default"}, {"type"}};
constexpr KeyRule kCallSecret[] = {{"description", kSilent}, {"required"}};
constexpr KeyRule kCallOutput[] = {{"description", kSilent}, {"value"}};
constexpr KeyRule kContainer[] = {{"image"}, {"env"},     {"credentials"},
                                  {"ports"}, {"volumes"}, {"options"}};
constexpr KeyRule kService[] = {{"image"},   {"env"},     {"credentials"}, {"ports"},
                                {"volumes"}, {"options"}, {"entrypoint"},  {"command"}};
constexpr KeyRule kCredentials[] = {{"username"}, {"password"}};
constexpr KeyRule kSnapshot[] = {{"image-name"}, {"if"}, {"version"}};
constexpr KeyRule kConcurrencyKeys[] = {{"group"}, {"cancel-in-progress"}, {"queue"}};
constexpr KeyRule kEnvironmentKeys[] = {
    {"name", kSilent}, {"url", kSilent}, {"deployment", kSilent}};
constexpr KeyRule kRunsOn[] = {{"group", kSilent}, {"labels"}};
constexpr KeyRule kSchedule[] = {{"cron", kSilent}, {"timezone", kSilent}};

constexpr std::string_view kPush = "branches branches-ignore tags tags-ignore paths paths-ignore";
constexpr std::string_view kPull = "types branches branches-ignore paths paths-ignore";

constexpr EventRule kEvents[] = {
    {"push", kPush, ""},
    {"pull_request", kPull,
     "assigned unassigned labeled unlabeled opened edited closed reopened synchronize "
     "converted_to_draft ready_for_review locked unlocked milestoned demilestoned "
     "review_requested review_request_removed auto_merge_enabled auto_merge_disabled enqueued "
     "dequeued stacked"},
    {"workflow_dispatch", "inputs", ""},
    {"pull_request_target", kPull,
     "assigned unassigned labeled unlabeled opened edited closed reopened synchronize "
     "converted_to_draft ready_for_review locked unlocked milestoned demilestoned "
     "review_requested review_request_removed auto_merge_enabled auto_merge_disabled enqueued "
     "dequeued stacked"},
    {"schedule", "", ""},
    {"workflow_call", "inputs outputs secrets", ""},
    {"workflow_run", "types workflows branches branches-ignore", "completed requested in_progress"},
    {"repository_dispatch", "types", "*"},
    {"branch_protection_rule", "types", "created edited deleted"},
    {"check_run", "types", "created rerequested completed requested_action"},
    {"check_suite", "types", "completed requested rerequested"},
    {"create", "", ""},
    {"delete", "", ""},
    {"deployment", "", ""},
    {"deployment_status", "", ""},
    {"discussion", "types",
     "created edited deleted transferred pinned unpinned labeled unlabeled locked unlocked "
     "category_changed answered unanswered"},
    {"discussion_comment", "types", "created edited deleted"},
    {"fork", "", ""},
    {"gollum", "", ""},
    {"image_version", "types names versions", "*"},
    {"issue_comment", "types", "created edited deleted"},
    {"issues", "types",
     "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned "
     "labeled unlabeled locked unlocked milestoned demilestoned typed untyped field_added "
     "field_removed"},
    {"label", "types", "created edited deleted"},
    {"member", "types", "added edited deleted removed"},
    {"merge_group", "types branches branches-ignore", "checks_requested"},
    {"milestone", "types", "created closed opened edited deleted"},
    {"page_build", "", ""},
    {"project", "types", "created updated closed reopened edited deleted"},
    {"project_card", "types", "created moved converted edited deleted"},
    {"project_column", "types", "created updated moved deleted"},
    {"public", "", ""},
    {"pull_request_comment", "types", "created edited deleted"},
    {"pull_request_review", "types", "submitted edited dismissed"},
    {"pull_request_review_comment", "types", "created edited deleted"},
    {"registry_package", "types", "published updated"},
    {"release", "types", "published unpublished created edited deleted prereleased released"},
    {"status", "", ""},
    {"watch", "types", "started"},
};

constexpr ActionRule kActions[] = {
    {"actions/cache",
     "path key restore-keys upload-chunk-size enableCrossOsArchive fail-on-cache-miss lookup-only "
     "save-always",
     "path key", "success()"},
    {"actions/cache/restore",
     "path key restore-keys enableCrossOsArchive fail-on-cache-miss lookup-only", "path key"},
    {"actions/cache/save", "path key upload-chunk-size enableCrossOsArchive", "path key"},
    {"actions/checkout",
     "repository ref token ssh-key ssh-known-hosts ssh-strict ssh-user persist-credentials path "
     "clean filter sparse-checkout sparse-checkout-cone-mode fetch-depth fetch-tags show-progress "
     "lfs submodules set-safe-directory github-server-url allow-unsafe-pr-checkout",
     ""},
    {"actions/upload-artifact",
     "name path if-no-files-found retention-days compression-level overwrite include-hidden-files "
     "archive",
     "path"},
    {"actions/upload-artifact/merge",
     "name pattern separate-directories delete-merged retention-days compression-level overwrite "
     "include-hidden-files",
     ""},
    {"actions/download-artifact",
     "name artifact-ids path pattern merge-multiple github-token repository run-id "
     "skip-decompress digest-mismatch",
     ""},
    {"actions/setup-python",
     "python-version python-version-file cache architecture check-latest token "
     "cache-dependency-path update-environment allow-prereleases freethreaded pip-version "
     "pip-install",
     ""},
    {"actions/setup-node",
     "node-version node-version-file version architecture check-latest registry-url scope token "
     "cache package-manager-cache cache-dependency-path mirror mirror-token always-auth",
     ""},
};

ExpressionScope scope(std::string_view contexts) {
  ExpressionScope result;
  for (const std::string_view name : split(contexts, ' ')) result.contexts.emplace_back(name);
  return result;
}

ExpressionScope with_functions(ExpressionScope base, const std::vector<FunctionSpec>& functions) {
  base.functions.insert(base.functions.end(), functions.begin(), functions.end());
  return base;
}

}  // namespace

std::span<const KeyRule> workflow_keys() {
  return kWorkflow;
}
std::span<const KeyRule> job_keys() {
  return kJob;
}
std::span<const KeyRule> call_job_keys() {
  return kCallJob;
}
std::span<const KeyRule> step_keys() {
  return kStep;
}
std::span<const KeyRule> action_step_keys() {
  return kActionStep;
}
std::span<const KeyRule> strategy_keys() {
  return kStrategy;
}
std::span<const KeyRule> defaults_keys() {
  return kDefaults;
}
std::span<const KeyRule> run_defaults_keys() {
  return kRunDefaults;
}
std::span<const KeyRule> dispatch_input_keys() {
  return kDispatchInput;
}
std::span<const KeyRule> call_keys() {
  return kCall;
}
std::span<const KeyRule> call_input_keys() {
  return kCallInput;
}
std::span<const KeyRule> call_secret_keys() {
  return kCallSecret;
}
std::span<const KeyRule> call_output_keys() {
  return kCallOutput;
}
std::span<const KeyRule> container_keys() {
  return kContainer;
}
std::span<const KeyRule> service_keys() {
  return kService;
}
std::span<const KeyRule> credentials_keys() {
  return kCredentials;
}
std::span<const KeyRule> snapshot_keys() {
  return kSnapshot;
}
std::span<const KeyRule> concurrency_keys() {
  return kConcurrencyKeys;
}
std::span<const KeyRule> environment_keys() {
  return kEnvironmentKeys;
}
std::span<const KeyRule> runs_on_keys() {
  return kRunsOn;
}
std::span<const KeyRule> schedule_keys() {
  return kSchedule;
}

std::span<const EventRule> event_rules() {
  return kEvents;
}

const EventRule* find_event_rule(std::string_view name) {
  for (const EventRule& rule : kEvents)
    if (rule.name == name) return &rule;
  return nullptr;
}

bool has_word(std::string_view list, std::string_view word) {
  for (const std::string_view candidate : split(list, ' '))
    if (candidate == word) return true;
  return false;
}

Scopes make_scopes() {
  const ExpressionScope all =
      scope("github needs strategy matrix job runner env vars secrets steps inputs");
  Scopes scopes;
  scopes.run_name = scope("github inputs vars");
  scopes.workflow_env = scope("github secrets inputs vars");
  scopes.workflow_concurrency = scope("github inputs vars");
  scopes.job_if = with_functions(scope("github needs vars inputs"), job_status_functions());
  scopes.strategy = scope("github needs vars inputs");
  scopes.job = scope("github needs strategy matrix vars inputs");
  scopes.job_env = scope("github needs strategy matrix vars secrets inputs");
  scopes.job_defaults = scope("github needs strategy matrix env vars inputs");
  scopes.outputs = all;
  scopes.environment_url = scope("github needs strategy matrix job runner env vars steps inputs");
  scopes.call_input_default = scope("github inputs vars");
  scopes.call_output = scope("github jobs inputs vars");
  scopes.call_secrets = scope("github needs strategy matrix vars secrets inputs");
  scopes.container_env = scope("github needs strategy matrix job runner env vars secrets inputs");
  scopes.container_credentials = scope("github needs strategy matrix env vars secrets inputs");
  scopes.snapshot_if =
      with_functions(scope("github needs strategy matrix vars inputs"), step_status_functions());
  scopes.step_if = with_functions(
      with_functions(scope("github needs strategy matrix job runner env vars steps inputs"),
                     step_status_functions()),
      {hash_files_function()});
  scopes.step = with_functions(all, {hash_files_function()});
  const ExpressionScope inside = scope("github inputs strategy matrix steps job runner env");
  scopes.action_step = with_functions(inside, {hash_files_function()});
  scopes.action_step_if = with_functions(scopes.action_step, step_status_functions());
  scopes.action_output = inside;
  scopes.action_default =
      with_functions(scope("github strategy matrix job runner"), {hash_files_function()});
  scopes.action_post_if = with_functions(
      scope("github inputs strategy matrix job runner env steps"), step_status_functions());
  return scopes;
}

std::span<const ActionRule> built_in_actions() {
  return kActions;
}

const ActionRule* find_built_in_action(std::string_view name) {
  for (const ActionRule& rule : kActions)
    if (equal_ignoring_case(rule.name, name)) return &rule;
  return nullptr;
}

}  // namespace sluice::pipeline::github
