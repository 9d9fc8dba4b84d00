// Inputs of `workflow_dispatch` and `workflow_call`.
#include <algorithm>
#include <set>

#include "base/strings.h"
#include "pipeline/expression/template.h"
#include "pipeline/expression/value.h"
#include "pipeline/github/lint/value_rules.h"

#include <cmath>

namespace sluice::pipeline::github {
namespace {

constexpr std::size_t kMaxDispatchInputs = 25;

std::string type_of_input(const YamlNode& definition) {
  const YamlNode* type = definition.find("type");
  return type != nullptr && type->is_scalar() ? type->text : std::string();
}

// The default when it is fixed text.
const YamlNode* fixed_default(const YamlNode& definition) {
  const YamlNode* value = definition.find("default");
  if (value == nullptr || !value->is_scalar() || contains_expression(value->text)) return nullptr;
  return value;
}

void check_scalar_default(const YamlNode& name, const YamlNode& definition, Mistakes& out) {
  const YamlNode* value = fixed_default(definition);
  if (value == nullptr) return;
  const std::string type = type_of_input(definition);
  if (type == "boolean" && value->text != "true" && value->text != "false")
    out.error(value->position, "input-default",
              cat("the input '", name.text,
                  "' is a boolean, so its default must be true or false, "
                  "not '",
                  value->text, "'"));
  if (type == "number" && (trim(value->text).empty() || std::isnan(parse_number(value->text))))
    out.error(value->position, "input-default",
              cat("the input '", name.text, "' is a number, but its default '", value->text,
                  "' is none"));
}

void check_required_default(const YamlNode& name, const YamlNode& definition, Mistakes& out) {
  const YamlNode* required = definition.find("required");
  const YamlNode* value = definition.find("default");
  if (required == nullptr || required->text != "true" || value == nullptr) return;
  out.warning(value->position, "input-default",
              cat("the input '", name.text,
                  "' is required, so its default is never used; leave one of them out"));
}

void check_options(const YamlNode& name, const YamlNode& definition, Mistakes& out) {
  const YamlNode* options = definition.find("options");
  const bool choice = type_of_input(definition) == "choice";
  const bool any = options != nullptr && !options->items.empty();
  if (!choice && any)
    out.warning(
        name.position, "input-options",
        cat("the input '", name.text, "' has 'options' but is no choice: say 'type: choice'"));
  if (choice && !any)
    out.error(name.position, "input-options",
              cat("the input '", name.text, "' is a choice and needs 'options'"));
  if (!choice || !any) return;
  std::vector<std::string> known;
  for (const YamlNode& option : options->items) {
    if (std::find(known.begin(), known.end(), option.text) != known.end())
      out.warning(option.position, "input-options",
                  cat("the option '", option.text, "' of '", name.text, "' occurs twice"));
    known.push_back(option.text);
  }
  const YamlNode* value = fixed_default(definition);
  if (value != nullptr && std::find(known.begin(), known.end(), value->text) == known.end())
    out.error(value->position, "input-default",
              cat("the default '", value->text, "' of '", name.text, "' is not among its options ",
                  join(known, ", "), did_you_mean(value->text, known)));
}

void check_dispatch(const YamlNode& event, const YamlNode& inputs, Mistakes& out) {
  if (inputs.members.size() > kMaxDispatchInputs)
    out.error(event.position, "input-options",
              cat("'workflow_dispatch' has ", inputs.members.size(), " inputs; at most ",
                  kMaxDispatchInputs, " are allowed"));
  for (const auto& [name, definition] : inputs.members) {
    check_options(name, definition, out);
    check_scalar_default(name, definition, out);
  }
}

}  // namespace

void check_event_inputs(const YamlNode& root, Mistakes& out) {
  for_each_event(root, [&](const YamlNode& event, const YamlNode& settings) {
    const YamlNode* inputs = settings.find("inputs");
    if (inputs == nullptr || !inputs->is_mapping()) return;
    if (event.text == "workflow_dispatch") return check_dispatch(event, *inputs, out);
    if (event.text != "workflow_call") return;
    for (const auto& [name, definition] : inputs->members) {
      check_scalar_default(name, definition, out);
      check_required_default(name, definition, out);
    }
  });
}

}  // namespace sluice::pipeline::github
