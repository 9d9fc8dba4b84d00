#include "app/trigger.h"

#include <algorithm>

#include "app/event_payload.h"
#include "base/strings.h"
#include "pipeline/github/schema.h"

namespace sluice::app {
namespace {

using pipeline::TriggerEvent;
namespace github = pipeline::github;

// An option and the events that it is for.
struct OptionUse {
  std::string_view option;
  bool given = false;
  std::string_view events;
};

// What would otherwise be ignored without a word.
Result<void> check_options(const TriggerRequest& request) {
  constexpr std::string_view kPulls =
      "pull_request pull_request_target pull_request_review pull_request_review_comment";
  const std::string pulls_and_issues = cat(kPulls, " issues issue_comment");
  const OptionUse uses[] = {
      {"--input", !request.inputs.empty(), "workflow_dispatch repository_dispatch"},
      {"--cron", !request.cron.empty(), "schedule"},
      {"--workflow and --of", request.ended_run.has_value(), "workflow_run"},
      {"--label", !request.labels.empty(), pulls_and_issues},
      {"--draft", request.draft, kPulls},
      {"--fork", !request.fork.empty(), kPulls},
  };
  for (const OptionUse& use : uses)
    if (use.given && !github::has_word(use.events, request.event))
      return invalid_input(cat(use.option, " is for the events ",
                               replace_all(std::string(use.events), " ", ", "), "; '",
                               request.event, "' takes none (--event names the event)"));
  return success();
}

Result<void> check_event(const TriggerRequest& request) {
  const std::vector<std::string> events = known_events();
  if (std::find(events.begin(), events.end(), request.event) == events.end())
    return invalid_input(cat("unknown event '", request.event, "'",
                             did_you_mean(request.event, events), " (known: ", join(events, ", "),
                             ")"));
  TRY(check_options(request));
  if (request.event == "repository_dispatch" && request.action.empty() &&
      text_at(request.payload, {"action"}).empty())
    return invalid_input(
        "repository_dispatch needs its type: --type NAME, or 'action' in the "
        "--event-file");
  if (request.event == "workflow_run" && !request.ended_run &&
      text_at(request.payload, {"workflow_run", "name"}).empty())
    return invalid_input(
        "workflow_run needs the run that ended: --of RUN (as `sluice runs list` "
        "shows it), --workflow NAME, or 'workflow_run' in the --event-file");
  return success();
}

// The activity that people mean when they name none.
std::string usual_action(std::string_view event) {
  if (event == "pull_request" || event == "pull_request_target") return "synchronize";
  const github::EventRule* rule = github::find_event_rule(event);
  if (rule == nullptr || rule->types.empty() || rule->types == "*") return {};
  return std::string(split(rule->types, ' ').front());
}

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts)
    if (!text.empty()) return text;
  return {};
}

std::string ref_of_tag(const TriggerRequest& request, const std::string& in_payload) {
  return cat("refs/tags/", first_of({request.tag, in_payload, "v0.0.0-local"}));
}

// The number in the document, else that of the document that is made.
std::string pull_request_ref(const Json& payload) {
  const auto* object = payload.if_object();
  const Json* number = object != nullptr ? find(*object, "number") : nullptr;
  return cat("refs/pull/", number != nullptr && number->is_int64() ? number->get_int64() : 1,
             "/merge");
}

// The ref of the event; where GitHub takes the default branch, that one, unless another is named.
std::string ref_of(const RepositoryFacts& facts, const TriggerRequest& request,
                   const TriggerEvent& event) {
  const Json& payload = request.payload;
  const std::string current = facts.branch.empty() ? facts.default_branch : facts.branch;
  const std::string given = text_at(payload, {"ref"});
  if (request.event == "tag") return ref_of_tag(request, "");
  if (event.name == "release")
    return ref_of_tag(request, text_at(payload, {"release", "tag_name"}));
  if (event.name == "create" && !request.tag.empty()) return ref_of_tag(request, "");
  if (event.name == "create" && !given.empty())
    return cat(text_at(payload, {"ref_type"}) == "tag" ? "refs/tags/" : "refs/heads/", given);
  if (event.name == "pull_request_target") return cat("refs/heads/", event.base_ref);
  if (is_pull_request_event(event.name)) return pull_request_ref(payload);
  if (event.name == "merge_group")
    return first_of({text_at(payload, {"merge_group", "head_ref"}),
                     cat("refs/heads/gh-readonly-queue/",
                         first_of({request.base, facts.default_branch}), "/pr-1-", facts.head)});
  const bool any_branch =
      github::has_word("push workflow_dispatch create deployment deployment_status", event.name);
  if (any_branch && request.branch.empty() && given.starts_with("refs/")) return given;
  if (any_branch) return cat("refs/heads/", first_of({request.branch, current}));
  // Of a workflow_run the branch is that of the run that ended.
  return cat("refs/heads/", event.name == "workflow_run"
                                ? facts.default_branch
                                : first_of({request.branch, facts.default_branch}));
}

