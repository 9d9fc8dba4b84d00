#include <algorithm>
#include <set>

#include "base/strings.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

std::string supported_actions() {
  std::vector<std::string> names;
  for (const ActionRule& rule : built_in_actions()) names.emplace_back(rule.name);
  return cat("supported are ", join(names, ", "));
}

void check_action_inputs(Reading& reading, const ActionRule& rule, const YamlNode& step,
                         const YamlNode& uses) {
  std::vector<std::string> known;
  for (const std::string_view input : split(rule.inputs, ' ')) known.emplace_back(input);
  const YamlNode* with = step.find("with");
  if (with != nullptr && with->is_mapping())
    for (const auto& [key, value] : with->members)
      if (std::none_of(known.begin(), known.end(), [&](const std::string& input) {
            return equal_ignoring_case(input, key.text);
          }))
        reading.warning(
            key.position, "unknown-input",
            cat("'", key.text, "' is no input of ", rule.name, did_you_mean(key.text, known)));
  for (const std::string_view required : split(rule.required, ' '))
    if (!required.empty() &&
        (with == nullptr || !with->is_mapping() || with->find(required) == nullptr))
      reading.error(uses.position, "missing-input",
                    cat(rule.name, " needs the input '", required, "'"));
}

bool is_local(std::string_view uses) {
  return uses.starts_with("./") || uses.starts_with("../") || uses.starts_with("$/");
}

