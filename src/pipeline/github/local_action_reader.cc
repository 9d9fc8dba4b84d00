#include "base/strings.h"
#include "pipeline/github/local_action.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kRuntimes[] = {"composite", "node24", "node20",
                                          "node16",    "node12", "docker"};

std::vector<std::string> words(std::span<const std::string_view> names) {
  return {names.begin(), names.end()};
}

// GitHub takes unknown keys here, so they are no errors.
void check_keys(Reading& reading, const YamlNode& mapping, std::span<const KeyRule> rules,
                std::string_view what) {
  reading.check_keys(mapping, rules, what, UnknownKeys::Ignored);
}

std::string text_at(Reading& reading, const YamlNode& mapping, std::string_view key) {
  const YamlNode* node = mapping.find(key);
  if (node == nullptr || node->kind == YamlKind::Null) return {};
  if (node->is_scalar()) return node->text;
  reading.error(node->position, "wrong-type", cat("'", key, "' must be a text"));
  return {};
}

bool required_at(Reading& reading, const YamlNode& input) {
  const YamlNode* node = input.find("required");
  if (node == nullptr || node->kind == YamlKind::Null) return false;
  if (node->kind == YamlKind::Boolean) return node->boolean;
  if (node->is_scalar() && (node->text == "true" || node->text == "false"))
    return node->text == "true";
  reading.error(node->position, "wrong-type", "'required' must be true or false");
  return false;
}

void read_inputs(Reading& reading, const YamlNode& root, LocalAction& action) {
  const YamlNode* inputs = root.find("inputs");
  if (inputs == nullptr || inputs->kind == YamlKind::Null) return;
  if (!reading.is_mapping(*inputs, "'inputs'")) return;
  for (const auto& [key, value] : inputs->members) {
    ActionInput input;
    input.name = key.text;
    input.position = key.position;
    if (action.find_input(input.name) != nullptr)
      reading.error(key.position, "duplicate-key",
                    cat("the input '", key.text, "' is there twice"));
    if (value.is_mapping()) {
      check_keys(reading, value, action_input_keys(), "an input");
      input.required = required_at(reading, value);
      input.default_value =
          reading.token_at(value, "default", Shape::Scalar, reading.scopes().action_default);
      input.deprecation = text_at(reading, value, "deprecationMessage");
    } else if (value.kind != YamlKind::Null) {
      reading.error(value.position, "wrong-type",
                    cat("the input '", key.text, "' must be a mapping"));
    }
    action.inputs.push_back(std::move(input));
  }
}

void read_outputs(Reading& reading, const YamlNode& root, LocalAction& action) {
  const YamlNode* outputs = root.find("outputs");
  if (outputs == nullptr || outputs->kind == YamlKind::Null) return;
  if (!reading.is_mapping(*outputs, "'outputs'")) return;
  for (const auto& [key, value] : outputs->members) {
    ActionOutput output;
    output.name = key.text;
    output.position = key.position;
    if (value.is_mapping()) {
      check_keys(reading, value, action_output_keys(), "an output");
      output.value =
          reading.token_at(value, "value", Shape::Scalar, reading.scopes().action_output);
    } else if (value.kind != YamlKind::Null) {
      reading.error(value.position, "wrong-type",
                    cat("the output '", key.text, "' must be a mapping"));
    }
    if (action.kind == ActionKind::Composite && !output.value.present())
      reading.error(key.position, "missing-key",
                    cat("the output '", key.text, "' of a composite action needs a 'value'"));
    action.outputs.push_back(std::move(output));
  }
}

If condition_under(Reading& reading, const YamlNode& runs, std::string_view key) {
  YamlNode as_if;
  as_if.kind = YamlKind::Mapping;
  if (const YamlNode* node = runs.find(key)) {
    YamlNode name;
    name.text = "if";
    as_if.members.emplace_back(std::move(name), *node);
  }
  return reading.condition_at(as_if, reading.scopes().action_post_if);
}

void read_composite(Reading& reading, const YamlNode& runs, LocalAction& action) {
  check_keys(reading, runs, composite_keys(), "'runs' of a composite action");
  const YamlNode* steps = runs.find("steps");
  if (steps == nullptr) {
    reading.error(runs.position, "missing-key", "a composite action needs 'steps'");
    return;
  }
  action.steps = read_steps(reading, *steps, StepsOf::Action);
  action.nested_steps = action.steps.size();
}

