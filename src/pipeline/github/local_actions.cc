// Finding the local actions of a workflow among the files that came with it.
#include <algorithm>
#include <map>

#include "base/strings.h"
#include "pipeline/github/local_action.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::size_t kMaxDepth = 10;      // of actions inside of actions, as on GitHub
constexpr std::size_t kMaxSteps = 10'000;  // of one action, those of actions inside counted
constexpr std::string_view kFileNames[] = {"action.yml", "action.yaml"};

// "./a/../b/" as "b"; nothing when it leads out of the repository.
std::optional<std::string> folder_of(std::string_view uses) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(uses.substr(2), '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  return join(parts, "/");
}

std::string file_in(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : cat(folder, "/", name);
}

std::string folder_above(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? std::string() : file.substr(0, slash);
}

void collect_uses(const YamlNode* steps, std::vector<std::string>& files) {
  if (steps == nullptr) return;
  for (const YamlNode& step : steps->items) {
    collect_uses(step.find("parallel"), files);
    const YamlNode* uses = step.find("uses");
    if (uses == nullptr || !uses->is_scalar() || !is_local_action(uses->text)) continue;
    const auto folder = folder_of(uses->text);
    if (!folder) continue;
    for (const std::string_view name : kFileNames) files.push_back(file_in(*folder, name));
  }
}

class Attaching {
 public:
  Attaching(const SourceFile& source, std::vector<Diagnostic>& diagnostics)
      : source_(source), diagnostics_(diagnostics) {}

  // An action that nothing uses, by itself.
  void check(const SourceFile& action_file) {
    LocalAction action = read_local_action(action_file.path, action_file.text, diagnostics_);
    open_.push_back(folder_above(action_file.path));
    attach(action.steps, action_file.path);
  }

  void attach(std::vector<Step>& steps, const std::string& file) {
    for (Step& step : steps) {
      if (!step.uses || !is_local_action(step.uses->name)) continue;
      step.action = find(*step.uses, file);
      if (step.action == nullptr) continue;
      check_inputs(step, file);
      const auto& inside = step.action->not_honoured;
      step.not_honoured.insert(step.not_honoured.end(), inside.begin(), inside.end());
    }
  }

 private:
  using Action = std::shared_ptr<const LocalAction>;

  void report(Severity severity, const std::string& file, TextPosition position,
              std::string_view rule, std::string message) {
    diagnostics_.push_back({severity, std::string(rule), file, position, std::move(message)});
  }

  Action find(const ActionReference& uses, const std::string& file) {
    const auto fail = [&](std::string_view rule, std::string message) {
      report(Severity::Error, file, uses.position, rule, std::move(message));
      return nullptr;
    };
    const auto folder = folder_of(uses.name);
    if (!folder) return fail("invalid-uses", cat("'", uses.name, "' leads out of the repository"));
    if (std::find(open_.begin(), open_.end(), *folder) != open_.end())
      return fail("action-cycle", cat("the action '", uses.name, "' uses itself"));
    if (open_.size() >= kMaxDepth)
      return fail("unusable-action",
                  cat("actions may use each other ", kMaxDepth, " deep at most"));
    if (const auto known = actions_.find(*folder); known != actions_.end()) {
      if (known->second && open_.size() + known->second->height > kMaxDepth)
        return fail("unusable-action",
                    cat("actions may use each other ", kMaxDepth, " deep at most"));
      return known->second;
    }
    const std::pair<std::string, const std::string*> text = text_of(*folder);
    if (text.second == nullptr) {
      if (text.first.empty()) return nullptr;  // it was not looked for
      // A step before it may make or fetch it: it fails where it is reached.
      report(Severity::Warning, file, uses.position, "missing-action",
             cat("there is no action '", uses.name, "': neither ", text.first,
                 " nor action.yaml is in the repository; the step will fail"));
      return nullptr;
    }
    return actions_[*folder] = load(*folder, text.first, *text.second, uses.position, file);
  }

