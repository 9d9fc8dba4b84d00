#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> result;
  for (const std::string_view word : split(list, ' '))
    if (!word.empty()) result.emplace_back(word);
  return result;
}

const EventRule* check_event(Reading& reading, const YamlNode& name) {
  if (!name.is_scalar()) {
    reading.error(name.position, "wrong-type", "the name of an event must be a text");
    return nullptr;
  }
  const EventRule* rule = find_event_rule(name.text);
  if (rule != nullptr) return rule;
  std::vector<std::string> known;
  for (const EventRule& candidate : event_rules()) known.emplace_back(candidate.name);
  reading.error(name.position, "unknown-event",
                cat("unknown event '", name.text, "'", did_you_mean(name.text, known)));
  return nullptr;
}

void check_types(Reading& reading, const EventRule& rule, const std::vector<Reference>& types) {
  if (rule.types == "*") return;
  for (const Reference& type : types)
    if (!has_word(rule.types, type.name))
      reading.error(type.position, "unknown-activity-type",
                    cat("'", type.name, "' is no activity type of '", rule.name, "'",
                        did_you_mean(type.name, words(rule.types))));
}

Filter read_filter(Reading& reading, const YamlNode& config, std::string_view key) {
  Filter filter;
  const YamlNode* node = config.find(key);
  if (node == nullptr || node->kind == YamlKind::Null) return filter;
  filter.position = node->position;
  filter.patterns = reading.names(*node, cat("a pattern of '", key, "'"));
  const bool positive =
      std::any_of(filter.patterns.begin(), filter.patterns.end(),
                  [](const Reference& pattern) { return !pattern.name.starts_with('!'); });
  if (!filter.patterns.empty() && !positive)
    reading.error(filter.position, "filter-without-match",
                  cat("'", key,
                      "' has only patterns that begin with '!', so it matches nothing; "
                      "add a positive one or use '",
                      key, "-ignore'"));
  return filter;
}

InputType read_input_type(Reading& reading, const YamlNode& definition) {
  static constexpr std::pair<std::string_view, InputType> kTypes[] = {
      {"string", InputType::Text},
      {"boolean", InputType::Boolean},
      {"number", InputType::Number},
      {"choice", InputType::Choice},
      {"environment", InputType::Environment},
  };
  const YamlNode* type = definition.find("type");
  if (type == nullptr) return InputType::Text;
  std::vector<std::string> known;
  for (const auto& [name, value] : kTypes) {
    if (name == type->text) return value;
    known.emplace_back(name);
  }
  reading.error(type->position, "unknown-input-type",
                cat("unknown type '", type->text,
                    "' of an input; one of string, boolean, number, "
                    "choice, environment",
                    did_you_mean(type->text, known)));
  return InputType::Text;
}

void check_default(Reading& reading, const DispatchInput& input, const YamlNode& node) {
  if (!input.default_value) return;
  const std::string& value = *input.default_value;
  const bool bad_boolean = input.type == InputType::Boolean && value != "true" && value != "false";
  const bool bad_number = input.type == InputType::Number && node.kind != YamlKind::Number;
  const bool bad_choice =
      input.type == InputType::Choice &&
      std::find(input.options.begin(), input.options.end(), value) == input.options.end();
  if (bad_boolean || bad_number)
    reading.error(node.position, "wrong-type",
                  cat("the default '", value, "' of input '", input.name, "' is no ",
                      bad_boolean ? "boolean" : "number"));
  if (bad_choice)
    reading.error(node.position, "wrong-type",
                  cat("the default '", value, "' of input '", input.name,
                      "' is not among its options", did_you_mean(value, input.options)));
}

DispatchInput read_input(Reading& reading, const YamlNode& key, const YamlNode& definition) {
  DispatchInput input;
  input.name = key.text;
  input.position = key.position;
  if (definition.kind == YamlKind::Null) return input;
  if (!reading.is_mapping(definition, cat("input '", key.text, "'"))) return input;
  reading.check_keys(definition, dispatch_input_keys(), "an input", UnknownKeys::Ignored);
  input.type = read_input_type(reading, definition);
  if (const YamlNode* required = definition.find("required")) {
    input.required = required->kind == YamlKind::Boolean && required->boolean;
    if (required->kind != YamlKind::Boolean)
      reading.error(required->position, "wrong-type", "'required' must be true or false");
  }
  if (const YamlNode* options = definition.find("options"))
    for (Reference& option : reading.names(*options, "an option"))
      input.options.push_back(std::move(option.name));
  if (input.type == InputType::Choice && input.options.empty())
    reading.error(key.position, "missing-key",
                  cat("input '", input.name, "' is a choice and needs 'options'"));
  const YamlNode* value = definition.find("default");
  if (value == nullptr || value->kind == YamlKind::Null) return input;
  if (!value->is_scalar()) {
    reading.error(value->position, "wrong-type", "'default' must be a single value");
    return input;
  }
  input.default_value = reading.token(*value, {}).literal_text();
  check_default(reading, input, *value);
  return input;
}