void read_node(Reading& reading, const YamlNode& runs, LocalAction& action) {
  check_keys(reading, runs, node_keys(), "'runs' of a JavaScript action");
  if (action.runtime == "node12" || action.runtime == "node16")
    reading.warning(runs.find("using")->position, "deprecated-runtime",
                    cat("'", action.runtime, "' is run by newer versions of node; write 'node24'"));
  action.main = text_at(reading, runs, "main");
  action.post = text_at(reading, runs, "post");
  if (action.main.empty())
    reading.error(runs.position, "missing-key", "a JavaScript action needs 'main'");
  if (const YamlNode* pre = runs.find_key("pre"))
    reading.warning(pre->position, "ignored-pre",
                    "'pre' is not run for an action of the repository itself");
  action.post_if = condition_under(reading, runs, "post-if");
}

void read_runs(Reading& reading, const YamlNode& root, LocalAction& action) {
  const YamlNode* runs = root.find("runs");
  if (runs == nullptr || !runs->is_mapping()) {
    reading.error(runs == nullptr ? root.position : runs->position, "missing-key",
                  "an action needs 'runs': how it is run");
    return;
  }
  const YamlNode* runtime = runs->find("using");
  if (runtime == nullptr || !runtime->is_scalar()) {
    reading.error(runs->position, "missing-key", "'runs' needs 'using'");
    return;
  }
  action.runtime = to_lower(runtime->text);
  if (action.runtime == "composite") {
    read_composite(reading, *runs, action);
  } else if (action.runtime == "docker") {
    action.kind = ActionKind::Docker;
    reading.not_honoured(runtime->position, "unsupported-action",
                         "an action that runs in a container is not honoured here");
  } else if (std::find(std::begin(kRuntimes), std::end(kRuntimes), action.runtime) !=
             std::end(kRuntimes)) {
    action.kind = ActionKind::Node;
    read_node(reading, *runs, action);
  } else {
    reading.error(runtime->position, "unusable-action",
                  cat("'using' must be one of composite, node24, node20 and docker, got '",
                      runtime->text, "'", did_you_mean(runtime->text, words(kRuntimes))));
  }
}

void read_root(Reading& reading, const YamlNode& root, LocalAction& action) {
  if (root.kind == YamlKind::Null) {
    reading.error({1, 1}, "empty-file", "the action is empty; it needs 'runs'");
    return;
  }
  if (!reading.is_mapping(root, "an action")) return;
  check_keys(reading, root, action_keys(), "an action");
  if (const std::string name = text_at(reading, root, "name"); !name.empty()) action.name = name;
  read_inputs(reading, root, action);
  read_runs(reading, root, action);
  read_outputs(reading, root, action);
}

}  // namespace

const ActionInput* LocalAction::find_input(std::string_view wanted) const {
  for (const ActionInput& input : inputs)
    if (equal_ignoring_case(input.name, wanted)) return &input;
  return nullptr;
}

bool LocalAction::has_post() const {
  if (kind == ActionKind::Node) return !post.empty();
  for (const Step& step : steps)
    if (has_post_step(step)) return true;
  return false;
}

std::string input_variable(std::string_view name) {
  return cat("INPUT_", to_upper(replace_all(std::string(name), " ", "_")));
}

LocalAction read_local_action(std::string file, std::string_view text,
                              std::vector<Diagnostic>& diagnostics) {
  LocalAction action;
  action.file = file;
  action.text = std::string(text);
  action.name = file;
  Reading reading(std::move(file), action.text);
  const YamlParse parse = parse_yaml(action.text);
  for (const YamlProblem& problem : parse.problems)
    reading.error(problem.position, "yaml", problem.message);
  if (parse.problems.empty())
    action.not_honoured = reading.not_honoured_in([&] { read_root(reading, parse.root, action); });
  for (Diagnostic& found : reading.take_diagnostics()) diagnostics.push_back(std::move(found));
  return action;
}

}  // namespace sluice::pipeline::github
