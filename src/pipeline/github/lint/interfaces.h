// What an action or a called workflow takes and gives: from the table of popular actions, or from
// its file where that came with the workflow. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "pipeline/github/lint/expression_types.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

struct InterfaceInput {
  std::string name;
  ExpressionType type;  // Any for actions
  bool required = false;
  std::string deprecation;  // why not to use it; empty: it is in use
};

struct Interface {
  std::string what;  // "actions/cache@v4", for messages
  std::vector<InterfaceInput> inputs;
  bool any_input = false;
  std::vector<InterfaceInput> secrets;  // of a called workflow
  ExpressionType outputs;               // strict, or any texts
};

// Of the action that `uses` names; nothing when it is not known.
std::optional<Interface> action_interface(const SourceFile& file, std::string_view uses);
// Of the workflow of this repository that `uses` names; nothing when its file did not come along.
std::optional<Interface> workflow_interface(const SourceFile& file, std::string_view uses);

// Mistakes in the action.yml of a local action, told at its use.
std::vector<std::string> metadata_problems(const SourceFile& file, std::string_view uses);

}  // namespace sluice::pipeline::github
