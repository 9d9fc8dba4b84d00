// Concurrency, time limits and filters: which runs there are, and how long.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "pipeline/github/lint/scripts.h"
#include "pipeline/github/lint/support.h"
#include "pipeline/glob.h"

namespace sluice::pipeline::github {
namespace {

struct Group {
  const YamlNode* node = nullptr;  // the group's text; null when there is none
  bool cancels = false;
};

Group group_of(const YamlNode* holder) {
  const YamlNode* concurrency = holder == nullptr ? nullptr : holder->find("concurrency");
  if (concurrency == nullptr) return {};
  if (concurrency->is_scalar()) return {concurrency, false};
  Group group{concurrency->find("group"), false};
  const YamlNode* cancel = concurrency->find("cancel-in-progress");
  group.cancels = cancel != nullptr && cancel->kind == YamlKind::Boolean && cancel->boolean &&
                  concurrency->find("queue") == nullptr;
  if (group.node != nullptr && !group.node->is_scalar()) group.node = nullptr;
  return group;
}

// Spelled alike: case and blanks do not count.
std::string canonical(const YamlNode& group) {
  std::string text;
  for (const char c : to_lower(group.text))
    if (c != ' ' && c != '\n') text += c;
  return text;
}

bool same_group(const Group& a, const Group& b) {
  return a.node != nullptr && b.node != nullptr && canonical(*a.node) == canonical(*b.node);
}

// The path inside the repository of a workflow that a job calls.
std::string called_path(const YamlNode& job) {
  const YamlNode* uses = job.find("uses");
  if (uses == nullptr || !uses->is_scalar() || !uses->text.starts_with("./")) return {};
  return uses->text.substr(2);
}

void add_clash(const Subject& subject, const Group& group, std::string message, Findings& out) {
  add_finding(subject.workflow, Severity::Warning, "concurrency-clash", group.node->position,
              std::move(message), out);
}

void check_called_group(const Subject& subject, const Job& job, const YamlNode& node,
                        const Group& workflow, Findings& out) {
  const std::string path = called_path(node);
  const auto other = subject.source.others.find(path);
  if (path.empty() || other == subject.source.others.end() || !other->second) return;
  const YamlParse parse = parse_yaml(*other->second);
  if (!parse.problems.empty()) return;
  const Group called = group_of(&parse.root);
  // Both see the caller's `github` context, so the same text gives the same group.
  for (const Group& mine : {workflow, group_of(&node)})
    if (same_group(mine, called))
      add_clash(subject, mine,
                cat("'", path, "', which job '", job.id,
                    "' calls, asks for the same group: it waits for its own caller, or cancels "
                    "it; 'github.workflow' is the caller's name in both"),
                out);
}

bool listens_to(const Workflow& workflow, std::string_view event) {
  return workflow.find_trigger(event) != nullptr;
}

// Whether runs of different branches have different groups.
bool tells_branches_apart(const YamlNode& group) {
  const std::string text = canonical(group);
  for (const std::string_view name :
       {"github.ref", "github.head_ref", "github.sha", "github.run_id", "github.run_number",
        "github.event.", "inputs.", "github.base_ref", "github.actor", "tojson(github"})
    if (text.find(name) != std::string::npos) return true;
  return false;
}

bool pushes_from_one_branch(const Workflow& workflow) {
  const Trigger* push = workflow.find_trigger("push");
  if (push == nullptr) return true;
  const auto& patterns = push->branches.patterns;
  return patterns.size() == 1 && patterns[0].name.find_first_of("*?+[!") == std::string::npos;
}

// Only for pull requests: what is deployed there is a preview.
bool serves_pull_requests_alone(const Workflow& workflow) {
  return std::all_of(workflow.triggers.begin(), workflow.triggers.end(),
                     [](const Trigger& t) { return t.event.starts_with("pull_request"); });
}

const Job* find_delivery(const Subject& subject) {
  for (const Job& job : subject.workflow.jobs) {
    if (name_has(job.id, "deploy") || name_has(job.id, "rollout") || name_has(job.id, "promote"))
      return &job;
    for (const Script& script : scripts_of(subject, job))
      if (std::any_of(script.commands.begin(), script.commands.end(), deploys)) return &job;
  }
  return nullptr;
}

void add_cancelled(const Subject& subject, const Group& group, const Job& job, Findings& out) {
  add_finding(subject.workflow, Severity::Warning, "cancelled-deploy", group.node->position,
              cat("a newer run cancels job '", job.id,
                  "' in the middle of a deployment and leaves it half done; let it wait: "
                  "'cancel-in-progress: false' for the jobs that deploy"),
              out);
}

bool asks_for_gpu(std::string_view runner) {
  static constexpr std::string_view kWords[] = {"gpu",  "cuda", "a100", "h100",  "h200", "v100",
                                                "a10g", "l40s", "t4",   "rtx",   "p4d",  "p5",
                                                "g4dn", "g5",   "g6",   "nvidia"};
  std::string word;
  for (std::size_t i = 0; i <= runner.size(); ++i) {
    const char c = i < runner.size() ? runner[i] : ' ';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word += c;
      continue;
    }
    if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return true;
    word.clear();
  }
  return false;
}

std::string without_negation(std::string_view pattern) {
  return std::string(pattern.starts_with('!') ? pattern.substr(1) : pattern);
}

bool is_literal_pattern(std::string_view pattern) {
  return pattern.find_first_of("*?+[\\") == std::string_view::npos;
}

class FilterChecks {
 public:
  FilterChecks(const Subject& subject, Findings& out) : subject_(subject), out_(out) {}

