#include "pipeline/github/language_features.h"

#include "base/strings.h"
#include "pipeline/github/fidelity.h"
#include "pipeline/github/lint/places.h"
#include "pipeline/github/schema_walk.h"
#include "pipeline/github/shell.h"
#include "pipeline/github/workflow.h"
#include "pipeline/github/workflow_command.h"

namespace sluice::pipeline::github {
namespace {

// What is not just honoured among things that have no table of their own.
struct Exception {
  std::string_view name;
  Treatment treatment;
};

constexpr Exception kContexts[] = {
    {"github",
     {KeyUse::Approximated,
      "of the checkout and the event that is told; nothing is asked of GitHub"}},
    {"runner", {KeyUse::Approximated, "this host, as a self-hosted runner named sluice"}},
    {"secrets", {KeyUse::Approximated, "those given with --secret; GITHUB_TOKEN too"}},
    {"vars", {KeyUse::Approximated, "those given with --var"}},
};

constexpr Exception kCommands[] = {
    {"group", {KeyUse::Approximated, "shown as written, nothing is folded"}},
    {"endgroup", {KeyUse::Approximated, "shown as written, nothing is folded"}},
    {"echo", {KeyUse::Informs, "commands are always shown"}},
    {"add-matcher", {KeyUse::Informs, "problem matchers find nothing"}},
    {"remove-matcher", {KeyUse::Informs, "problem matchers find nothing"}},
    {"set-env", {KeyUse::Silent, "as on GitHub the step fails: write to GITHUB_ENV"}},
    {"add-path", {KeyUse::Silent, "as on GitHub the step fails: write to GITHUB_PATH"}},
};

constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
    {"GITHUB_ENV", "Environment variables of later steps"},
    {"GITHUB_OUTPUT", "The outputs of the step"},
    {"GITHUB_PATH", "Folders in front of PATH in later steps"},
    {"GITHUB_STATE", "What the action's post step is told"},
    {"GITHUB_STEP_SUMMARY", "Text for `sluice runs show`"},
};

constexpr std::string_view kLabels[] = {"self-hosted", "linux", "ubuntu-latest", "windows-latest",
                                        "macos-latest"};

Treatment exception(std::span<const Exception> exceptions, std::string_view name) {
  for (const Exception& one : exceptions)
    if (one.name == name) return one.treatment;
  return {};
}

class Collecting {
 public:
  void add(LanguagePart part, std::string name, Treatment treatment, std::string_view summary) {
    features_.push_back({part, std::move(name), treatment.use, std::string(treatment.remark),
                         std::string(summary)});
  }

  void add_keys(LanguagePart part, const ValueRule& rule) {
    for (const KeyVisit& visit : all_keys(rule))
      features_.push_back(
          {part, visit.path, visit.use, visit.remark, std::string(visit.summary), visit.inherited});
  }

  void add_events() {
    for (const EventRule& event : event_rules()) {
      const std::string filters = join_words(event.filters);
      add(LanguagePart::Event, std::string(event.name), {event.use, event.remark},
          filters.empty() ? filters : cat("with ", filters));
    }
  }

  void add_functions() {
    for (const std::string& name : built_in_functions())
      add(LanguagePart::Function, name, {}, "Everywhere");
    for (const FunctionSpec& function : step_status_functions())
      add(LanguagePart::Function, function.name, {},
          "In an `if` of a job or a step; of a job, `success` and `failure` take ids of jobs");
    add(LanguagePart::Function, hash_files_function().name, {}, "In steps");
  }

  void add_shells() {
    for (const std::string_view shell : {"bash", "sh", "python", "pwsh", "cmd", "powershell"}) {
      const auto why = unavailable_shell(shell);
      add(LanguagePart::Shell, std::string(shell),
          why ? Treatment{KeyUse::Fails, *why} : Treatment{}, "");
    }
    add(LanguagePart::Shell, "COMMAND {0}", {}, "The script's path takes the place of {0}");
  }

  void add_actions() {
    for (const ActionRule& action : built_in_actions()) {
      const std::string name(action.name);
      add(LanguagePart::Action, name, {action.use, action.remark}, "");
      for (const InputRule& input : action.inputs)
        add(LanguagePart::Action, cat(name, " with: ", input.name), {input.use, input.remark},
            input.harmless.empty() ? std::string() : cat("honoured when ", input.harmless));
    }
    for (const std::string_view uses : {"./FOLDER", "OWNER/REPOSITORY@REF", "docker://IMAGE"})
      add(LanguagePart::Action, std::string(uses), use_of_action(uses), "In a step");
    for (const std::string_view uses :
         {"./.github/workflows/FILE.yml", "OWNER/REPOSITORY/.github/workflows/FILE.yml@REF"})
      add(LanguagePart::Action, std::string(uses), use_of_call(uses), "In a job");
  }

  std::vector<LanguageFeature> take() { return std::move(features_); }

 private:
  static std::string join_words(std::string_view words) {
    return replace_all(std::string(words), " ", ", ");
  }

  std::vector<LanguageFeature> features_;
};

}  // namespace

std::string_view to_string(LanguagePart part) {
  switch (part) {
    case LanguagePart::Key:
      return "Keys of a workflow";
    case LanguagePart::ActionKey:
      return "Keys of a local action";
    case LanguagePart::Event:
      return "Events";
    case LanguagePart::Context:
      return "Contexts";
    case LanguagePart::Function:
      return "Functions";
    case LanguagePart::Command:
      return "Commands in the log of a step";
    case LanguagePart::CommandFile:
      return "Files of commands";
    case LanguagePart::Shell:
      return "Shells";
    case LanguagePart::Action:
      return "Actions and called workflows";
    case LanguagePart::Runner:
      return "Labels of runners";
  }
  UNREACHABLE();
}

std::vector<LanguageFeature> language_features() {
  Collecting all;
  all.add_keys(LanguagePart::Key, workflow_rule());
  all.add_keys(LanguagePart::ActionKey, action_rule());
  all.add_events();
  for (const std::string_view name : split(all_contexts(), ' '))
    all.add(LanguagePart::Context, std::string(name), exception(kContexts, name), "");
  all.add_functions();
  for (const std::string_view name : workflow_commands())
    all.add(LanguagePart::Command, std::string(name), exception(kCommands, name), "");
  for (const auto& [name, summary] : kFiles)
    all.add(LanguagePart::CommandFile, std::string(name), {}, summary);
  all.add_shells();
  all.add_actions();
  for (const std::string_view label : kLabels)
    all.add(LanguagePart::Runner, std::string(label), use_of_label(label), "");
  all.add(LanguagePart::Runner, "any other", use_of_label("any other"), "");
  return all.take();
}

}  // namespace sluice::pipeline::github
