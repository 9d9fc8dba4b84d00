#include "ml/evaluate/gate_file.h"

#include <algorithm>

#include "base/strings.h"
#include "base/yaml.h"
#include "ml/evaluate/gate_rule_reader.h"

namespace sluice::ml {
namespace {

bool compares_with_champion(const GateCheck& check) {
  const auto* slices = std::get_if<WorstSliceCheck>(&check.rule);
  return std::holds_alternative<ChangeCheck>(check.rule) ||
         (slices != nullptr && slices->max_worse.has_value());
}

Result<GateCheck> read_check(const YamlNode& node, std::string_view file_name, Task task) {
  YamlReader reader = TRY(YamlReader::open(node, file_name, "a check"));
  GateCheck check;
  check.name = TRY(reader.string("name"));
  if (trim(check.name).empty())
    return reader.error_at(reader.optional("name")->position,
                           "'name' is empty: waivers and verdicts call a check by it");
  check.why = TRY(reader.string_or("why", ""));
  check.rule = TRY(read_gate_rule(reader, node.position, task));
  const YamlNode* allow_first = reader.optional("allow_first");
  const auto first = TRY(reader.boolean_or("allow_first", false));
  if (allow_first != nullptr && !compares_with_champion(check))
    return reader.error_at(allow_first->position,
                           "'allow_first' has a meaning only where a champion is compared with");
  check.without_champion = first ? WithoutChampion::Pass : WithoutChampion::Fail;
  TRY(reader.finish());
  return check;
}

Result<void> read_checks(const YamlReader& reader, const YamlNode& node, std::string_view file_name,
                         GateFile& gate) {
  if (!node.is_sequence() || node.items.empty())
    return reader.error_at(node.position,
                           "'checks' must be a list with at least one check: a gate without "
                           "checks would let everything through");
  for (const YamlNode& item : node.items) {
    GateCheck check = TRY(read_check(item, file_name, gate.task));
    const bool taken =
        std::any_of(gate.checks.begin(), gate.checks.end(),
                    [&](const GateCheck& other) { return other.name == check.name; });
    if (taken)
      return reader.error_at(item.position, cat("two checks are named '", check.name, "'"));
    gate.checks.push_back(std::move(check));
  }
  return success();
}

Result<Task> read_task(YamlReader& reader) {
  const YamlNode* node = reader.optional("task");
  if (node == nullptr) return Task::Regression;
  const auto task = parse_task(node->text);
  if (!task.ok()) return reader.error_at(node->position, task.error().message());
  return task;
}

}  // namespace

Result<GateFile> parse_gate_file(std::string_view text, std::string_view file_name) {
  const YamlNode root = TRY(load_yaml(text, file_name));
  YamlReader reader = TRY(YamlReader::open(root, file_name, "a gate file"));
  GateFile gate;
  gate.digest = sha256(text);
  gate.model = TRY(reader.string_or("model", ""));
  gate.target = TRY(reader.string_or("target", ""));
  gate.task = TRY(read_task(reader));
  gate.predicts = TRY(reader.string_or("predicts", gate.target));
  const YamlNode* checks = TRY(reader.required("checks"));
  TRY(read_checks(reader, *checks, file_name, gate));
  TRY(reader.finish());
  return gate;
}

}  // namespace sluice::ml
