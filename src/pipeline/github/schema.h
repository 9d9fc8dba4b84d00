// Which keys a workflow file may have and what stands under them, what becomes of each here, and
// which contexts and functions its expressions may use (GitHub's workflow-v1.0.json). Tables only:
// the reader's notes, `sluice fidelity` and the JSON Schema all come from them. Pure.
#pragma once

#include <span>
#include <string_view>

#include "pipeline/expression/expression.h"

namespace sluice::pipeline::github {

enum class KeyUse {
  Honoured,
  Silent,        // description and the like: nothing to say
  Approximated,  // done in another way, or in part: noted
  Informs,       // recorded, no effect here: listed in Plan::not_enforced
  Unsupported,   // would change what runs: its job is planned, and refused when it would run
  Fails,         // of what is known when the step is reached: the step fails
};

// What becomes of something, and in which way.
struct Treatment {
  KeyUse use = KeyUse::Honoured;
  std::string_view remark = {};  // Approximated: how; the next ones: what is not done
};

struct ValueRule;

struct KeyRule {
  std::string_view name;
  const ValueRule* value;    // never null
  std::string_view summary;  // one line for who writes the key
  KeyUse use = KeyUse::Honoured;
  std::string_view remark = {};  // Approximated: how; the next ones: what is not done
};

enum class Scalar { None, Any, Boolean, Number, Words };
enum class Expressions { Evaluated, None };
enum class Null { Refused, Allowed };
enum class UnknownKeys { Refused, Ignored };
// Where the keys of a mapping stand, when not in the rule itself.
enum class Listed { Here, Events, Permissions };

// What may stand under a key: a scalar, a mapping, a sequence, each where its part below is filled.
struct ValueRule {
  std::string_view name = {};  // of its definition in the JSON Schema; empty: it has none
  Scalar scalar = Scalar::None;
  std::string_view words = {};                       // Scalar::Words: separated by spaces
  Expressions expressions = Expressions::Evaluated;  // whether one may stand for the value
  Null null = Null::Refused;
  std::span<const KeyRule> keys = {};     // of a mapping
  std::string_view required = {};         // of them, separated by spaces
  std::string_view required_one_of = {};  // likewise
  UnknownKeys unknown = UnknownKeys::Refused;
  Listed listed = Listed::Here;
  std::string_view free_key = {};     // of keys that are free: "job_id"
  const ValueRule* member = nullptr;  // what stands under those
  const ValueRule* item = nullptr;    // of a sequence
  std::string_view other_key = {};    // a mapping with this key …
  const ValueRule* other = nullptr;   // … follows that rule
};

// The value of a whole workflow, and of the file of an action.
const ValueRule& workflow_rule();
const ValueRule& action_rule();
const KeyRule* find_key_rule(std::span<const KeyRule> rules, std::string_view name);

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
// Of the file of an action.
std::span<const KeyRule> action_keys();
std::span<const KeyRule> action_input_keys();
std::span<const KeyRule> action_output_keys();
std::span<const KeyRule> composite_keys();  // `runs` of a composite action
std::span<const KeyRule> node_keys();       // `runs` of a JavaScript action

// An event and what may be written under it in `on`.
struct EventRule {
  std::string_view name;
  std::string_view filters;  // names of filter keys, separated by spaces
  std::string_view types;    // activity types, separated by spaces; "*" any, empty none
  KeyUse use = KeyUse::Informs;
  std::string_view remark = "nothing starts it here";
};
// What may be written under an event: a key of `on.<event>`.
std::span<const KeyRule> event_keys();
const KeyRule& event_key(const EventRule& event, std::string_view name);
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

// An input of a built-in action. One that Informs is said in the log of the step when it is given.
struct InputRule {
  std::string_view name;
  KeyUse use = KeyUse::Honoured;
  std::string_view remark = {};
  std::string_view harmless = {};  // a value with which it is honoured all the same
};

struct ActionRule {
  std::string_view name;  // "actions/checkout"
  std::span<const InputRule> inputs;
  std::string_view required;  // separated by spaces
  KeyUse use = KeyUse::Honoured;
  std::string_view remark = {};
  std::string_view post_if = {};  // of its post step; empty: it has none
};
std::span<const ActionRule> built_in_actions();
const ActionRule* find_built_in_action(std::string_view name);  // without case

}  // namespace sluice::pipeline::github