// What the event is about, before anything is compared.
TriggerEvent describe(const RepositoryFacts& facts, const TriggerRequest& request) {
  TriggerEvent event;
  event.name = request.event == "tag" ? "push" : request.event;
  event.sha = facts.head;
  event.before_sha = std::string(40, '0');
  event.inputs = request.inputs;
  event.action =
      first_of({request.action, text_at(request.payload, {"action"}), usual_action(event.name)});
  if (is_pull_request_event(event.name)) {
    const Json& payload = request.payload;
    event.base_ref = first_of(
        {request.base, text_at(payload, {"pull_request", "base", "ref"}), facts.default_branch});
    event.head_ref =
        first_of({request.branch, text_at(payload, {"pull_request", "head", "ref"}), facts.branch});
  }
  event.ref = ref_of(facts, request, event);
  const bool skips = event.name == "push" || event.name == "pull_request";
  if (skips && request.skip_words == SkipWords::Count) event.commit_message = facts.message;
  return event;
}

// The inputs in the document of a dispatch, where none of that name is given.
void take_inputs(const Json& payload, TriggerEvent* event) {
  if (event->name != "workflow_dispatch" || !payload.is_object()) return;
  const Json* inputs = find(payload.get_object(), "inputs");
  if (inputs == nullptr || !inputs->is_object()) return;
  for (const auto& [name, value] : inputs->get_object())
    event->inputs.emplace(
        name, value.is_string() ? std::string(view(value.get_string())) : to_text(value));
}

Result<void> fill_changes(const Repository& repository, const TriggerRequest& request,
                          TriggerEvent* event) {
  if (request.changed_files) {
    event->changed_files = request.changed_files;
    return success();
  }
  Result<Changes> changes = Error(ErrorCode::NotFound, "");
  if (request.diff) {
    const std::size_t dots = request.diff->find("..");
    if (dots == std::string::npos)
      return invalid_input(cat("'", *request.diff, "' is no difference; write A..B"));
    changes =
        repository.changes_between(request.diff->substr(0, dots), request.diff->substr(dots + 2));
  } else if (event->name == "pull_request" || event->name == "pull_request_target") {
    changes = repository.changes_of_pull_request(event->base_ref, request.edits);
  } else if (event->name == "push" && request.event != "tag") {
    changes = repository.changes_of_push(request.edits);
  } else {
    return success();
  }
  Changes found = TRY(std::move(changes));
  event->changed_files = std::move(found.files);
  event->comparison_base = found.base;
  event->before_sha = found.base_commit.empty() ? std::string(40, '0') : found.base_commit;
  return success();
}

// What the push brings; the head alone where it is compared with something that is no commit.
Result<std::vector<Commit>> pushed_commits(const Repository& repository,
                                           const std::string& before) {
  const RepositoryFacts& facts = repository.facts();
  if (before.find_first_not_of('0') == std::string::npos)
    return std::vector<Commit>{facts.head_commit};
  return repository.commits_between(before, facts.head);
}

}  // namespace

std::vector<std::string> known_events() {
  std::vector<std::string> events{"push", "tag"};
  for (const github::EventRule& rule : github::event_rules())
    if (rule.name != "push" && rule.name != "workflow_call") events.emplace_back(rule.name);
  return events;
}

std::vector<std::string> withhold_secrets(const TriggerEvent& event, pipeline::RunValues& values) {
  const std::string from = text_at(event.payload, {"pull_request", "head", "repo", "full_name"});
  const std::string to = text_at(event.payload, {"pull_request", "base", "repo", "full_name"});
  std::vector<std::string> withheld;
  if (event.name == "pull_request_target" || from == to) return withheld;
  std::erase_if(values.secrets, [&](const auto& secret) {
    if (equal_ignoring_case(secret.first, "GITHUB_TOKEN")) return false;
    withheld.push_back(secret.first);
    return true;
  });
  return withheld;
}

Result<TriggerEvent> make_trigger(const Repository& repository, const TriggerRequest& request) {
  TRY(check_event(request));
  const RepositoryFacts& facts = repository.facts();
  TriggerEvent event = describe(facts, request);
  take_inputs(request.payload, &event);
  TRY(fill_changes(repository, request, &event));
  std::vector<Commit> commits;
  if (event.name == "push" && event.ref.starts_with("refs/heads/"))
    commits = TRY(pushed_commits(repository, event.before_sha));
  JsonObject payload = make_payload({facts, request, event, std::move(commits)});
  if (const auto* given = request.payload.if_object()) merge_into(payload, *given);
  if (!event.action.empty()) payload["action"] = event.action;
  if (event.name == "push") payload["ref"] = event.ref;
  event.payload = std::move(payload);
  return event;
}

}  // namespace sluice::app
