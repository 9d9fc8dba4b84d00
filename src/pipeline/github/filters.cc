#include "pipeline/github/filters.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/github/schema.h"
#include "pipeline/glob.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kDefaultPullTypes = "opened synchronize reopened";
// GitHub takes the workflow for these from the default branch, and from no other.
constexpr std::string_view kDefaultBranchOnly =
    "branch_protection_rule check_run check_suite delete discussion discussion_comment fork gollum "
    "image_version issue_comment issues label milestone page_build project project_card "
    "project_column public registry_package repository_dispatch schedule status watch workflow_run";
constexpr std::string_view kHeads = "refs/heads/";

std::string_view short_branch(std::string_view ref) {
  return ref.starts_with(kHeads) ? ref.substr(kHeads.size()) : ref;
}

// The text at a path of the event document; empty when there is none.
std::string text_at(const Json& document, std::initializer_list<std::string_view> path) {
  const Json* at = &document;
  for (const std::string_view name : path) {
    at = at->is_object() ? find(at->get_object(), name) : nullptr;
    if (at == nullptr) return {};
  }
  return at->is_string() ? std::string(view(at->get_string())) : std::string();
}

std::vector<FilterPattern> compile(const Filter& filter, FilterKind kind) {
  std::vector<FilterPattern> patterns;
  for (const Reference& written : filter.patterns) {
    ParsedFilterPattern parsed = parse_filter_pattern(written.name, kind);
    if (parsed.pattern) patterns.push_back(*std::move(parsed.pattern));
  }
  return patterns;
}

std::string pattern_list(const Filter& filter) {
  std::vector<std::string> names;
  for (const Reference& pattern : filter.patterns) names.push_back(pattern.name);
  return join(names, ", ");
}

TriggerDecision refused(DecidedBy by, std::string subject, TextPosition position,
                        std::string summary) {
  TriggerDecision decision;
  decision.reason.decided_by = by;
  decision.reason.subject = std::move(subject);
  decision.reason.position = position;
  decision.reason.summary = std::move(summary);
  return decision;
}

TriggerDecision accepted(const Trigger& trigger, std::string summary) {
  TriggerDecision decision;
  decision.triggered = true;
  decision.reason.decided_by = DecidedBy::Trigger;
  decision.reason.subject = cat("on.", trigger.event);
  decision.reason.position = trigger.position;
  decision.reason.summary = std::move(summary);
  return decision;
}

// A name (branch or tag) against one pair of filters; nothing when it passes.
std::optional<TriggerDecision> check_ref(const Trigger& trigger, const Filter& filter,
                                         const Filter& ignore, std::string_view key,
                                         std::string_view what, std::string_view name) {
  if (filter.present() && !filter_selects(compile(filter, FilterKind::Ref), name))
    return refused(DecidedBy::Filter, cat("on.", trigger.event, ".", key), filter.position,
                   cat(what, " '", name, "' does not match '", key, "': ", pattern_list(filter)));
  if (!ignore.present()) return std::nullopt;
  const std::vector<FilterPattern> patterns = compile(ignore, FilterKind::Ref);
  const FilterPattern* deciding = deciding_pattern(patterns, name);
  if (deciding == nullptr || deciding->negated()) return std::nullopt;
  return refused(DecidedBy::Filter, cat("on.", trigger.event, ".", key, "-ignore"), ignore.position,
                 cat(what, " '", name, "' matches '", deciding->text(), "' of '", key, "-ignore'"));
}

std::string compared_with(const TriggerEvent& event) {
  if (event.comparison_base.empty()) return {};
  return cat(" (compared with ", event.comparison_base, ")");
}

std::optional<TriggerDecision> check_paths(const Trigger& trigger, const TriggerEvent& event) {
  if (!event.changed_files) return std::nullopt;
  const std::vector<std::string>& files = *event.changed_files;
  if (trigger.paths.present()) {
    const auto patterns = compile(trigger.paths, FilterKind::Path);
    const bool any = std::any_of(files.begin(), files.end(), [&](const std::string& file) {
      return filter_selects(patterns, file);
    });
    if (!any)
      return refused(DecidedBy::Filter, cat("on.", trigger.event, ".paths"), trigger.paths.position,
                     cat("none of ", plural(files.size(), "changed file"), compared_with(event),
                         " matches 'paths': ", pattern_list(trigger.paths)));
  }
  if (trigger.paths_ignore.present()) {
    const auto patterns = compile(trigger.paths_ignore, FilterKind::Path);
    const bool all =
        !files.empty() && std::all_of(files.begin(), files.end(), [&](const std::string& file) {
          return filter_selects(patterns, file);
        });
    if (all)
      return refused(DecidedBy::Filter, cat("on.", trigger.event, ".paths-ignore"),
                     trigger.paths_ignore.position,
                     cat("all of ", plural(files.size(), "changed file"), compared_with(event),
                         " match 'paths-ignore': ", pattern_list(trigger.paths_ignore)));
  }
  return std::nullopt;
}