bool is_well_formed(std::string_view uses) {
  const std::size_t at = uses.rfind('@');
  if (at == std::string_view::npos || at + 1 == uses.size()) return false;
  const std::string_view name = uses.substr(0, at);
  const auto parts = split(name, '/');
  if (parts.size() < 2 || parts[0].empty() || parts[1].empty()) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == '-' || c == '_' || c == '.' || c == '/' || (c >= '0' && c <= '9') ||
           (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

void report_unsupported(Reading& reading, const YamlNode& node, std::string_view what) {
  reading.not_honoured(node.position, "unsupported-action",
                       cat(what, " '", node.text, "' is not honoured here; ", supported_actions()));
}

std::optional<ActionReference> read_uses(Reading& reading, const YamlNode& step) {
  const YamlNode* node = step.find("uses");
  if (node == nullptr) return std::nullopt;
  const std::string& text = node->text;
  if (!node->is_scalar() || text.empty()) {
    reading.error(node->position, "invalid-uses", "'uses' must name an action");
    return std::nullopt;
  }
  if (is_local(text) || text.starts_with("docker://")) {
    report_unsupported(reading, *node, is_local(text) ? "the local action" : "the image");
    return ActionReference{text, "", node->position};
  }
  if (contains_expression(text) || !is_well_formed(text)) {
    reading.error(node->position, "invalid-uses",
                  cat("expected {owner}/{repository}[/path]@{ref}, got '", text, "'"));
    return std::nullopt;
  }
  const std::size_t at = text.rfind('@');
  ActionReference reference{text.substr(0, at), text.substr(at + 1), node->position};
  if (const ActionRule* rule = find_built_in_action(reference.name)) {
    check_action_inputs(reading, *rule, step, *node);
    reference.name = std::string(rule->name);
  } else {
    report_unsupported(reading, *node, "the action");
  }
  return reference;
}

void check_kind(Reading& reading, const YamlNode& node) {
  const bool run = node.find("run") != nullptr;
  const bool uses = node.find("uses") != nullptr;
  for (const KeyRule& rule : step_keys())
    if (rule.use == KeyUse::Unsupported && node.find(rule.name)) return;  // reported already
  if (!run && !uses) reading.error(node.position, "missing-key", "a step needs 'run' or 'uses'");
  const auto reject = [&](std::string_view key, std::string_view other) {
    if (const YamlNode* at = node.find_key(key))
      reading.error(at->position, "unknown-key",
                    cat("'", key, "' belongs to a step with '", other, "'"));
  };
  if (uses && !run) {
    reject("shell", "run");
    reject("working-directory", "run");
  }
  if (run && !uses) reject("with", "uses");
}

void check_numbers(Reading& reading, const Step& step) {
  const Token& timeout = step.timeout_minutes;
  if (timeout.present() && !timeout.has_expression() &&
      (timeout.kind != TokenKind::Number || timeout.literal.as_number() <= 0))
    reading.error(
        timeout.position, "wrong-type",
        cat("'timeout-minutes' must be a number above 0, got '", timeout.literal_text(), "'"));
  const Token& lenient = step.continue_on_error;
  if (lenient.present() && !lenient.has_expression() && lenient.kind != TokenKind::Boolean)
    reading.error(
        lenient.position, "wrong-type",
        cat("'continue-on-error' must be true or false, got '", lenient.literal_text(), "'"));
}

void read_id(Reading& reading, const YamlNode& node, Step& step) {
  const YamlNode* id = node.find("id");
  if (id == nullptr || id->kind == YamlKind::Null || id->text.empty()) return;
  step.id = id->text;
  step.id_position = id->position;
  if (!id->is_scalar() || !is_valid_identifier(step.id))
    reading.error(id->position, "invalid-id",
                  cat("the step id '", step.id,
                      "' is invalid: letters, digits, '_' and '-', "
                      "beginning with a letter or '_', shorter than 100 characters"));
  else if (step.id.starts_with("__"))
    reading.error(id->position, "invalid-id",
                  cat("the step id '", step.id,
                      "' is invalid: ids beginning with '__' are "
                      "reserved"));
}

Step read_step(Reading& reading, const YamlNode& node) {
  Step step;
  step.position = node.position;
  if (!reading.is_mapping(node, "a step")) return step;
  reading.check_keys(node, step_keys(), "a step");
  check_kind(reading, node);
  const Scopes& scopes = reading.scopes();
  read_id(reading, node, step);
  step.name = reading.token_at(node, "name", Shape::Scalar, scopes.step);
  step.condition = reading.condition_at(node, scopes.step_if);
  step.run = reading.token_at(node, "run", Shape::Scalar, scopes.step);
  step.uses = read_uses(reading, node);
  step.shell = reading.token_at(node, "shell", Shape::Scalar, scopes.step);
  step.working_directory = reading.token_at(node, "working-directory", Shape::Scalar, scopes.step);
  step.env = reading.texts_at(node, "env", scopes.step);
  step.with = reading.texts_at(node, "with", scopes.step);
  step.continue_on_error = reading.token_at(node, "continue-on-error", Shape::Scalar, scopes.step);
  step.timeout_minutes = reading.token_at(node, "timeout-minutes", Shape::Scalar, scopes.step);
  check_numbers(reading, step);
  return step;
}

std::string context_name(std::string_view action) {
  std::string name(action);
  for (char& c : name)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'))
      c = '_';
  return name;
}

// GitHub's names of steps without id: "__run", "__run_2", "__actions_checkout".
void name_steps(std::vector<Step>& steps) {
  std::set<std::string> used;
  for (const Step& step : steps) used.insert(to_lower(step.id));
  for (Step& step : steps) {
    step.context_name = step.id;
    if (!step.id.empty()) continue;
    std::string base = "__run";
    if (step.uses) base = cat("__", context_name(step.uses->name));
    step.context_name = base;
    for (int n = 2; !used.insert(to_lower(step.context_name)).second; ++n)
      step.context_name = cat(base, "_", n);
  }
}

}  // namespace

std::vector<Step> read_steps(Reading& reading, const YamlNode& node) {
  std::vector<Step> steps;
  if (!node.is_sequence()) {
    reading.error(node.position, "wrong-type", "'steps' must be a sequence");
    return steps;
  }
  if (node.items.empty()) reading.error(node.position, "missing-key", "'steps' has no step");
  for (const YamlNode& item : node.items) {
    std::vector<Diagnostic> not_honoured =
        reading.not_honoured_in([&] { steps.push_back(read_step(reading, item)); });
    steps.back().not_honoured = std::move(not_honoured);
  }
  name_steps(steps);
  return steps;
}

}  // namespace sluice::pipeline::github
