#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/lint/syntax.h"

namespace sluice::pipeline::github {
namespace {

void check_with(Syntax& syntax, const YamlNode&, const YamlNode& value) {
  if (!syntax.is_expression(value)) syntax.named(value, "'with'", Empty::Refused, check_any_text);
}

void check_ids(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  syntax.text_or_sequence(value, cat("'", key.text, "'"));
}

void check_anything(Syntax&, const YamlNode&, const YamlNode&) {}

constexpr Member kRunStep[] = {
    {"id", check_text},
    {"if", check_text},
    {"name", check_text},
    {"run", check_text},
    {"shell", check_text},
    {"working-directory", check_text},
    {"env", check_env},
    {"continue-on-error", check_boolean},
    {"timeout-minutes", check_minutes},
    {"background", check_boolean},
    {"uses", check_text},
};

constexpr Member kActionStep[] = {
    {"id", check_text},
    {"if", check_text},
    {"name", check_text},
    {"uses", check_text},
    {"with", check_with},
    {"env", check_env},
    {"continue-on-error", check_boolean},
    {"timeout-minutes", check_minutes},
    {"background", check_boolean},
    {"run", check_text},
};

// Of a step that does not say what it does.
constexpr Member kAnyStep[] = {
    {"id", check_text},
    {"if", check_text},
    {"name", check_text},
    {"run", check_text},
    {"uses", check_text},
    {"shell", check_text},
    {"with", check_with},
    {"working-directory", check_text},
    {"env", check_env},
    {"continue-on-error", check_boolean},
    {"timeout-minutes", check_minutes},
    {"background", check_boolean},
};

// Steps that steer parallel ones.
constexpr Member kWaitStep[] = {
    {"id", check_text},
    {"name", check_text},
    {"if", check_text},
    {"wait", check_ids},
    {"wait-all", check_anything},
    {"cancel", check_ids},
    {"parallel", check_steps_syntax},
    {"continue-on-error", check_boolean},
};

bool is_wait_step(const YamlNode& step) {
  for (const std::string_view key : {"wait", "wait-all", "cancel", "parallel"})
    if (step.find(key) != nullptr) return true;
  return false;
}

// The key that says what the step does: the last one of `run` and `uses`.
std::string_view kind_of(const YamlNode& step) {
  std::string_view kind;
  for (const auto& [key, value] : step.members)
    if (key.text == "run" || key.text == "uses") kind = key.text;
  return kind;
}

// Both at once: the one that comes first is taken for the one too many.
void check_one_kind(Syntax& syntax, const YamlNode& step) {
  const YamlNode* run = step.find_key("run");
  const YamlNode* uses = step.find_key("uses");
  if (run != nullptr && uses != nullptr)
    syntax.out().error(std::min(run->position, uses->position), "run-and-uses",
                       "a step has either 'run' or 'uses', not both");
}

void check_step(Syntax& syntax, const YamlNode& step) {
  if (step.is_mapping() && is_wait_step(step)) {
    if (!kind_of(step).empty()) return;  // two kinds: the reader says so
    return syntax.section(step, "a step", kWaitStep, Empty::Refused);
  }
  check_one_kind(syntax, step);
  const std::string_view kind = kind_of(step);
  if (!kind.empty())
    return syntax.section(step, cat("a step with '", kind, "'"),
                          kind == "run" ? std::span<const Member>(kRunStep) : kActionStep,
                          Empty::Refused);
  if (!step.is_mapping() && step.kind != YamlKind::Null)
    return static_cast<void>(syntax.mapping(step, "a step", Empty::Refused));
  syntax.missing(step.position, "a step needs 'run' (a script) or 'uses' (an action)");
  syntax.unknown_keys(step, "a step", kAnyStep);
}

}  // namespace

void check_steps_syntax(Syntax& syntax, const YamlNode& key, const YamlNode& value) {
  if (!syntax.sequence(value, cat("'", key.text, "'"), Empty::Refused)) return;
  for (const YamlNode& step : value.items) check_step(syntax, step);
}

}  // namespace sluice::pipeline::github
