#include "pipeline/github/lint/interfaces.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/lint/context_types.h"
#include "pipeline/github/lint/popular_actions.h"
#include "pipeline/github/lint/value_rules.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

ExpressionType outputs_of(std::string_view names) {
  if (names == "*") return text_map();
  ExpressionType::Members members;
  for (const std::string_view name : split(names, ' '))
    if (!name.empty()) members.emplace(std::string(name), ExpressionType::text());
  return ExpressionType::strict(std::move(members));
}

Interface popular_interface(const PopularAction& action) {
  Interface result;
  result.any_input = action.inputs == "*";
  const auto add = [&](std::string_view name, std::string_view deprecation) {
    result.inputs.push_back({std::string(name), ExpressionType::any(),
                             has_word(action.required, name), std::string(deprecation)});
  };
  if (!result.any_input)
    for (const std::string_view name : split(action.inputs, ' ')) add(name, "");
  if (!action.deprecated.empty())
    for (const std::string_view name : split(action.deprecated, ' ')) add(name, "it is deprecated");
  result.outputs = outputs_of(action.outputs);
  return result;
}

bool is_true(const YamlNode* node) {
  return node != nullptr &&
         (node->kind == YamlKind::Boolean ? node->boolean : node->text == "true");
}

std::vector<InterfaceInput> read_inputs(const YamlNode* inputs) {
  std::vector<InterfaceInput> result;
  if (inputs == nullptr) return result;
  for (const auto& [name, definition] : inputs->members) {
    InterfaceInput input;
    input.name = name.text;
    input.required = is_true(definition.find("required")) && definition.find("default") == nullptr;
    if (const YamlNode* reason = definition.find("deprecationMessage")) {
      input.deprecation = reason->text;
    }
    const YamlNode* type = definition.find("type");
    const std::string_view written = type == nullptr ? std::string_view{} : type->text;
    if (written == "string") input.type = ExpressionType::text();
    if (written == "boolean") input.type = ExpressionType::boolean();
    if (written == "number") input.type = ExpressionType::number();
    result.push_back(std::move(input));
  }
  return result;
}

ExpressionType read_outputs(const YamlNode* outputs) {
  ExpressionType::Members members;
  if (outputs != nullptr)
    for (const auto& [name, definition] : outputs->members)
      members.emplace(to_lower(name.text), ExpressionType::text());
  return ExpressionType::strict(std::move(members));
}

// "./.github/actions/x/" → ".github/actions/x"; nothing when it is no path of this repository.
std::optional<std::string> local_path(std::string_view uses) {
  if (!uses.starts_with("./") && !uses.starts_with("$/")) return std::nullopt;
  uses.remove_prefix(2);
  while (uses.ends_with('/')) uses.remove_suffix(1);
  return std::string(uses);
}

std::optional<YamlNode> load(const SourceFile& file, const std::string& path) {
  const auto found = file.others.find(path);
  if (found == file.others.end() || !found->second) return std::nullopt;
  YamlParse parse = parse_yaml(*found->second);
  if (!parse.is_readable() || !parse.root.is_mapping()) return std::nullopt;
  return std::move(parse.root);
}

std::optional<YamlNode> load_action(const SourceFile& file, std::string_view uses) {
  const auto folder = local_path(uses);
  if (!folder) return std::nullopt;
  for (const std::string_view name : {"action.yml", "action.yaml"})
    if (auto root = load(file, folder->empty() ? std::string(name) : cat(*folder, "/", name)))
      return root;
  return std::nullopt;
}

constexpr std::string_view kRunners = "composite docker node20 node24";
constexpr std::string_view kComposite = "using steps";
constexpr std::string_view kDocker =
    "using image env entrypoint pre-entrypoint pre-if post-entrypoint post-if args";
constexpr std::string_view kNode = "using main pre pre-if post post-if";
constexpr std::string_view kColors = "white yellow blue green orange red purple gray-dark black";

void check_runs(const YamlNode& runs, std::vector<std::string>& out) {
  const YamlNode* using_node = runs.find("using");
  const std::string runner = using_node == nullptr ? std::string() : using_node->text;
  if (runner.empty()) {
    out.emplace_back("its 'runs' needs 'using'");
    return;
  }
  const bool node = runner.starts_with("node");
  if (!has_word(kRunners, runner))
    out.push_back(cat("its 'runs.using' is '", runner,
                      "'; there are composite, docker, node20 and "
                      "node24"));
  if (!node && !has_word(kRunners, runner)) return;
  const std::string_view allowed = node ? kNode : runner == "docker" ? kDocker : kComposite;
  for (const auto& [key, value] : runs.members)
    if (!has_word(allowed, key.text))
      out.push_back(cat("'", key.text, "' in its 'runs' does not belong to '", runner, "'"));
  const std::string_view needed = node ? "main" : runner == "docker" ? "image" : "steps";
  if (runs.find(needed) == nullptr) out.push_back(cat("its 'runs' needs '", needed, "'"));
}

}  // namespace

std::optional<Interface> action_interface(const SourceFile& file, std::string_view uses) {
  if (const auto root = load_action(file, uses)) {
    Interface result;
    result.what = std::string(uses);
    result.inputs = read_inputs(root->find("inputs"));
    result.outputs = read_outputs(root->find("outputs"));
    return result;
  }
  const std::size_t at = uses.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const PopularAction* action = find_popular_action(uses.substr(0, at), uses.substr(at + 1));
  if (action == nullptr) return std::nullopt;
  Interface result = popular_interface(*action);
  result.what = std::string(uses);
  return result;
}

std::optional<Interface> workflow_interface(const SourceFile& file, std::string_view uses) {
  const auto path = local_path(uses);
  const auto root = path ? load(file, *path) : std::nullopt;
  const YamlNode* on = root ? root->find("on") : nullptr;
  if (on == nullptr) return std::nullopt;
  Interface result;
  result.what = std::string(uses);
  result.outputs = ExpressionType::strict();
  bool called = false;
  for_each_event(*root, [&](const YamlNode& name, const YamlNode& settings) {
    if (name.text != "workflow_call") return;
    called = true;
    result.inputs = read_inputs(settings.find("inputs"));
    result.secrets = read_inputs(settings.find("secrets"));
    result.outputs = read_outputs(settings.find("outputs"));
  });
  if (!called) return std::nullopt;
  return result;
}

std::vector<std::string> metadata_problems(const SourceFile& file, std::string_view uses) {
  std::vector<std::string> out;
  const auto root = load_action(file, uses);
  if (!root) return out;
  for (const std::string_view key : {"name", "description", "runs"})
    if (root->find(key) == nullptr) out.push_back(cat("its action.yml needs '", key, "'"));
  if (const YamlNode* runs = root->find("runs")) check_runs(*runs, out);
  const YamlNode* branding = root->find("branding");
  const YamlNode* color = branding == nullptr ? nullptr : branding->find("color");
  if (color != nullptr && !has_word(kColors, color->text))
    out.push_back(cat("its branding has the color '", color->text, "'; there are ", kColors));
  return out;
}

}  // namespace sluice::pipeline::github