bool decides_runs(const EventRule& rule) {
  return rule.name == "push" || rule.name.starts_with("pull_request");
}

// GitHub ignores keys that it does not know here. Under an event that is filtered this means that
// more runs than was meant; elsewhere it changes nothing.
void check_filter_keys(Reading& reading, const EventRule& rule, const YamlNode& config) {
  for (const auto& [key, value] : config.members)
    if (!has_word(rule.filters, key.text) || key.text.empty())
      reading.report(decides_runs(rule) ? Severity::Error : Severity::Warning, key.position,
                     "unknown-key",
                     cat("unexpected key '", key.text, "' in '", rule.name, "'",
                         did_you_mean(key.text, words(rule.filters))));
}

void read_inputs(Reading& reading, const YamlNode& config, Trigger& trigger) {
  check_filter_keys(reading, *find_event_rule("workflow_dispatch"), config);
  const YamlNode* inputs = config.find("inputs");
  if (inputs == nullptr || inputs->kind == YamlKind::Null) return;
  if (!reading.is_mapping(*inputs, "'inputs'")) return;
  for (const auto& [key, definition] : inputs->members)
    trigger.inputs.push_back(read_input(reading, key, definition));
}

void read_filters(Reading& reading, const EventRule& rule, const YamlNode& config,
                  Trigger& trigger) {
  check_filter_keys(reading, rule, config);
  if (const YamlNode* types = config.find("types"); types && types->kind != YamlKind::Null) {
    trigger.types = reading.names(*types, "an activity type");
    check_types(reading, rule, trigger.types);
  }
  trigger.branches = read_filter(reading, config, "branches");
  trigger.branches_ignore = read_filter(reading, config, "branches-ignore");
  trigger.tags = read_filter(reading, config, "tags");
  trigger.tags_ignore = read_filter(reading, config, "tags-ignore");
  trigger.paths = read_filter(reading, config, "paths");
  trigger.paths_ignore = read_filter(reading, config, "paths-ignore");
  trigger.names = read_filter(reading, config, "names");
  trigger.versions = read_filter(reading, config, "versions");
}

Reference scalar_at(Reading& reading, const YamlNode& mapping, std::string_view key) {
  const YamlNode* node = mapping.find(key);
  if (node == nullptr) return {};
  if (!node->is_scalar() || node->kind == YamlKind::Null) {
    reading.error(node->position, "wrong-type", cat("'", key, "' must be a text"));
    return {};
  }
  return {node->text, node->position};
}

void read_schedule(Reading& reading, const YamlNode& config, Trigger& trigger) {
  if (!config.is_sequence()) {
    reading.error(config.position, "wrong-type", "'schedule' must be a sequence of 'cron' entries");
    return;
  }
  for (const YamlNode& item : config.items) {
    if (!reading.is_mapping(item, "an entry of 'schedule'")) continue;
    reading.check_keys(item, schedule_keys(), "an entry of 'schedule'");
    Schedule schedule;
    schedule.cron = scalar_at(reading, item, "cron");
    schedule.timezone = scalar_at(reading, item, "timezone");
    if (!schedule.cron.name.empty()) trigger.schedules.push_back(std::move(schedule));
  }
}

bool read_required(Reading& reading, const YamlNode& definition) {
  const YamlNode* required = definition.find("required");
  if (required == nullptr) return false;
  if (required->kind != YamlKind::Boolean)
    reading.error(required->position, "wrong-type", "'required' must be true or false");
  return required->kind == YamlKind::Boolean && required->boolean;
}

// The mapping under a key of 'workflow_call'; null without one.
const YamlNode* definitions(Reading& reading, const YamlNode& config, std::string_view key) {
  const YamlNode* node = config.find(key);
  if (node == nullptr || node->kind == YamlKind::Null) return nullptr;
  return reading.is_mapping(*node, cat("'", key, "' of 'workflow_call'")) ? node : nullptr;
}

InputType read_call_type(Reading& reading, const YamlNode& definition) {
  const YamlNode* type = definition.find("type");
  if (type == nullptr) return InputType::Text;
  if (type->text == "boolean") return InputType::Boolean;
  if (type->text == "number") return InputType::Number;
  if (type->text != "string")
    reading.error(type->position, "unknown-input-type",
                  cat("unknown type '", type->text, "' of an input; one of string, boolean, number",
                      did_you_mean(type->text, words("string boolean number"))));
  return InputType::Text;
}

