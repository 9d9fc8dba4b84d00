#include "pipeline/github/fidelity.h"

#include <algorithm>
#include <deque>
#include <set>

#include "base/strings.h"
#include "pipeline/github/calls.h"
#include "pipeline/github/language.h"
#include "pipeline/github/lint/runner_labels.h"
#include "pipeline/github/lint/value_rules.h"
#include "pipeline/github/local_action.h"
#include "pipeline/github/schema_walk.h"
#include "pipeline/github/shell.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kDecidedLater =
    "known when the job starts: of Linux this host, of another system refused";

// One use of something, before equal ones are taken together.
struct Use {
  FeatureKind kind = FeatureKind::Key;
  std::string name;
  Rating rating = Rating::Honoured;
  std::string remark;
  FeaturePlace place;
  TextPosition value;  // Key: of what stands under it
};

const ActionRule* rule_of_action(std::string_view uses) {
  return find_built_in_action(uses.substr(0, uses.rfind('@')));
}

bool is_action_file(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  return name == "action.yml" || name == "action.yaml";
}

// The uses that are in one file.
class FileUses {
 public:
  explicit FileUses(std::string file) : file_(std::move(file)) {}

  void read(const YamlNode& root) {
    const bool action = is_action_file(file_);
    visit_keys(root, action ? action_rule() : workflow_rule(),
               [&](const KeyVisit& visit, const YamlNode& key, const YamlNode& value) {
                 add_key(action ? cat("action: ", visit.path) : visit.path, visit, key, value);
               });
    const YamlNode* jobs = action ? nullptr : root.find("jobs");
    if (jobs != nullptr)
      for (const auto& [id, job] : jobs->members) read_job(job);
    const YamlNode* runs = action ? root.find("runs") : nullptr;
    if (runs != nullptr) read_steps(*runs);
  }

  // What the reader says cannot be done is never honoured, whatever the tables say.
  void correct(const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& found : diagnostics) {
      if (found.severity != Severity::Unsupported || found.file != file_) continue;
      Use* use = find(found.position);
      if (use == nullptr || use->rating == Rating::NotHonoured) continue;
      use->rating = Rating::NotHonoured;
      use->remark = rating_remark(KeyUse::Unsupported, found.message);
    }
  }

  std::vector<Use> take() { return std::move(uses_); }

 private:
  Use& add(FeatureKind kind, std::string name, KeyUse use, std::string_view remark,
           TextPosition position) {
    uses_.push_back(
        {kind, std::move(name), rating_of(use), rating_remark(use, remark), {file_, position}, {}});
    return uses_.back();
  }

  void add_key(std::string path, const KeyVisit& visit, const YamlNode& key,
               const YamlNode& value) {
    const bool is_shell = path.ends_with(".shell") && value.is_string();
    if (const auto why = is_shell ? unavailable_shell(value.text) : std::nullopt) {
      path += cat(": ", value.text);
      add(FeatureKind::Key, std::move(path), KeyUse::Fails, *why, key.position);
      return;
    }
    add(FeatureKind::Key, std::move(path), visit.use, visit.remark, key.position).value =
        value.position;
  }

  void read_job(const YamlNode& job) {
    if (const YamlNode* uses = job.find("uses")) {
      const Treatment treatment = use_of_call(uses->text);
      add(FeatureKind::Action, uses->text, treatment.use, treatment.remark, uses->position);
    }
    read_steps(job);
    read_labels(job);
  }

  void read_steps(const YamlNode& parent) {
    for_each_step(parent, [&](const YamlNode& step) {
      const YamlNode* uses = step.find("uses");
      if (uses == nullptr || !uses->is_scalar()) return;
      const Treatment treatment = use_of_action(uses->text);
      add(FeatureKind::Action, uses->text, treatment.use, treatment.remark, uses->position);
      const ActionRule* rule = rule_of_action(uses->text);
      const YamlNode* with = step.find("with");
      if (rule == nullptr || with == nullptr) return;
      for (const auto& [key, value] : with->members)
        for (const InputRule& input : rule->inputs)
          if (equal_ignoring_case(input.name, key.text)) read_input(uses->text, input, key, value);
    });
  }

  void read_input(const std::string& action, const InputRule& input, const YamlNode& key,
                  const YamlNode& value) {
    const bool just_honoured = rating_of(input.use) == Rating::Honoured;
    if (just_honoured || (value.is_scalar() && value.text == input.harmless)) return;
    add(FeatureKind::Action, cat(action, " with: ", input.name), input.use, input.remark,
        key.position);
  }

  void read_labels(const YamlNode& job) {
    std::size_t known = 0;
    for_each_label(job, [&](const YamlNode& label) {
      const Treatment treatment = use_of_label(label.text);
      add(FeatureKind::Runner, label.text, treatment.use, treatment.remark, label.position);
      ++known;
    });
    const YamlNode* runs_on = job.find("runs-on");
    if (known > 0 || runs_on == nullptr) return;
    for_each_text(
        runs_on->is_mapping() ? runs_on->find("labels") : runs_on, [&](const YamlNode& label) {
          add(FeatureKind::Runner, label.text, KeyUse::Approximated, kDecidedLater, label.position);
        });
  }

  Use* find(TextPosition position) {
    Use* by_value = nullptr;
    for (Use& use : uses_) {
      if (use.place.position == position) return &use;
      if (use.kind == FeatureKind::Key && use.value == position) by_value = &use;
    }
    return by_value;
  }

  std::string file_;
  std::vector<Use> uses_;
};