std::string matched_summary(const Trigger& trigger, const TriggerEvent& event,
                            std::string_view what, std::string_view name) {
  const bool path_filter = trigger.paths.present() || trigger.paths_ignore.present();
  std::string summary = cat("'", trigger.event, "' of ", what, " '", name, "'");
  if (path_filter && !event.changed_files)
    summary += "; the changed files are not known, so the path filter was taken to match";
  return summary;
}

TriggerDecision decide_push(const Trigger& trigger, const TriggerEvent& event) {
  constexpr std::string_view kTags = "refs/tags/";
  const bool branch_filter = trigger.branches.present() || trigger.branches_ignore.present();
  const bool tag_filter = trigger.tags.present() || trigger.tags_ignore.present();
  const std::string_view ref = event.ref;
  if (ref.starts_with(kTags)) {
    const std::string_view tag = ref.substr(kTags.size());
    if (branch_filter && !tag_filter)
      return refused(
          DecidedBy::Filter, "on.push.branches", trigger.position,
          cat("only branches are filtered for, so the tag '", tag, "' does not start it"));
    if (auto no = check_ref(trigger, trigger.tags, trigger.tags_ignore, "tags", "tag", tag))
      return *no;
    return accepted(trigger, cat("'push' of tag '", tag, "'"));  // paths do not count for tags
  }
  const std::string_view branch = short_branch(ref);
  if (tag_filter && !branch_filter)
    return refused(
        DecidedBy::Filter, "on.push.tags", trigger.position,
        cat("only tags are filtered for, so the branch '", branch, "' does not start it"));
  if (auto no = check_ref(trigger, trigger.branches, trigger.branches_ignore, "branches", "branch",
                          branch))
    return *no;
  if (auto no = check_paths(trigger, event)) return *no;
  return accepted(trigger, matched_summary(trigger, event, "branch", branch));
}

bool is_pull_request(std::string_view event) {
  return event == "pull_request" || event == "pull_request_target";
}

std::optional<TriggerDecision> check_type(const Trigger& trigger, const TriggerEvent& event) {
  if (event.action.empty()) return std::nullopt;
  if (trigger.types.empty()) {
    if (!is_pull_request(trigger.event) || has_word(kDefaultPullTypes, event.action))
      return std::nullopt;
    return refused(DecidedBy::Trigger, cat("on.", trigger.event, ".types"), trigger.position,
                   cat("activity '", event.action,
                       "' is not among the default ones: opened, synchronize, reopened"));
  }
  std::vector<std::string> names;
  for (const Reference& type : trigger.types) {
    if (equal_ignoring_case(type.name, event.action)) return std::nullopt;
    names.push_back(type.name);
  }
  return refused(DecidedBy::Trigger, cat("on.", trigger.event, ".types"),
                 trigger.types.front().position,
                 cat("activity '", event.action, "' is not among 'types': ", join(names, ", ")));
}

TriggerDecision decide_pull_request(const Trigger& trigger, const TriggerEvent& event) {
  if (auto no = check_ref(trigger, trigger.branches, trigger.branches_ignore, "branches",
                          "target branch", event.base_ref))
    return *no;
  if (auto no = check_paths(trigger, event)) return *no;
  return accepted(trigger, matched_summary(trigger, event, "a pull request to", event.base_ref));
}

TriggerDecision decide_workflow_run(const Trigger& trigger, const TriggerEvent& event) {
  const std::string name = text_at(event.payload, {"workflow_run", "name"});
  const std::string branch = text_at(event.payload, {"workflow_run", "head_branch"});
  const std::string conclusion = text_at(event.payload, {"workflow_run", "conclusion"});
  const auto& wanted = trigger.workflows.patterns;
  const bool named = std::any_of(wanted.begin(), wanted.end(),
                                 [&](const Reference& one) { return one.name == name; });
  if (!named && !filter_selects(compile(trigger.workflows, FilterKind::Ref), name))
    return refused(
        DecidedBy::Filter, "on.workflow_run.workflows", trigger.workflows.position,
        cat("the run of '", name, "' is not among 'workflows': ", pattern_list(trigger.workflows)));
  if (auto no = check_ref(trigger, trigger.branches, trigger.branches_ignore, "branches",
                          "the run's branch", branch))
    return *no;
  return accepted(trigger, cat("'workflow_run' of '", name, "' on branch '", branch, "'",
                               conclusion.empty() ? "" : cat(", which ended with ", conclusion)));
}

