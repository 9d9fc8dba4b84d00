#include "pipeline/github/lint/event_facts.h"

#include <algorithm>

#include "base/strings.h"
#include "pipeline/glob.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";

bool is_path(const ExpressionNode& node, std::string_view a, std::string_view b) {
  const auto path = constant_path(node);
  return path.size() == 2 && equal_ignoring_case(path[0], a) && equal_ignoring_case(path[1], b);
}

bool is_text(const ExpressionNode& node) {
  return node.kind == NodeKind::Literal && node.literal.kind() == ValueKind::String;
}

EventFacts::Verdict invert(EventFacts::Verdict verdict) {
  if (verdict.truth == Truth::Unknown) return verdict;
  verdict.truth = verdict.truth == Truth::True ? Truth::False : Truth::True;
  return verdict;
}

bool selects(const Filter& filter, std::string_view name) {
  std::vector<FilterPattern> patterns;
  for (const Reference& pattern : filter.patterns) {
    auto parsed = parse_filter_pattern(pattern.name, FilterKind::Ref);
    if (!parsed.pattern) return true;  // said elsewhere
    patterns.push_back(*std::move(parsed.pattern));
  }
  return filter_selects(patterns, name);
}

}  // namespace

EventFacts::EventFacts(const Subject& subject) : workflow_(subject.workflow) {
  callable_ = workflow_.find_trigger("workflow_call") != nullptr;
  if (const YamlNode* on = subject.root.find("on")) {
    callable_ = callable_ || on->find("workflow_call") != nullptr;
  }
}

// A push with filters of tags alone comes from no branch; every other event has one, or may have.
bool EventFacts::has_branches() const {
  return std::any_of(workflow_.triggers.begin(), workflow_.triggers.end(), [](const Trigger& t) {
    const bool tags_only = (t.tags.present() || t.tags_ignore.present()) && !t.branches.present() &&
                           !t.branches_ignore.present();
    return t.event != "push" || !tags_only;
  });
}

bool EventFacts::has_tags() const {
  return std::any_of(workflow_.triggers.begin(), workflow_.triggers.end(), [](const Trigger& t) {
    if (t.event == "pull_request" || t.event == "schedule" || t.event == "issues" ||
        t.event == "issue_comment" || t.event == "pull_request_target")
      return false;
    const bool branches_only = (t.branches.present() || t.branches_ignore.present()) &&
                               !t.tags.present() && !t.tags_ignore.present();
    return t.event != "push" || !branches_only;
  });
}

EventFacts::Verdict EventFacts::judge_event_name(std::string_view name) const {
  const bool listed =
      std::any_of(workflow_.triggers.begin(), workflow_.triggers.end(),
                  [&](const Trigger& trigger) { return equal_ignoring_case(trigger.event, name); });
  if (!listed) return {Truth::False, cat("'on' does not list the event '", name, "'")};
  if (workflow_.triggers.size() == 1)
    return {Truth::True, cat("'", name, "' is the only event of 'on'")};
  return {};
}

EventFacts::Verdict EventFacts::judge_ref(std::string_view ref) const {
  if (ref.starts_with(kTags))
    return has_tags() ? Verdict{} : Verdict{Truth::False, "no event of 'on' comes with a tag"};
  if (!ref.starts_with(kHeads))
    return ref.starts_with("refs/") ? Verdict{}
                                    : Verdict{Truth::False, cat("'github.ref' is a full name such "
                                                                "as 'refs/heads/main', never '",
                                                                ref, "'")};
  if (!has_branches()) return {Truth::False, "the only event of 'on' is a push of tags"};
  // A pull request's ref is refs/pull/N/merge.
  const std::string_view branch = ref.substr(kHeads.size());
  const bool possible = std::any_of(
      workflow_.triggers.begin(), workflow_.triggers.end(), [&](const Trigger& trigger) {
        if (trigger.event == "pull_request") return false;
        return trigger.event != "push" || !trigger.branches.present() ||
               selects(trigger.branches, branch);
      });
  if (possible) return {};
  return {Truth::False, cat("no event of 'on' comes with the branch '", branch, "'")};
}

EventFacts::Verdict EventFacts::judge_equal(const ExpressionNode& node) const {
  const ExpressionNode* value = &node.children[0];
  const ExpressionNode* text = &node.children[1];
  if (is_text(*value)) std::swap(value, text);
  if (!is_text(*text)) return {};
  if (is_path(*value, "github", "event_name")) return judge_event_name(text->literal.as_string());
  if (is_path(*value, "github", "ref")) return judge_ref(text->literal.as_string());
  if (is_path(*value, "github", "ref_type")) {
    if (text->literal.as_string() == "tag" && !has_tags())
      return {Truth::False, "no event of 'on' comes with a tag"};
    if (text->literal.as_string() == "branch" && !has_branches())
      return {Truth::False, "the only event of 'on' is a push of tags"};
  }
  return {};
}

EventFacts::Verdict EventFacts::judge_ref_prefix(const ExpressionNode& call) const {
  if (call.function != FunctionId::StartsWith || call.children.size() != 2) return {};
  if (!is_path(call.children[0], "github", "ref") || !is_text(call.children[1])) return {};
  const std::string_view prefix = call.children[1].literal.as_string();
  if (prefix.starts_with("refs/tags") && !has_tags())
    return {Truth::False, "no event of 'on' comes with a tag"};
  if (prefix.starts_with("refs/heads") && !has_branches())
    return {Truth::False, "the only event of 'on' is a push of tags"};
  return {};
}

EventFacts::Verdict EventFacts::judge(const ExpressionNode& node) const {
  if (callable_ || workflow_.triggers.empty()) return {};
  switch (node.kind) {
    case NodeKind::Equal:
      return judge_equal(node);
    case NodeKind::NotEqual:
      return invert(judge_equal(node));
    case NodeKind::Not:
      return invert(judge(node.children[0]));
    case NodeKind::Call:
      return judge_ref_prefix(node);
    case NodeKind::And:
    case NodeKind::Or: {
      // One part decides when it is false in an And, true in an Or.
      const Truth decisive = node.kind == NodeKind::And ? Truth::False : Truth::True;
      Verdict all{node.kind == NodeKind::And ? Truth::True : Truth::False, ""};
      for (const ExpressionNode& child : node.children) {
        Verdict part = judge(child);
        if (part.truth == decisive) return part;
        if (part.truth == Truth::Unknown) all.truth = Truth::Unknown;
        if (all.reason.empty()) all.reason = std::move(part.reason);
      }
      return all;
    }
    default:
      return {};
  }
}

}  // namespace sluice::pipeline::github
