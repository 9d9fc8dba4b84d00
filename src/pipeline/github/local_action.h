// An action of the repository itself (`uses: ./path`) as typed data: path/action.yml or
// action.yaml, GitHub's metadata syntax. Values only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/diagnostic.h"
#include "pipeline/github/workflow.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

enum class ActionKind { Composite, Node, Docker };

struct ActionInput {
  std::string name;
  TextPosition position;
  bool required = false;
  Token default_value;
  std::string deprecation;  // empty: it is not deprecated
};

struct ActionOutput {
  std::string name;
  TextPosition position;
  Token value;  // of a composite action
};

struct LocalAction {
  std::string folder;  // inside the repository, without "./": ".github/actions/setup"; may be empty
  std::string file;    // "…/action.yml"
  std::string text;    // of the file
  std::string name;
  ActionKind kind = ActionKind::Composite;
  std::string runtime;  // "node20"
  std::vector<ActionInput> inputs;
  std::vector<ActionOutput> outputs;
  std::vector<Step> steps;  // Composite
  std::string main;         // Node: path below the folder
  std::string post;         // Node; empty: none
  If post_if;
  std::vector<Diagnostic> not_honoured;  // what of it and of the actions that it uses
  std::size_t nested_steps = 0;          // of it and of the actions that it uses
  std::size_t height = 1;                // 1: it uses no composite action

  const ActionInput* find_input(std::string_view name) const;  // without case
  // Whether there is something to do when the job's steps are over.
  bool has_post() const;
};

// The variable in which an action of Node finds an input: only spaces become '_'.
std::string input_variable(std::string_view name);

// Whether `uses` names an action of the repository itself: "./…" or "$/…".
bool is_local_action(std::string_view uses);

// The files that a workflow or an action may have its local actions in, both spellings of each:
// for Language::references().
std::vector<std::string> local_action_references(std::string_view path, const YamlParse& parse);

// Whether the path is that of an action's metadata.
bool is_action_file(std::string_view path);

// All mistakes of an action's file and of the actions that it uses.
std::vector<Diagnostic> check_local_action(const SourceFile& file);

// Gives each step of the workflow that uses a local action that action, out of `source.others`, and
// adds what is wrong: the file is not there (a warning: the step fails when it is reached), or has
// mistakes (reported at their place in it), or the inputs do not fit.
void attach_local_actions(const SourceFile& source, Workflow& workflow,
                          std::vector<Diagnostic>& diagnostics);

// One action file; diagnostics are added. Steps that use other actions have none attached.
LocalAction read_local_action(std::string file, std::string_view text,
                              std::vector<Diagnostic>& diagnostics);

}  // namespace sluice::pipeline::github
