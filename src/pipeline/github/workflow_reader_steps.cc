#include <algorithm>
#include <set>

#include "base/strings.h"
#include "pipeline/github/local_action.h"
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
  for (const InputRule& input : rule.inputs) known.emplace_back(input.name);
  const YamlNode* with = step.find("with");
  if (with != nullptr && with->is_mapping())
    for (const auto& [key, value] : with->members)
      if (std::none_of(known.begin(), known.end(), [&key = key](const std::string& input) {
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
  if (is_local_action(text)) return ActionReference{text, "", node->position};
  if (text.starts_with("docker://")) {
    report_unsupported(reading, *node, "the image");
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

// What stands beside the key that makes a step what it is.
struct KindRule {
  std::string_view key;
  StepKind kind;
  std::string_view beside;
};
constexpr std::string_view kRunBeside =
    "id name if env shell working-directory continue-on-error timeout-minutes background";
constexpr std::string_view kUsesBeside =
    "id name if env with continue-on-error timeout-minutes background";
constexpr std::string_view kControlBeside = "id name continue-on-error";
constexpr KindRule kKinds[] = {
    {"run", StepKind::Run, kRunBeside},           {"uses", StepKind::Uses, kUsesBeside},
    {"wait", StepKind::Wait, kControlBeside},     {"wait-all", StepKind::WaitAll, kControlBeside},
    {"cancel", StepKind::Cancel, kControlBeside},
};

void report_beside(Reading& reading, const YamlNode& key, const KindRule& kind) {
  std::string message;
  if (key.text == "shell" || key.text == "working-directory")
    message = cat("'", key.text, "' belongs to a step with 'run'");
  else if (key.text == "with")
    message = "'with' belongs to a step with 'uses'";
  else if (key.text == "if")
    message = cat("a step with '", kind.key, "' always runs and has no 'if'");
  else
    message = cat("'", key.text, "' cannot stand beside '", kind.key, "'");
  reading.error(key.position, "unknown-key", std::move(message));
}

StepKind read_kind(Reading& reading, const YamlNode& node) {
  const KindRule* first = nullptr;
  for (const KindRule& kind : kKinds) {
    const YamlNode* key = node.find_key(kind.key);
    if (key == nullptr) continue;
    if (first != nullptr) {
      const TextPosition other = node.find_key(first->key)->position;
      reading.error(std::min(key->position, other), "run-and-uses",
                    cat("a step has either '", first->key, "' or '", kind.key, "', not both"));
      return first->kind;
    }
    first = &kind;
  }
  if (first == nullptr) {
    reading.error(node.position, "missing-key", "a step needs 'run' or 'uses'");
    return StepKind::Run;
  }
  for (const auto& [key, value] : node.members) {
    const bool known = find_key_rule(step_keys(), key.text) != nullptr;
    if (known && key.text != first->key && !has_word(first->beside, key.text))
      report_beside(reading, key, *first);
  }
  return first->kind;
}

StepMode read_mode(Reading& reading, const YamlNode& node) {
  const YamlNode* background = node.find("background");
  if (background == nullptr) return StepMode::Foreground;
  if (background->kind == YamlKind::Boolean)
    return background->boolean ? StepMode::Background : StepMode::Foreground;
  reading.error(background->position, "wrong-type", "'background' must be true or false");
  return StepMode::Foreground;
}

std::vector<Reference> read_targets(Reading& reading, const YamlNode& node, const Step& step) {
  if (step.kind == StepKind::WaitAll) {
    const YamlNode* all = node.find("wait-all");
    if (all->kind != YamlKind::Null && !(all->kind == YamlKind::Boolean && all->boolean))
      reading.error(all->position, "wrong-type", "'wait-all' takes no value");
    return {};
  }
  if (step.kind != StepKind::Wait && step.kind != StepKind::Cancel) return {};
  const YamlNode& ids = *node.find(step.kind == StepKind::Wait ? "wait" : "cancel");
  if (step.kind == StepKind::Cancel && ids.is_sequence()) {
    reading.error(ids.position, "wrong-type", "'cancel' takes the id of one step");
    return {};
  }
  std::vector<Reference> targets = reading.names(ids, "the id of a step");
  if (targets.empty() && ids.is_sequence())
    reading.error(ids.position, "missing-key", "'wait' names no step");
  return targets;
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

void check_in_action(Reading& reading, const YamlNode& node, const Step& step) {
  for (const std::string_view key :
       {"background", "parallel", "wait", "wait-all", "cancel", "timeout-minutes"})
    if (const YamlNode* at = node.find_key(key))
      reading.error(
          at->position, "unknown-key",
          cat("'", key, "' cannot be used inside a composite action",
              key == "timeout-minutes" ? "; give it to the step that uses the action" : ""));
  if (step.kind == StepKind::Run && node.find("run") != nullptr && !step.shell.present())
    reading.error(node.find_key("run")->position, "missing-key",
                  "a step with 'run' inside a composite action needs 'shell'");
}

Step read_step(Reading& reading, const YamlNode& node, StepsOf place) {
  Step step;
  step.position = node.position;
  if (!reading.is_mapping(node, "a step")) return step;
  reading.check_keys(node, step_keys(), "a step");
  step.kind = read_kind(reading, node);
  const Scopes& scopes = reading.scopes();
  const bool inside = place == StepsOf::Action;
  const ExpressionScope& scope = inside ? scopes.action_step : scopes.step;
  read_id(reading, node, step);
  step.mode = read_mode(reading, node);
  step.waits_for = read_targets(reading, node, step);
  step.name = reading.token_at(node, "name", Shape::Scalar, scope);
  step.condition = reading.condition_at(node, inside ? scopes.action_step_if : scopes.step_if);
  step.run = reading.token_at(node, "run", Shape::Scalar, scope);
  step.uses = read_uses(reading, node);
  step.shell = reading.token_at(node, "shell", Shape::Scalar, scope);
  step.working_directory = reading.token_at(node, "working-directory", Shape::Scalar, scope);
  step.env = reading.texts_at(node, "env", scope);
  step.with = reading.texts_at(node, "with", scope);
  step.continue_on_error = reading.token_at(node, "continue-on-error", Shape::Scalar, scope);
  step.timeout_minutes = reading.token_at(node, "timeout-minutes", Shape::Scalar, scope);
  check_numbers(reading, step);
  if (inside) check_in_action(reading, node, step);
  return step;
}

Step read_marked_step(Reading& reading, const YamlNode& node, StepsOf place) {
  Step step;
  std::vector<Diagnostic> not_honoured =
      reading.not_honoured_in([&] { step = read_step(reading, node, place); });
  step.not_honoured = std::move(not_honoured);
  return step;
}

// Its steps run in the background, and a wait for them follows.
void read_group(Reading& reading, const YamlNode& node, std::vector<Step>& steps) {
  const YamlNode& group = *node.find("parallel");
  for (const auto& [key, value] : node.members)
    if (key.text != "parallel" && key.text != "name")
      reading.error(key.position, "unknown-key",
                    cat("'", key.text, "' cannot stand beside 'parallel'"));
  if (!group.is_sequence() || group.items.empty()) {
    reading.error(group.position, group.is_sequence() ? "missing-key" : "wrong-type",
                  "'parallel' must be a sequence of steps");
    return;
  }
  Step wait;
  wait.position = node.position;
  wait.kind = StepKind::Wait;
  wait.name = reading.token_at(node, "name", Shape::Scalar, reading.scopes().step);
  for (const YamlNode& item : group.items) {
    Step step = read_marked_step(reading, item, StepsOf::Job);
    if (step.is_control() || item.find("parallel") != nullptr)
      reading.error(item.position, "parallel-step",
                    "'parallel' holds steps with 'run' or 'uses' only");
    if (const YamlNode* background = item.find_key("background"))
      reading.error(background->position, "unknown-key",
                    "steps in 'parallel' run in the background without saying so");
    step.mode = StepMode::Background;
    wait.targets.push_back(steps.size());
    steps.push_back(std::move(step));
  }
  steps.push_back(std::move(wait));
}

// Waiting is possible for steps in the background that stand before.
void resolve_targets(Reading& reading, std::vector<Step>& steps) {
  for (std::size_t at = 0; at < steps.size(); ++at) {
    for (const Reference& target : steps[at].waits_for) {
      std::vector<std::string> known;
      std::size_t found = at;
      for (std::size_t i = 0; i < at; ++i) {
        if (steps[i].id.empty()) continue;
        if (equal_ignoring_case(steps[i].id, target.name)) found = i;
        if (steps[i].mode == StepMode::Background) known.push_back(steps[i].id);
      }
      if (found == at)
        reading.error(target.position, "undefined-step",
                      cat("no step before this one has the id '", target.name, "'",
                          did_you_mean(target.name, known)));
      else if (steps[found].mode != StepMode::Background)
        reading.error(target.position, "not-in-background",
                      cat("the step '", target.name, "' does not run in the background"));
      else
        steps[at].targets.push_back(found);
    }
  }
}

std::string context_name(std::string_view action) {
  std::string name(action);
  for (char& c : name)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'))
      c = '_';
  return name;
}

std::string base_name(const Step& step) {
  switch (step.kind) {
    case StepKind::Wait:
      return "__wait";
    case StepKind::WaitAll:
      return "__wait-all";
    case StepKind::Cancel:
      return "__cancel";
    default:
      break;
  }
  if (!step.uses) return "__run";
  if (is_local_action(step.uses->name)) return "__self";
  return cat("__", context_name(step.uses->name));
}

// GitHub's names of steps without id: "__run", "__run_2", "__actions_checkout".
void name_steps(std::vector<Step>& steps) {
  std::set<std::string> used;
  for (const Step& step : steps) used.insert(to_lower(step.id));
  for (Step& step : steps) {
    step.context_name = step.id;
    if (!step.id.empty()) continue;
    const std::string base = base_name(step);
    step.context_name = base;
    for (int n = 2; !used.insert(to_lower(step.context_name)).second; ++n)
      step.context_name = cat(base, "_", n);
  }
}

// Nothing else looks at the steps of an action as a whole; those of a job are the business of lint.
void check_ids(Reading& reading, const std::vector<Step>& steps) {
  std::set<std::string> seen;
  for (const Step& step : steps)
    if (!step.id.empty() && !seen.insert(to_lower(step.id)).second)
      reading.error(step.id_position, "duplicate-step-id",
                    cat("the step id '", step.id, "' is used twice"));
}

}  // namespace

std::vector<Step> read_steps(Reading& reading, const YamlNode& node, StepsOf place) {
  std::vector<Step> steps;
  if (!node.is_sequence()) {
    reading.error(node.position, "wrong-type", "'steps' must be a sequence");
    return steps;
  }
  if (node.items.empty()) reading.error(node.position, "missing-key", "'steps' has no step");
  for (const YamlNode& item : node.items) {
    if (place == StepsOf::Job && item.find("parallel") != nullptr)
      read_group(reading, item, steps);
    else
      steps.push_back(read_marked_step(reading, item, place));
  }
  name_steps(steps);
  resolve_targets(reading, steps);
  if (place == StepsOf::Action) check_ids(reading, steps);
  return steps;
}

bool has_post_step(const Step& step) {
  if (!step.uses) return false;
  if (step.action != nullptr) return step.action->has_post();
  const ActionRule* rule = find_built_in_action(step.uses->name);
  return rule != nullptr && !rule->post_if.empty();
}

}  // namespace sluice::pipeline::github