  // The file and its text; without a text, the file that should be there, or nothing when nobody
  // looked for it.
  std::pair<std::string, const std::string*> text_of(const std::string& folder) const {
    std::string missing;
    for (const std::string_view name : kFileNames) {
      const auto found = source_.others.find(file_in(folder, name));
      if (found == source_.others.end()) continue;
      if (found->second) return {found->first, &*found->second};
      if (missing.empty()) missing = file_in(folder, kFileNames[0]);
    }
    return {missing, nullptr};
  }

  // Null when the action cannot be run; that has been reported.
  Action load(const std::string& folder, const std::string& action_file, const std::string& text,
              TextPosition position, const std::string& file) {
    LocalAction action = read_local_action(action_file, text, diagnostics_);
    action.folder = folder;
    open_.push_back(folder);
    attach(action.steps, action_file);
    open_.pop_back();
    for (const Step& step : action.steps) {
      if (step.action == nullptr) continue;
      action.height = std::max(action.height, step.action->height + 1);
      action.nested_steps += step.action->nested_steps;
      const auto& inside = step.action->not_honoured;
      action.not_honoured.insert(action.not_honoured.end(), inside.begin(), inside.end());
    }
    if (action.nested_steps > kMaxSteps) {
      report(Severity::Error, file, position, "unusable-action",
             cat("the action has more than ", kMaxSteps, " steps"));
      return nullptr;
    }
    return std::make_shared<const LocalAction>(std::move(action));
  }

  void check_inputs(const Step& step, const std::string& file) {
    const LocalAction& action = *step.action;
    std::vector<std::string> names;
    for (const ActionInput& input : action.inputs) names.push_back(input.name);
    for (const TokenEntry& entry : step.with.entries) {
      if (entry.insert || entry.key.has_expression()) continue;
      const std::string given = entry.key.literal_text();
      const ActionInput* input = action.find_input(given);
      if (input == nullptr)
        report(Severity::Warning, file, entry.key.position, "unknown-input",
               cat("'", given, "' is no input of ", step.uses->name, did_you_mean(given, names)));
      else if (!input->deprecation.empty())
        report(Severity::Warning, file, entry.key.position, "deprecated-input",
               cat("the input '", given, "' is deprecated: ", input->deprecation));
    }
    if (step.with.has_expression()) return;
    for (const ActionInput& input : action.inputs)
      if (input.required && !input.default_value.present() && !step.with.find(input.name))
        report(Severity::Warning, file, step.uses->position, "missing-input",
               cat(step.uses->name, " needs the input '", input.name, "'"));
  }

  const SourceFile& source_;
  std::vector<Diagnostic>& diagnostics_;
  std::map<std::string, Action> actions_;  // by folder
  std::vector<std::string> open_;          // folders of the actions that are being read
};

}  // namespace

bool is_local_action(std::string_view uses) {
  return uses.starts_with("./") || uses.starts_with("$/");
}

bool is_action_file(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::find(std::begin(kFileNames), std::end(kFileNames), name) != std::end(kFileNames);
}

std::vector<Diagnostic> check_local_action(const SourceFile& file) {
  std::vector<Diagnostic> found;
  Attaching(file, found).check(file);
  return found;
}

std::vector<std::string> local_action_references(std::string_view path, const YamlParse& parse) {
  std::vector<std::string> files;
  if (!parse.problems.empty()) return files;
  if (const YamlNode* runs = parse.root.find("runs"); is_action_file(path) && runs != nullptr) {
    collect_uses(runs->find("steps"), files);
    return files;
  }
  if (const YamlNode* jobs = parse.root.find("jobs"))
    for (const auto& [id, job] : jobs->members) collect_uses(job.find("steps"), files);
  return files;
}

void attach_local_actions(const SourceFile& source, Workflow& workflow,
                          std::vector<Diagnostic>& diagnostics) {
  Attaching attaching(source, diagnostics);
  for (Job& job : workflow.jobs) {
    attaching.attach(job.steps, workflow.file);
    for (const Step& step : job.steps) {
      if (step.action == nullptr) continue;
      const auto& inside = step.action->not_honoured;
      job.not_honoured.insert(job.not_honoured.end(), inside.begin(), inside.end());
    }
  }
}

}  // namespace sluice::pipeline::github
