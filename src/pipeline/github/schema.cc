#include "pipeline/github/schema.h"

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr KeyUse kHonoured = KeyUse::Honoured;
constexpr std::string_view kPush = "branches branches-ignore tags tags-ignore paths paths-ignore";
constexpr std::string_view kPull = "types branches branches-ignore paths paths-ignore";

constexpr EventRule kEvents[] = {
    {"push", kPush, "", kHonoured, ""},
    {"pull_request", kPull,
     "assigned unassigned labeled unlabeled opened edited closed reopened synchronize "
     "converted_to_draft ready_for_review locked unlocked milestoned demilestoned "
     "review_requested review_request_removed auto_merge_enabled auto_merge_disabled enqueued "
     "dequeued stacked",
     kHonoured, ""},
    {"workflow_dispatch", "inputs", "", kHonoured, ""},
    {"pull_request_target", kPull,
     "assigned unassigned labeled unlabeled opened edited closed reopened synchronize "
     "converted_to_draft ready_for_review locked unlocked milestoned demilestoned "
     "review_requested review_request_removed auto_merge_enabled auto_merge_disabled enqueued "
     "dequeued stacked"},
    {"schedule", "", "", KeyUse::Approximated,
     "its times are checked; `sluice run --event schedule` starts it, no clock does"},
    {"workflow_call", "inputs outputs secrets", "", kHonoured, ""},
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

std::span<const EventRule> event_rules() {
  return kEvents;
}

const EventRule* find_event_rule(std::string_view name) {
  for (const EventRule& rule : kEvents)
    if (rule.name == name) return &rule;
  return nullptr;
}

bool has_word(std::string_view list, std::string_view word) {
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(' ', begin), list.size());
    if (list.substr(begin, end - begin) == word) return true;
    begin = end + 1;
  }
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

}  // namespace sluice::pipeline::github