std::vector<Diagnostic> reader_diagnostics(const SourceFile& file) {
  if (!is_action_file(file.path)) return read_workflow(file).diagnostics;
  std::vector<Diagnostic> diagnostics;
  read_local_action(file.path, file.text, diagnostics);
  return diagnostics;
}

// The files that one leads to, itself first.
std::vector<SourceFile> reachable(const SourceFile& root) {
  std::vector<SourceFile> files;
  std::set<std::string> seen{root.path};
  std::deque<SourceFile> open{root};
  while (!open.empty()) {
    SourceFile file = std::move(open.front());
    open.pop_front();
    const YamlParse parse = parse_yaml(file.text);
    std::vector<std::string> next = called_workflows(parse);
    for (std::string& path : local_action_references(file.path, parse))
      next.push_back(std::move(path));
    for (const std::string& path : next) {
      const auto text = root.others.find(path);
      if (text == root.others.end() || !text->second || !seen.insert(path).second) continue;
      open.push_back({path, *text->second, root.others});
    }
    files.push_back(std::move(file));
  }
  return files;
}

std::vector<Feature> take_together(const std::vector<Use>& uses) {
  std::vector<Feature> features;
  for (const Use& use : uses) {
    const auto same = std::find_if(features.begin(), features.end(), [&](const Feature& feature) {
      return feature.kind == use.kind && feature.name == use.name && feature.rating == use.rating &&
             feature.remark == use.remark;
    });
    if (same != features.end())
      same->places.push_back(use.place);
    else
      features.push_back({use.kind, use.name, use.rating, use.remark, {use.place}});
  }
  std::stable_sort(features.begin(), features.end(),
                   [](const Feature& a, const Feature& b) { return a.kind < b.kind; });
  return features;
}

std::vector<Diagnostic> errors_of(const SourceFile& file) {
  std::vector<Diagnostic> found = GithubLanguage().read(file)->diagnostics();
  std::erase_if(found, [](const Diagnostic& one) { return one.severity != Severity::Error; });
  return found;
}

Json to_json(const Feature& feature) {
  const FeaturePlace& first = feature.places.front();
  JsonObject object{{"name", feature.name},          {"rating", to_string(feature.rating)},
                    {"uses", feature.places.size()}, {"file", first.file},
                    {"line", first.position.line},   {"column", first.position.column}};
  if (!feature.remark.empty()) object["remark"] = feature.remark;
  return object;
}

}  // namespace

std::string_view to_string(Rating rating) {
  switch (rating) {
    case Rating::Honoured:
      return "honoured";
    case Rating::Approximated:
      return "approximated";
    case Rating::NotHonoured:
      return "not honoured";
  }
  UNREACHABLE();
}

