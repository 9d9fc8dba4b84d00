#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/lint/syntax.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kDispatchTypes = "string number boolean choice environment";
constexpr std::string_view kCallTypes = "string number boolean";

void check_patterns(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (value.kind == YamlKind::Null) return;
  syntax.text_or_sequence(value, cat("'", key.text, "'"));
}

void check_type(Syntax& syntax, const YamlNode& value, std::string_view types) {
  if (!syntax.text(value, Empty::Refused) || has_word(types, value.text)) return;
  std::vector<std::string> known;
  for (const std::string_view type : split(types, ' ')) known.emplace_back(type);
  syntax.out().error(value.position, "unknown-input-type",
                     cat("unknown type '", value.text, "' of an input; one of ", join(known, ", "),
                         did_you_mean(value.text, known)));
}

void check_dispatch_type(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  check_type(syntax, value, kDispatchTypes);
}

void check_call_type(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  check_type(syntax, value, kCallTypes);
}

void check_options(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.text_sequence(value, "'options'");
}

constexpr Member kDispatchInput[] = {
    {"description", check_any_text}, {"required", check_boolean},
    {"default", check_any_text},     {"type", check_dispatch_type},
    {"options", check_options},      {"deprecationMessage", check_any_text},
};

void check_dispatch_input(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.section(value, "an input of 'workflow_dispatch'", kDispatchInput, Empty::Allowed,
                 Unknown::Ignored);
}

void check_dispatch_inputs(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.named(value, "'inputs'", Empty::Allowed, check_dispatch_input);
}

constexpr Member kCallInput[] = {
    {"description", check_any_text},
    {"required", check_boolean},
    {"default", check_any_text},
    {"type", check_call_type},
    {"deprecationMessage", check_any_text},
};

void check_call_input(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  syntax.section(value, "an input of 'workflow_call'", kCallInput, Empty::Allowed);
  if (value.find("type") == nullptr && (value.is_mapping() || value.kind == YamlKind::Null))
    syntax.missing(key.position, cat("the input '", key.text,
                                     "' of 'workflow_call' needs a 'type': string, number or "
                                     "boolean"));
}

void check_call_inputs(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.named(value, "'inputs'", Empty::Allowed, check_call_input);
}

constexpr Member kCallSecret[] = {{"description", check_any_text}, {"required", check_boolean}};

void check_call_secret(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.section(value, "a secret of 'workflow_call'", kCallSecret, Empty::Allowed);
}

void check_call_secrets(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.named(value, "'secrets'", Empty::Allowed, check_call_secret);
}

constexpr Member kCallOutput[] = {{"description", check_any_text}, {"value", check_text}};

void check_call_output(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  syntax.section(value, "an output of 'workflow_call'", kCallOutput, Empty::Allowed);
  if (value.find("value") == nullptr && (value.is_mapping() || value.kind == YamlKind::Null))
    syntax.missing(key.position, cat("the output '", key.text, "' needs a 'value'"));
}

void check_call_outputs(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  syntax.named(value, "'outputs'", Empty::Allowed, check_call_output);
}

constexpr Member kSchedule[] = {{"cron", check_text}, {"timezone", check_text}};

void check_schedule(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (!syntax.sequence(value, "'schedule'", Empty::Refused)) return;
  for (const YamlNode& item : value.items) {
    syntax.section(item, "an entry of 'schedule'", kSchedule, Empty::Refused);
    if (!item.is_scalar() && item.find("cron") == nullptr)
      syntax.missing(item.position, "an entry of 'schedule' needs 'cron'");
  }
}

constexpr Member kDispatch[] = {{"inputs", check_dispatch_inputs}};
constexpr Member kCall[] = {{"inputs", check_call_inputs},
                            {"secrets", check_call_secrets},
                            {"outputs", check_call_outputs}};
constexpr Member kRepository[] = {{"types", check_patterns}};
constexpr Member kImage[] = {
    {"names", check_patterns}, {"versions", check_patterns}, {"types", check_patterns}};
constexpr Member kWebhook[] = {
    {"types", check_patterns},           {"branches", check_patterns},
    {"branches-ignore", check_patterns}, {"tags", check_patterns},
    {"tags-ignore", check_patterns},     {"paths", check_patterns},
    {"paths-ignore", check_patterns},    {"workflows", check_patterns},
};

void check_event(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  const std::string what = cat("'", key.text, "'");
  if (key.text == "schedule") return check_schedule(syntax, key, value);
  if (key.text == "workflow_dispatch")
    return syntax.section(value, what, kDispatch, Empty::Allowed, Unknown::Ignored);
  if (key.text == "workflow_call")
    return syntax.section(value, what, kCall, Empty::Allowed, Unknown::Ignored);
  if (key.text == "repository_dispatch")
    return syntax.section(value, what, kRepository, Empty::Allowed, Unknown::Ignored);
  if (key.text == "image_version")
    return syntax.section(value, what, kImage, Empty::Allowed, Unknown::Ignored);
  const bool decides = key.text == "push" || key.text.starts_with("pull_request");
  syntax.section(value, what, kWebhook, Empty::Allowed,
                 decides ? Unknown::Refused : Unknown::Ignored);
}

void check_event_name(Syntax& syntax, const YamlNode& name) {
  if (!syntax.text(name, Empty::Refused)) return;
  if (name.text == "schedule")
    syntax.out().error(name.position, "missing-key",
                       "'schedule' needs a mapping that says when: 'schedule: [{cron: …}]'");
}

}  // namespace

void check_events_syntax(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (value.is_scalar()) return check_event_name(syntax, value);
  if (value.is_mapping()) {
    if (!syntax.mapping(value, "'on'", Empty::Refused)) return;
    for (const auto& [name, config] : value.members) check_event(syntax, name, config);
    return;
  }
  if (!syntax.sequence(value, "'on'", Empty::Refused)) return;
  for (const YamlNode& name : value.items) check_event_name(syntax, name);
}

}  // namespace sluice::pipeline::github
