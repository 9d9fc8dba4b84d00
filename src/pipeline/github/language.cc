#include "pipeline/github/language.h"

#include <deque>
#include <mutex>

#include "base/strings.h"
#include "pipeline/github/bound_workflow.h"
#include "pipeline/github/calls.h"
#include "pipeline/github/filters.h"
#include "pipeline/github/lint/action_rules.h"
#include "pipeline/github/lint/allow.h"
#include "pipeline/github/lint/lint.h"
#include "pipeline/github/lint/mistakes.h"
#include "pipeline/github/lint/script_files.h"
#include "pipeline/github/local_action.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {

// Parsed texts that nobody has taken yet, the last few: threads read one file each.
class RecentParses {
 public:
  void keep(std::string_view text, YamlParse parse) {
    const std::lock_guard lock(mutex_);
    kept_.push_back({std::string(text), std::move(parse)});
    if (kept_.size() > kMost) kept_.pop_front();
  }

  std::optional<YamlParse> take(std::string_view text) {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.text == text; });
    if (found == kept_.end()) return std::nullopt;
    std::optional<YamlParse> parse(std::move(found->parse));
    kept_.erase(found);
    return parse;
  }

 private:
  static constexpr std::size_t kMost = 16;
  struct Kept {
    std::string text;
    YamlParse parse;
  };

  std::mutex mutex_;
  std::deque<Kept> kept_;
};

namespace {

std::vector<Diagnostic> allowed_and_sorted(const SourceFile& file, std::vector<Diagnostic> all) {
  apply_allows(file, all);
  std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.position < b.position;
  });
  return all;
}

// What the rules over the whole graph say is more to the point than what the others say of the same
// place.
std::vector<Diagnostic> all_diagnostics(ReadWorkflow& read, const SourceFile& file) {
  return allowed_and_sorted(
      file, merge_findings(lint({read.workflow, read.root, file}), std::move(read.diagnostics)));
}

std::vector<Diagnostic> action_diagnostics(const SourceFile& file) {
  std::vector<Diagnostic> found = check_local_action(file);
  const bool broken = std::any_of(found.begin(), found.end(), [&](const Diagnostic& one) {
    return one.severity == Severity::Error && one.file == file.path;
  });
  if (broken) return allowed_and_sorted(file, std::move(found));
  std::vector<Diagnostic> known;
  const LocalAction action = read_local_action(file.path, file.text, known);
  return allowed_and_sorted(
      file,
      merge_findings(lint_action(action, parse_yaml(file.text).root, file), std::move(found)));
}

Error first_error(const std::vector<Diagnostic>& diagnostics) {
  std::size_t errors = 0;
  const Diagnostic* first = nullptr;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != Severity::Error) continue;
    ++errors;
    if (first == nullptr) first = &diagnostic;
  }
  CHECK(first != nullptr);
  std::string message = to_string(*first);
  if (errors > 1) message += cat(" (and ", plural(errors - 1, "more error"), ")");
  return invalid_input(std::move(message));
}

// Most files name no other: they need not be parsed to know that. A quoted name may be written with
// escapes.
bool may_refer_to_files(std::string_view text) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  return has("./") || has("$/") || has("\\") || has(".py") || has(".sh") || has(".bash") ||
         has("sluice gate");
}

class ReadGithubWorkflow final : public ReadPipeline {
 public:
  ReadGithubWorkflow(const SourceFile& file, YamlParse parse) {
    ReadWorkflow read = read_workflow(file, std::move(parse), {});
    diagnostics_ = all_diagnostics(read, file);
    workflow_ = std::make_shared<const Workflow>(std::move(read.workflow));
  }

  const std::vector<Diagnostic>& diagnostics() const override { return diagnostics_; }

  std::vector<CronSchedule> schedules() const override {
    std::vector<CronSchedule> all;
    for (const Trigger& trigger : workflow_->triggers)
      for (const Schedule& one : trigger.schedules)
        all.push_back({one.cron.name, one.timezone.name, one.cron.position});
    return all;
  }

  Result<std::unique_ptr<BoundPipeline>> bind(const TriggerEvent& event, const RunIdentity& run,
                                              const RunValues& values) const override {
    if (has_errors(diagnostics_)) return first_error(diagnostics_);
    Value inputs = TRY_CONTEXT(dispatch_inputs(*workflow_, event), workflow_->file);
    auto bound = std::make_unique<BoundWorkflow>(workflow_, event, run, values, std::move(inputs));
    if (bound->problem()) return invalid_input(*bound->problem());
    return std::unique_ptr<BoundPipeline>(std::move(bound));
  }

 private:
  std::shared_ptr<const Workflow> workflow_;
  std::vector<Diagnostic> diagnostics_;
};

// An action's metadata: it has mistakes as a workflow has, and is no pipeline.
class ReadGithubAction final : public ReadPipeline {
 public:
  explicit ReadGithubAction(const SourceFile& file)
      : file_(file.path), diagnostics_(action_diagnostics(file)) {}

  const std::vector<Diagnostic>& diagnostics() const override { return diagnostics_; }
  std::vector<CronSchedule> schedules() const override { return {}; }

  Result<std::unique_ptr<BoundPipeline>> bind(const TriggerEvent&, const RunIdentity&,
                                              const RunValues&) const override {
    if (has_errors(diagnostics_)) return first_error(diagnostics_);
    return invalid_input(cat(file_, ": an action is no workflow; a workflow's step uses it"));
  }

 private:
  std::string file_;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace

GithubLanguage::GithubLanguage() : recent_(std::make_unique<RecentParses>()) {}

GithubLanguage::~GithubLanguage() = default;

bool GithubLanguage::reads(std::string_view path) const {
  constexpr std::string_view kFolder = ".github/workflows/";
  if (!path.ends_with(".yml") && !path.ends_with(".yaml")) return false;
  const std::size_t at = path.rfind(kFolder);
  if (at == std::string_view::npos || (at > 0 && path[at - 1] != '/')) return false;
  return path.find('/', at + kFolder.size()) == std::string_view::npos;
}

// Scripts are for the rules of lint.
std::vector<std::string> GithubLanguage::references(std::string_view path,
                                                    std::string_view text) const {
  if (!path.ends_with(".yml") && !path.ends_with(".yaml")) return {};
  if (!may_refer_to_files(text)) return {};
  YamlParse parse = parse_workflow(text);
  std::vector<std::string> paths = local_action_references(path, parse);
  for (std::string& script : script_references(parse)) paths.push_back(std::move(script));
  for (std::string& called : called_workflows(parse)) paths.push_back(std::move(called));
  if (!is_action_file(path)) recent_->keep(text, std::move(parse));
  return paths;
}

std::unique_ptr<const ReadPipeline> GithubLanguage::read(const SourceFile& file) const {
  if (is_action_file(file.path) && !reads(file.path))
    return std::make_unique<ReadGithubAction>(file);
  std::optional<YamlParse> parse = recent_->take(file.text);
  if (!parse) parse = parse_workflow(file.text);
  return std::make_unique<ReadGithubWorkflow>(file, *std::move(parse));
}

}  // namespace sluice::pipeline::github