std::string_view to_string(FeatureKind kind) {
  switch (kind) {
    case FeatureKind::Key:
      return "key";
    case FeatureKind::Action:
      return "action";
    case FeatureKind::Runner:
      return "runner";
  }
  UNREACHABLE();
}

Rating rating_of(KeyUse use) {
  switch (use) {
    case KeyUse::Honoured:
    case KeyUse::Silent:
      return Rating::Honoured;
    case KeyUse::Approximated:
      return Rating::Approximated;
    case KeyUse::Informs:
    case KeyUse::Unsupported:
    case KeyUse::Fails:
      return Rating::NotHonoured;
  }
  UNREACHABLE();
}

std::string rating_remark(KeyUse use, std::string_view remark) {
  switch (use) {
    case KeyUse::Honoured:
    case KeyUse::Silent:
      return {};
    case KeyUse::Approximated:
      return std::string(remark);
    case KeyUse::Informs:
      return cat("noted: ", remark);
    case KeyUse::Unsupported:
      return cat("refused before the run: ", remark);
    case KeyUse::Fails:
      return cat("the step fails when it is reached: ", remark);
  }
  UNREACHABLE();
}

Treatment use_of_action(std::string_view uses) {
  if (is_local_action(uses)) return {};
  if (uses.starts_with("docker://")) return {KeyUse::Unsupported, "nothing runs in containers"};
  if (const ActionRule* rule = rule_of_action(uses)) return {rule->use, rule->remark};
  return {KeyUse::Unsupported, "there is no such built-in action"};
}

Treatment use_of_call(std::string_view uses) {
  if (local_workflow_path(uses)) return {};
  return {KeyUse::Unsupported, "the workflow is of another repository"};
}

std::size_t Fidelity::count(FeatureKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(features.begin(), features.end(),
                    [&](const Feature& feature) { return feature.kind == kind; }));
}

std::size_t Fidelity::count(FeatureKind kind, Rating rating) const {
  return static_cast<std::size_t>(std::count_if(
      features.begin(), features.end(),
      [&](const Feature& feature) { return feature.kind == kind && feature.rating == rating; }));
}

std::size_t Fidelity::count(Rating rating) const {
  return count(FeatureKind::Key, rating) + count(FeatureKind::Action, rating) +
         count(FeatureKind::Runner, rating);
}

Result<Fidelity> rate_workflows(const std::vector<SourceFile>& files) {
  Fidelity fidelity;
  std::vector<Use> uses;
  std::set<std::string> seen;
  for (const SourceFile& root : files) {
    for (const SourceFile& file : reachable(root)) {
      if (!seen.insert(file.path).second) continue;
      const YamlParse parse = parse_yaml(file.text);
      if (!parse.is_readable()) {
        const YamlProblem& problem = parse.problems.front();
        return invalid_input(cat(file.path, ":", problem.position.line, ":",
                                 problem.position.column, ": ", problem.message));
      }
      FileUses found(file.path);
      found.read(parse.root);
      found.correct(reader_diagnostics(file));
      for (Use& use : found.take()) uses.push_back(std::move(use));
      fidelity.files.push_back(file.path);
    }
    for (Diagnostic& error : errors_of(root)) fidelity.errors.push_back(std::move(error));
  }
  fidelity.features = take_together(uses);
  return fidelity;
}

Json to_json(const Fidelity& fidelity) {
  JsonArray files(fidelity.files.begin(), fidelity.files.end());
  JsonObject result{{"files", std::move(files)}};
  for (const auto& [kind, name] : {std::pair{FeatureKind::Key, "keys"},
                                   {FeatureKind::Action, "actions"},
                                   {FeatureKind::Runner, "runners"}}) {
    JsonArray features;
    for (const Feature& feature : fidelity.features)
      if (feature.kind == kind) features.push_back(to_json(feature));
    result[name] = std::move(features);
  }
  JsonObject summary;
  for (const Rating rating : {Rating::Honoured, Rating::Approximated, Rating::NotHonoured})
    summary[replace_all(std::string(to_string(rating)), " ", "_")] = fidelity.count(rating);
  result["summary"] = std::move(summary);
  result["mistakes"] = fidelity.errors.size();
  return result;
}

}  // namespace sluice::pipeline::github
