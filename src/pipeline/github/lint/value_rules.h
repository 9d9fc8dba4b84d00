// Checks of values whose place the schema has settled already, over the file's YAML: what events,
// permissions, runners, shells, … exist. One function per subject, rule ids beside it. A part of
// the file that is not shaped as it must be is passed over: check_syntax speaks of it. Pure.
#pragma once

#include <functional>
#include <string_view>

#include "base/yaml.h"
#include "pipeline/github/lint/mistakes.h"

namespace sluice::pipeline::github {

// unknown-event, unknown-activity-type, exclusive-filters, unavailable-filter,
// filter-without-match, missing-workflows
void check_webhooks(const YamlNode& root, Mistakes& out);
void check_schedules(const YamlNode& root, Mistakes& out);      // cron, timezone
void check_event_inputs(const YamlNode& root, Mistakes& out);   // input-options, input-default
void check_globs(const YamlNode& root, Mistakes& out);          // glob
void check_permissions(const YamlNode& root, Mistakes& out);    // permission
void check_ids(const YamlNode& root, Mistakes& out);            // invalid-id, duplicate-step-id
void check_needs(const YamlNode& root, Mistakes& out);          // duplicate-needs
void check_matrices(const YamlNode& root, Mistakes& out);       // matrix, matrix-duplicate, …
void check_runner_labels(const YamlNode& root, Mistakes& out);  // unknown-runner, runner-conflict
void check_shells(const YamlNode& root, Mistakes& out);         // unknown-shell
void check_env_names(const YamlNode& root, Mistakes& out);      // env-name
void check_credentials(const YamlNode& root, Mistakes& out);    // hardcoded-credentials
void check_commands(const YamlNode& root, Mistakes& out);       // deprecated-command
void check_conditions(const YamlNode& root, Mistakes& out);     // constant-if, always-true-if

using VisitNode = std::function<void(const YamlNode& key, const YamlNode& value)>;
// Jobs and services that are mappings; steps likewise, without a key (and those of `parallel`).
void for_each_job(const YamlNode& root, const VisitNode& visit);
void for_each_step(const YamlNode& job, const std::function<void(const YamlNode&)>& visit);
void for_each_service(const YamlNode& job, const VisitNode& visit);
// The entry of `on` as (name, settings); settings are Null where there are none.
void for_each_event(const YamlNode& root, const VisitNode& visit);
// A scalar, or the scalars of a sequence.
void for_each_text(const YamlNode* node, const std::function<void(const YamlNode&)>& visit);

}  // namespace sluice::pipeline::github