  void check(const Filter& filter, FilterKind kind, std::string_view key) {
    bool positive_seen = false;
    for (std::size_t i = 0; i < filter.patterns.size(); ++i) {
      const Reference& pattern = filter.patterns[i];
      const bool negative = pattern.name.starts_with('!');
      if (negative && !positive_seen && has_positive(filter, i))
        add(pattern, cat("'", pattern.name, "' has no effect: patterns of '", key,
                         "' apply in order, and the ones behind it select again what it takes "
                         "away; put it last"));
      if (!negative) check_positive(filter, i, kind, key);
      positive_seen = positive_seen || !negative;
    }
    check_prefix(filter, kind, key);
  }

  void check_prefix(const Filter& filter, FilterKind kind, std::string_view key) {
    if (kind == FilterKind::Path) return;
    for (const Reference& pattern : filter.patterns) {
      const std::string name = without_negation(pattern.name);
      for (const std::string_view prefix : {"refs/heads/", "refs/tags/"})
        if (name.starts_with(prefix))
          add(pattern,
              cat("'", pattern.name, "' never matches: '", key,
                  "' is compared with the short name; write '", name.substr(prefix.size()), "'"));
    }
  }

 private:
  static bool has_positive(const Filter& filter, std::size_t from) {
    return std::any_of(filter.patterns.begin() + static_cast<std::ptrdiff_t>(from),
                       filter.patterns.end(),
                       [](const Reference& pattern) { return !pattern.name.starts_with('!'); });
  }

  // A name that a later pattern takes away again.
  void check_positive(const Filter& filter, std::size_t index, FilterKind kind,
                      std::string_view key) {
    const Reference& pattern = filter.patterns[index];
    if (!is_literal_pattern(pattern.name)) return;
    for (std::size_t i = index + 1; i < filter.patterns.size(); ++i) {
      const Reference& later = filter.patterns[i];
      const auto parsed = parse_filter_pattern(later.name, kind);
      if (!parsed.pattern || !parsed.pattern->matches(pattern.name)) continue;
      if (parsed.pattern->negated())
        add(pattern, cat("'", pattern.name, "' never matches: '", later.name, "' at line ",
                         later.position.line, " takes it away again, and the last pattern of '",
                         key, "' that matches decides"));
      return;
    }
  }

  void add(const Reference& pattern, std::string message) {
    add_finding(subject_.workflow, Severity::Warning, "filter-without-match", pattern.position,
                std::move(message), out_);
  }

  const Subject& subject_;
  Findings& out_;
};

}  // namespace

void lint_concurrency(const Subject& subject, Findings& out) {
  const Group workflow = group_of(&subject.root);
  for (const Job& job : subject.workflow.jobs) {
    const YamlNode* node = node_of(subject, job);
    if (node == nullptr) continue;
    const Group own = group_of(node);
    if (same_group(workflow, own))
      add_clash(subject, own,
                cat("job '", job.id, "' asks for the group that its own run holds already (line ",
                    workflow.node->position.line, "), so it can never have it"),
                out);
    check_called_group(subject, job, *node, workflow, out);
    if (own.node != nullptr && own.cancels && is_deploy_job(subject, job) &&
        !serves_pull_requests_alone(subject.workflow))
      add_cancelled(subject, own, job, out);
  }
  if (workflow.node == nullptr || !workflow.cancels) return;
  const Job* delivery = find_delivery(subject);
  if (delivery != nullptr && !serves_pull_requests_alone(subject.workflow))
    add_cancelled(subject, workflow, *delivery, out);
  const bool many =
      listens_to(subject.workflow, "pull_request") || !pushes_from_one_branch(subject.workflow);
  if (many && !tells_branches_apart(*workflow.node))
    add_finding(subject.workflow, Severity::Warning, "concurrency-without-ref",
                workflow.node->position,
                "all branches share this group, so a push to one cancels the run of another; put "
                "'${{ github.ref }}' into its name",
                out);
}

void lint_gpu_without_timeout(const Subject& subject, Findings& out) {
  for (const Job& job : subject.workflow.jobs) {
    const YamlNode* node = node_of(subject, job);
    if (job.timeout_minutes.present() || node == nullptr || node->find("uses") != nullptr) continue;
    const bool limited =
        !job.steps.empty() &&
        std::all_of(job.steps.begin(), job.steps.end(),
                    [](const Step& step) { return step.timeout_minutes.present() || step.uses; }) &&
        std::any_of(job.steps.begin(), job.steps.end(),
                    [](const Step& step) { return step.timeout_minutes.present(); });
    if (limited || !asks_for_gpu(runner_text(subject, job))) continue;
    add_finding(subject.workflow, Severity::Warning, "gpu-without-timeout",
                node->find_key("runs-on")->position,
                cat("job '", job.id,
                    "' holds a GPU for up to 6 hours when it hangs; set 'timeout-minutes'"),
                out);
  }
}

void lint_filters(const Subject& subject, Findings& out) {
  FilterChecks checks(subject, out);
  for (const Trigger& trigger : subject.workflow.triggers) {
    checks.check(trigger.branches, FilterKind::Ref, "branches");
    checks.check(trigger.tags, FilterKind::Ref, "tags");
    checks.check(trigger.paths, FilterKind::Path, "paths");
    checks.check_prefix(trigger.branches_ignore, FilterKind::Ref, "branches-ignore");
    checks.check_prefix(trigger.tags_ignore, FilterKind::Ref, "tags-ignore");
  }
}

}  // namespace sluice::pipeline::github
