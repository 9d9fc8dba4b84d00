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
  for (const auto& [name, value] : definition.members)
    if (const auto known = key_names(dispatch_input_keys());
        std::find(known.begin(), known.end(), name.text) == known.end())
      reading.warning(
          name.position, "unknown-key",
          cat("unexpected key '", name.text, "' in an input", did_you_mean(name.text, known)));
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
}

void read_schedule(Reading& reading, const YamlNode& config) {
  if (!config.is_sequence()) {
    reading.error(config.position, "wrong-type", "'schedule' must be a sequence of 'cron' entries");
    return;
  }
  for (const YamlNode& item : config.items)
    if (reading.is_mapping(item, "an entry of 'schedule'"))
      reading.check_keys(item, schedule_keys(), "an entry of 'schedule'");
}

// Such a workflow is called by another one, which is not supported yet; its file must be right
// all the same.
void check_call_input(Reading& reading, const YamlNode& definition) {
  static constexpr KeyRule kKeys[] = {{"description"}, {"required"}, {"default"}, {"type"}};
  if (!reading.is_mapping(definition, "an input")) return;
  reading.check_keys(definition, kKeys, "an input of 'workflow_call'");
  const YamlNode* type = definition.find("type");
  if (type != nullptr && (!has_word("string boolean number", type->text) || type->text.empty()))
    reading.error(
        type->position, "unknown-input-type",
        cat("unknown type '", type->text, "' of an input; one of string, boolean, number"));
}

void check_call(Reading& reading, const EventRule& rule, const YamlNode& config) {
  check_filter_keys(reading, rule, config);
  const YamlNode* inputs = config.find("inputs");
  if (inputs == nullptr || !inputs->is_mapping()) return;
  for (const auto& [key, definition] : inputs->members) check_call_input(reading, definition);
}

Trigger read_trigger(Reading& reading, const YamlNode& name, const YamlNode* config) {
  Trigger trigger;
  trigger.event = name.text;
  trigger.position = name.position;
  const EventRule* rule = check_event(reading, name);
  if (rule == nullptr || config == nullptr || config->kind == YamlKind::Null) return trigger;
  if (rule->name == "schedule") {
    read_schedule(reading, *config);
  } else if (!config->is_mapping()) {
    reading.error(config->position, "wrong-type", cat("'", name.text, "' must be a mapping"));
  } else if (rule->name == "workflow_dispatch") {
    read_inputs(reading, *config, trigger);
  } else if (rule->name == "workflow_call") {
    check_call(reading, *rule, *config);
  } else if (rule->name != "image_version") {
    read_filters(reading, *rule, *config, trigger);
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
