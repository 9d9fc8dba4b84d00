#include "app/event_payload.h"

#include "base/strings.h"

namespace sluice::app {
namespace {

using pipeline::TriggerEvent;

constexpr std::string_view kServer = "https://github.com";
constexpr std::int64_t kNumber = 1;  // of the pull request or issue, where none is given

std::string without(std::string_view prefix, std::string_view text) {
  return std::string(text.starts_with(prefix) ? text.substr(prefix.size()) : text);
}

// Without addresses: git's name of a person need be no login of GitHub.
JsonObject user(std::string_view login) {
  return {{"login", login}, {"type", "User"}};
}

JsonObject repository(const std::string& full_name, const RepositoryFacts& facts) {
  const std::size_t slash = full_name.find('/');
  const bool is_fork = full_name != facts.name;
  return {{"full_name", full_name},
          {"name", full_name.substr(slash + 1)},
          {"owner", user(full_name.substr(0, slash))},
          {"default_branch", facts.default_branch},
          {"fork", is_fork},
          {"html_url", cat(kServer, "/", full_name)},
          {"clone_url", cat(kServer, "/", full_name, ".git")},
          {"ssh_url", cat("git@github.com:", full_name, ".git")},
          {"url", cat("https://api.github.com/repos/", full_name)}};
}

JsonObject signature(const Signature& signed_by) {
  return {{"name", signed_by.name}, {"email", signed_by.email}, {"username", signed_by.name}};
}

JsonObject commit_json(const Commit& commit, const RepositoryFacts& facts) {
  return {{"id", commit.id},
          {"tree_id", commit.tree},
          {"distinct", true},
          {"message", commit.message},
          {"timestamp", commit.committer.time},
          {"url", cat(kServer, "/", facts.name, "/commit/", commit.id)},
          {"author", signature(commit.author)},
          {"committer", signature(commit.committer)}};
}

std::string title_of(const RepositoryFacts& facts) {
  return facts.message.substr(0, facts.message.find('\n'));
}

Json body_of(const RepositoryFacts& facts) {
  const std::size_t end = facts.message.find('\n');
  if (end == std::string::npos) return nullptr;
  return Json(trim(std::string_view(facts.message).substr(end)));
}

void fill_push(const PayloadSource& source, JsonObject& payload) {
  const TriggerEvent& event = source.event;
  const bool created = event.before_sha.find_first_not_of('0') == std::string::npos;
  payload["ref"] = event.ref;
  payload["base_ref"] = nullptr;
  payload["before"] = event.before_sha;
  payload["after"] = event.sha;
  payload["created"] = created;
  payload["deleted"] = false;
  payload["forced"] = false;
  payload["compare"] = cat(kServer, "/", source.facts.name, "/compare/",
                           event.before_sha.substr(0, 12), "...", event.sha.substr(0, 12));
  payload["pusher"] = JsonObject{{"name", source.facts.author},
                                 {"email", source.facts.head_commit.committer.email}};
  payload["head_commit"] = commit_json(source.facts.head_commit, source.facts);
  JsonArray commits;
  for (const Commit& commit : source.commits) commits.push_back(commit_json(commit, source.facts));
  payload["commits"] = std::move(commits);
}

JsonObject side(const PayloadSource& source, const std::string& of, const std::string& branch,
                const std::string& sha) {
  const std::string owner = of.substr(0, of.find('/'));
  return {{"ref", branch},
          {"sha", sha},
          {"label", cat(owner, ":", branch)},
          {"user", user(owner)},
          {"repo", repository(of, source.facts)}};
}

void fill_pull_request(const PayloadSource& source, JsonObject& payload) {
  const auto& [facts, request, event, commits] = source;
  JsonArray labels;
  for (const std::string& label : request.labels) labels.push_back(JsonObject{{"name", label}});
  const std::string from = request.fork.empty() ? facts.name : request.fork;
  const std::string url = cat(kServer, "/", facts.name, "/pull/", kNumber);
  payload["number"] = kNumber;
  payload["pull_request"] =
      JsonObject{{"number", kNumber},
                 {"state", event.action == "closed" ? "closed" : "open"},
                 {"draft", request.draft},
                 {"merged", false},
                 {"locked", false},
                 {"title", title_of(facts)},
                 {"body", body_of(facts)},
                 {"html_url", url},
                 {"user", user(facts.author)},
                 {"labels", std::move(labels)},
                 {"assignees", JsonArray{}},
                 {"requested_reviewers", JsonArray{}},
                 {"milestone", nullptr},
                 {"merge_commit_sha", event.sha},
                 {"head", side(source, from, event.head_ref, facts.head)},
                 {"base", side(source, facts.name, event.base_ref, event.before_sha)}};
  if (event.name == "pull_request_review")
    payload["review"] =
        JsonObject{{"state", "approved"}, {"body", ""}, {"user", user(facts.author)}};
  if (event.name == "pull_request_review_comment")
    payload["comment"] = JsonObject{{"body", ""}, {"user", user(facts.author)}};
  // The label that was put on or taken off.
  if (event.action.ends_with("labeled") && !request.labels.empty())
    payload["label"] = JsonObject{{"name", request.labels.back()}};
}

void fill_dispatch(const PayloadSource& source, JsonObject& payload) {
  JsonObject inputs;
  for (const auto& [name, value] : source.event.inputs) inputs.emplace(name, value);
  if (source.event.name == "repository_dispatch") {
    payload["branch"] = source.facts.default_branch;
    payload["client_payload"] = std::move(inputs);
    return;
  }
  payload["ref"] = source.event.ref;
  payload["inputs"] = std::move(inputs);
}

void fill_schedule(const PayloadSource& source, JsonObject& payload) {
  if (!source.request.cron.empty()) payload["schedule"] = source.request.cron;
}

void fill_workflow_run(const PayloadSource& source, JsonObject& payload) {
  if (!source.request.ended_run) return;
  const EndedRun& run = *source.request.ended_run;
  const RepositoryFacts& facts = source.facts;
  const std::string created = to_rfc3339(run.created);
  std::string branch = run.branch.empty() ? source.request.branch : run.branch;
  if (branch.empty()) branch = facts.branch;
  const std::string sha = run.sha.empty() ? facts.head : run.sha;
  JsonObject commit{{"id", sha}};
  if (sha == facts.head) commit = commit_json(facts.head_commit, facts);
  payload["workflow"] = JsonObject{{"name", run.workflow}, {"path", run.file}};
  payload["workflow_run"] =
      JsonObject{{"id", run.id},
                 {"name", run.workflow},
                 {"display_title", run.title.empty() ? title_of(facts) : run.title},
                 {"path", run.file},
                 {"event", run.event},
                 {"status", run.conclusion.empty() ? "queued" : "completed"},
                 {"conclusion", run.conclusion.empty() ? Json(nullptr) : Json(run.conclusion)},
                 {"head_branch", branch},
                 {"head_sha", sha},
                 {"head_commit", std::move(commit)},
                 {"head_repository", repository(facts.name, facts)},
                 {"repository", repository(facts.name, facts)},
                 {"run_number", run.number},
                 {"run_attempt", run.attempt},
                 {"created_at", created},
                 {"run_started_at", created},
                 {"actor", user(facts.author)},
                 {"triggering_actor", user(facts.author)},
                 {"pull_requests", JsonArray{}}};
}

void fill_release(const PayloadSource& source, JsonObject& payload) {
  const std::string tag = without("refs/tags/", source.event.ref);
  payload["release"] = JsonObject{{"tag_name", tag},
                                  {"name", tag},
                                  {"body", body_of(source.facts)},
                                  {"draft", source.request.draft},
                                  {"prerelease", source.event.action == "prereleased"},
                                  {"target_commitish", source.facts.default_branch},
                                  {"author", user(source.facts.author)},
                                  {"assets", JsonArray{}}};
}

void fill_issue(const PayloadSource& source, JsonObject& payload) {
  JsonArray labels;
  for (const std::string& label : source.request.labels)
    labels.push_back(JsonObject{{"name", label}});
  payload["issue"] = JsonObject{{"number", kNumber},
                                {"state", source.event.action == "closed" ? "closed" : "open"},
                                {"title", ""},
                                {"body", nullptr},
                                {"labels", std::move(labels)},
                                {"user", user(source.facts.author)},
                                {"assignees", JsonArray{}}};
  if (source.event.name == "issue_comment")
    payload["comment"] = JsonObject{{"body", ""}, {"user", user(source.facts.author)}};
  if (source.event.action.ends_with("labeled") && !source.request.labels.empty())
    payload["label"] = JsonObject{{"name", source.request.labels.back()}};
}

void fill_merge_group(const PayloadSource& source, JsonObject& payload) {
  const std::string base =
      source.request.base.empty() ? source.facts.default_branch : source.request.base;
  payload["merge_group"] =
      JsonObject{{"head_ref", source.event.ref},
                 {"head_sha", source.event.sha},
                 {"base_ref", cat("refs/heads/", base)},
                 {"base_sha", source.event.before_sha},
                 {"head_commit", commit_json(source.facts.head_commit, source.facts)}};
}

void fill_create(const PayloadSource& source, JsonObject& payload) {
  const bool tag = source.event.ref.starts_with("refs/tags/");
  payload["ref"] = without(tag ? "refs/tags/" : "refs/heads/", source.event.ref);
  payload["ref_type"] = tag ? "tag" : "branch";
  payload["master_branch"] = source.facts.default_branch;
}

using Fill = void (*)(const PayloadSource&, JsonObject&);

Fill fill_of(std::string_view event) {
  static constexpr std::pair<std::string_view, Fill> kFills[] = {
      {"push", fill_push},
      {"workflow_dispatch", fill_dispatch},
      {"repository_dispatch", fill_dispatch},
      {"schedule", fill_schedule},
      {"workflow_run", fill_workflow_run},
      {"release", fill_release},
      {"issues", fill_issue},
      {"issue_comment", fill_issue},
      {"merge_group", fill_merge_group},
      {"create", fill_create},
  };
  if (is_pull_request_event(event)) return fill_pull_request;
  for (const auto& [name, fill] : kFills)
    if (name == event) return fill;
  return nullptr;
}

}  // namespace

bool is_pull_request_event(std::string_view event) {
  return event == "pull_request" || event == "pull_request_target" ||
         event == "pull_request_review" || event == "pull_request_review_comment";
}

JsonObject make_payload(const PayloadSource& source) {
  JsonObject payload{{"repository", repository(source.facts.name, source.facts)},
                     {"sender", user(source.facts.author)}};
  if (!source.event.action.empty()) payload["action"] = source.event.action;
  if (const Fill fill = fill_of(source.event.name)) fill(source, payload);
  return payload;
}

void merge_into(JsonObject& base, const JsonObject& over) {
  for (const auto& [name, value] : over) {
    Json& member = base[name];
    if (member.is_object() && value.is_object())
      merge_into(member.get_object(), value.get_object());
    else
      member = value;
  }
}

std::string text_at(const Json& document, const std::vector<std::string_view>& path) {
  const Json* at = &document;
  for (const std::string_view name : path) {
    at = at->is_object() ? find(at->get_object(), name) : nullptr;
    if (at == nullptr) return {};
  }
  return at->is_string() ? std::string(view(at->get_string())) : std::string();
}

}  // namespace sluice::app
