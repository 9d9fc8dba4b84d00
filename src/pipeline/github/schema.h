// Which keys a workflow file may have, what becomes of each here, and which contexts and functions
// its expressions may use (GitHub's workflow-v1.0.json). Tables only. Pure.
#pragma once

#include <span>
#include <string_view>

#include "pipeline/expression/expression.h"

namespace sluice::pipeline::github {

enum class KeyUse {
  Honoured,
  Informs,      // recorded, no effect here: listed in Plan::not_enforced
  Unsupported,  // would change what runs: its job is planned, and refused when it would run
  Silent,       // description and the like: nothing to say
};

struct KeyRule {
  std::string_view name;
  KeyUse use = KeyUse::Honoured;
  std::string_view remark = {};  // what is not done, for Informs and Unsupported
};

std::span<const KeyRule> workflow_keys();
std::span<const KeyRule> job_keys();
std::span<const KeyRule> call_job_keys();  // of a job that calls a workflow
std::span<const KeyRule> step_keys();
std::span<const KeyRule> action_step_keys();  // of a step inside of a composite action
std::span<const KeyRule> strategy_keys();
std::span<const KeyRule> defaults_keys();
std::span<const KeyRule> run_defaults_keys();
std::span<const KeyRule> dispatch_input_keys();
std::span<const KeyRule> call_keys();
std::span<const KeyRule> call_input_keys();
std::span<const KeyRule> call_secret_keys();
std::span<const KeyRule> call_output_keys();
std::span<const KeyRule> container_keys();
std::span<const KeyRule> service_keys();
std::span<const KeyRule> credentials_keys();
std::span<const KeyRule> snapshot_keys();
std::span<const KeyRule> concurrency_keys();
std::span<const KeyRule> environment_keys();
std::span<const KeyRule> runs_on_keys();
std::span<const KeyRule> schedule_keys();

// An event and what may be written under it in `on`.
struct EventRule {
  std::string_view name;
  std::string_view filters;  // names of filter keys, separated by spaces
  std::string_view types;    // activity types, separated by spaces; "*" any, empty none
};
std::span<const EventRule> event_rules();
const EventRule* find_event_rule(std::string_view name);
// Whether `word` is one of the words in a list separated by spaces.
bool has_word(std::string_view list, std::string_view word);

// What expressions may name, by place.
struct Scopes {
  ExpressionScope run_name;
  ExpressionScope workflow_env;
  ExpressionScope workflow_concurrency;
  ExpressionScope job_if;
  ExpressionScope strategy;
  ExpressionScope job;  // name, runs-on, concurrency, environment, timeouts, …
  ExpressionScope job_env;
  ExpressionScope job_defaults;
  ExpressionScope outputs;
  ExpressionScope environment_url;
  ExpressionScope call_input_default;
  ExpressionScope call_output;
  ExpressionScope call_secrets;
  ExpressionScope container_env;
  ExpressionScope container_credentials;
  ExpressionScope snapshot_if;
  ExpressionScope step_if;
  ExpressionScope step;
  ExpressionScope action_step_if;  // inside of a composite action
  ExpressionScope action_step;
  ExpressionScope action_output;
  ExpressionScope action_default;  // of an input
  ExpressionScope action_post_if;
};
Scopes make_scopes();

// The inputs of a built-in action.
struct ActionRule {
  std::string_view name;          // "actions/checkout"
  std::string_view inputs;        // separated by spaces
  std::string_view required;      // likewise
  std::string_view post_if = {};  // of its post step; empty: it has none
};
std::span<const ActionRule> built_in_actions();
const ActionRule* find_built_in_action(std::string_view name);  // without case

}  // namespace sluice::pipeline::github