TriggerDecision decide_merge_group(const Trigger& trigger, const TriggerEvent& event) {
  const std::string ref = text_at(event.payload, {"merge_group", "base_ref"});
  const std::string_view base = short_branch(ref);
  if (auto no = check_ref(trigger, trigger.branches, trigger.branches_ignore, "branches",
                          "target branch", base))
    return *no;
  return accepted(trigger, cat("'merge_group' for branch '", base, "'"));
}

TriggerDecision decide_schedule(const Trigger& trigger, const TriggerEvent& event) {
  const std::string cron = text_at(event.payload, {"schedule"});
  std::vector<std::string> known;
  for (const Schedule& schedule : trigger.schedules) {
    if (schedule.cron.name == cron) return accepted(trigger, cat("'schedule' of '", cron, "'"));
    known.push_back(cat("'", schedule.cron.name, "'"));
  }
  if (cron.empty()) return accepted(trigger, "'schedule' starts it");
  return refused(DecidedBy::Filter, "on.schedule", trigger.position,
                 cat("the schedule '", cron, "' is none of its own: ", join(known, ", ")));
}

// One line at the end of a message, below an empty one: "skip-checks: true".
bool has_skip_trailer(std::string_view message) {
  const std::vector<std::string_view> lines = split_lines(trim(message));
  for (std::size_t at = lines.size(); at-- > 1 && !trim(lines[at]).empty();) {
    const std::size_t colon = lines[at].find(':');
    if (colon == std::string_view::npos ||
        !equal_ignoring_case(lines[at].substr(0, colon), "skip-checks") ||
        !equal_ignoring_case(trim(lines[at].substr(colon + 1)), "true"))
      continue;
    const bool below_an_empty_line =
        std::any_of(lines.begin() + 1, lines.begin() + static_cast<long>(at),
                    [](std::string_view line) { return trim(line).empty(); });
    if (below_an_empty_line) return true;
  }
  return false;
}

// Once the rest would start it: the reason then says what the message changes.
TriggerDecision unless_skipped(const Trigger& trigger, const TriggerEvent& event,
                               TriggerDecision decision) {
  if (!decision.triggered) return decision;
  const std::string words = skip_words(event.commit_message);
  if (words.empty()) return decision;
  const std::string_view message = event.commit_message;
  return refused(DecidedBy::Commit, words, trigger.position,
                 cat("the message of the head commit has '", words,
                     "': ", message.substr(0, message.find('\n')),
                     " (--despite-skip starts it all the same)"));
}

}  // namespace

std::string skip_words(std::string_view message) {
  for (const std::string_view words :
       {"[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]"})
    if (message.find(words) != std::string_view::npos) return std::string(words);
  return has_skip_trailer(message) ? "skip-checks: true" : std::string();
}

TriggerDecision decide_trigger(const Workflow& workflow, const TriggerEvent& event,
                               std::string_view default_branch) {
  const Trigger* trigger = workflow.find_trigger(event.name);
  if (trigger == nullptr) {
    std::vector<std::string> names;
    for (const Trigger& known : workflow.triggers) names.push_back(known.event);
    const TextPosition at =
        workflow.triggers.empty() ? TextPosition{} : workflow.triggers.front().position;
    return refused(
        DecidedBy::Trigger, "on", at,
        cat("the event '", event.name, "' does not start it; it listens to: ", join(names, ", ")));
  }
  if (auto no = check_type(*trigger, event)) return *no;
  if (has_word(kDefaultBranchOnly, event.name) && short_branch(event.ref) != default_branch)
    return refused(DecidedBy::Trigger, cat("on.", event.name), trigger->position,
                   cat("'", event.name, "' starts workflows of the default branch '",
                       default_branch, "' only, and this is '", short_branch(event.ref), "'"));
  if (event.name == "push") return unless_skipped(*trigger, event, decide_push(*trigger, event));
  if (event.name == "pull_request")
    return unless_skipped(*trigger, event, decide_pull_request(*trigger, event));
  if (is_pull_request(event.name)) return decide_pull_request(*trigger, event);
  if (event.name == "workflow_run") return decide_workflow_run(*trigger, event);
  if (event.name == "merge_group") return decide_merge_group(*trigger, event);
  if (event.name == "schedule") return decide_schedule(*trigger, event);
  return accepted(*trigger, cat("'", trigger->event, "' starts it"));
}

}  // namespace sluice::pipeline::github