CallInput read_call_input(Reading& reading, const YamlNode& key, const YamlNode& definition) {
  CallInput input;
  input.name = key.text;
  input.position = key.position;
  if (!reading.is_mapping(definition, cat("input '", key.text, "'"))) return input;
  reading.check_keys(definition, call_input_keys(), "an input of 'workflow_call'");
  input.type = read_call_type(reading, definition);
  input.required = read_required(reading, definition);
  input.default_value =
      reading.token_at(definition, "default", Shape::Scalar, reading.scopes().call_input_default);
  if (const auto wrong = wrong_input_value(input.type, input.default_value))
    reading.error(input.default_value.position, "wrong-type",
                  cat("the default of input '", input.name, "' must be ", *wrong));
  return input;
}

CallSecret read_call_secret(Reading& reading, const YamlNode& key, const YamlNode& definition) {
  CallSecret secret{key.text, key.position, false};
  if (definition.kind == YamlKind::Null) return secret;
  if (!reading.is_mapping(definition, cat("secret '", key.text, "'"))) return secret;
  reading.check_keys(definition, call_secret_keys(), "a secret of 'workflow_call'");
  secret.required = read_required(reading, definition);
  return secret;
}

CallOutput read_call_output(Reading& reading, const YamlNode& key, const YamlNode& definition) {
  CallOutput output;
  output.name = key.text;
  output.position = key.position;
  if (!reading.is_mapping(definition, cat("output '", key.text, "'"))) return output;
  reading.check_keys(definition, call_output_keys(), "an output of 'workflow_call'");
  output.value = reading.token_at(definition, "value", Shape::Scalar, reading.scopes().call_output);
  return output;
}

// As it stands, without reporting its mistakes a second time.
Token written(const YamlNode& node, const ExpressionScope& scope) {
  Reading silent({}, {});
  return silent.token(node, scope);
}

void read_call(Reading& reading, const YamlNode& config, CallInterface& call) {
  const Scopes& scopes = reading.scopes();
  if (const YamlNode* inputs = definitions(reading, config, "inputs")) {
    call.written_inputs = written(*inputs, scopes.call_input_default);
    for (const auto& [key, definition] : inputs->members)
      call.inputs.push_back(read_call_input(reading, key, definition));
  }
  if (const YamlNode* secrets = definitions(reading, config, "secrets")) {
    call.written_secrets = written(*secrets, ExpressionScope{});
    for (const auto& [key, definition] : secrets->members)
      call.secrets.push_back(read_call_secret(reading, key, definition));
  }
  if (const YamlNode* outputs = definitions(reading, config, "outputs")) {
    call.written_outputs = written(*outputs, scopes.call_output);
    for (const auto& [key, definition] : outputs->members)
      call.outputs.push_back(read_call_output(reading, key, definition));
  }
}

void read_workflow_run(Reading& reading, const YamlNode& config, Trigger& trigger) {
  const YamlNode* workflows = config.find("workflows");
  if (workflows == nullptr) {
    reading.error(trigger.position, "missing-key",
                  "'workflow_run' needs 'workflows': the names of those whose runs start it");
    return;
  }
  trigger.workflows.position = workflows->position;
  if (workflows->kind != YamlKind::Null)
    trigger.workflows.patterns = reading.names(*workflows, "an entry of 'workflows'");
}

Trigger read_trigger(Reading& reading, const YamlNode& name, const YamlNode* config) {
  Trigger trigger;
  trigger.event = name.text;
  trigger.position = name.position;
  const EventRule* rule = check_event(reading, name);
  if (rule != nullptr)
    reading.note_use(name.position, cat("'", name.text, "' in 'on'"), rule->use, rule->remark);
  if (rule == nullptr || config == nullptr || config->kind == YamlKind::Null) return trigger;
  if (rule->name == "schedule") {
    read_schedule(reading, *config, trigger);
  } else if (!config->is_mapping()) {
    reading.error(config->position, "wrong-type", cat("'", name.text, "' must be a mapping"));
  } else if (rule->name == "workflow_dispatch") {
    read_inputs(reading, *config, trigger);
  } else if (rule->name == "workflow_call") {
    check_filter_keys(reading, *rule, *config);
    read_call(reading, *config, trigger.call);
  } else {
    read_filters(reading, *rule, *config, trigger);
    if (rule->name == "workflow_run") read_workflow_run(reading, *config, trigger);
  }
  return trigger;
}

}  // namespace

std::vector<Trigger> read_triggers(Reading& reading, const YamlNode& node) {
  std::vector<Trigger> triggers;
  if (node.is_mapping()) {
    for (const auto& [key, config] : node.members)
      triggers.push_back(read_trigger(reading, key, &config));
  } else if (node.is_sequence()) {
    for (const YamlNode& item : node.items)
      triggers.push_back(read_trigger(reading, item, nullptr));
  } else if (node.kind != YamlKind::Null) {
    triggers.push_back(read_trigger(reading, node, nullptr));
  }
  if (triggers.empty())
    reading.error(node.position, "missing-key", "'on' names no event that starts the workflow");
  return triggers;
}

}  // namespace sluice::pipeline::github
