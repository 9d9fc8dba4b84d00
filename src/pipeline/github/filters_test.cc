#include "pipeline/github/filters.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kJobs =
    "\njobs:\n  a:\n    runs-on: linux\n    steps:\n      - run: echo\n";

std::string decide(std::string_view on, const TriggerEvent& event) {
  const auto bound = bind_workflow(cat("on: ", on, kJobs), {.event = event});
  const Plan& plan = bound->plan();
  return cat(plan.triggered ? "yes: " : "no: ", plan.reason.summary);
}

TriggerEvent push(std::string_view ref, std::optional<std::vector<std::string>> files = {}) {
  TriggerEvent event = push_to("x");
  event.ref = std::string(ref);
  event.changed_files = std::move(files);
  event.comparison_base = "aaaa";
  return event;
}

TriggerEvent pull_request(std::string_view base, std::string_view action) {
  TriggerEvent event = push_to("x");
  event.name = "pull_request";
  event.base_ref = std::string(base);
  event.action = std::string(action);
  return event;
}

TEST(Filters, of_a_push) {
  using Files = std::vector<std::string>;
  struct Row {
    std::string_view on;
    TriggerEvent event;
    std::string_view expected;
  };
  const std::string_view main = "refs/heads/main";
  const Row rows[] = {
      {"push", push(main), "yes: 'push' of branch 'main'"},
      {"[pull_request, workflow_dispatch]", push(main),
       "no: the event 'push' does not start it; it listens to: pull_request, workflow_dispatch"},
      {"{push: {branches: [main]}}", push(main), "yes: 'push' of branch 'main'"},
      {"{push: {branches: ['rel/**', '!rel/x']}}", push("refs/heads/rel/a/b"),
       "yes: 'push' of branch 'rel/a/b'"},
      {"{push: {branches: ['rel/**', '!rel/x']}}", push("refs/heads/rel/x"),
       "no: branch 'rel/x' does not match 'branches': rel/**, !rel/x"},
      {"{push: {branches: ['**', '!rel/**', 'rel/a']}}", push("refs/heads/rel/a"),
       "yes: 'push' of branch 'rel/a'"},
      {"{push: {branches: ['*']}}", push("refs/heads/a/b"),
       "no: branch 'a/b' does not match 'branches': *"},
      {"{push: {branches-ignore: [main, dev]}}", push(main),
       "no: branch 'main' matches 'main' of 'branches-ignore'"},
      {"{push: {branches-ignore: [dev]}}", push(main), "yes: 'push' of branch 'main'"},
      {"{push: {tags: ['v*']}}", push(main),
       "no: only tags are filtered for, so the branch 'main' does not start it"},
      {"{push: {branches: [main]}}", push("refs/tags/v1"),
       "no: only branches are filtered for, so the tag 'v1' does not start it"},
      {"{push: {tags: ['v[0-9]+']}}", push("refs/tags/v12"), "yes: 'push' of tag 'v12'"},
      {"{push: {tags: ['v*'], paths: ['src/**']}}", push("refs/tags/v1", Files{"doc"}),
       "yes: 'push' of tag 'v1'"},
      {"{push: {paths: ['src/**']}}", push(main, Files{"doc/a", "src/a.py"}),
       "yes: 'push' of branch 'main'"},
      {"{push: {paths: ['src/**']}}", push(main, Files{"doc/a", "b"}),
       "no: none of 2 changed files (compared with aaaa) matches 'paths': src/**"},
      {"{push: {paths: ['**', '!doc/**']}}", push(main, Files{"doc/a"}),
       "no: none of 1 changed file (compared with aaaa) matches 'paths': **, !doc/**"},
      {"{push: {paths-ignore: ['doc/**']}}", push(main, Files{"doc/a", "doc/b"}),
       "no: all of 2 changed files (compared with aaaa) match 'paths-ignore': doc/**"},
      {"{push: {paths-ignore: ['doc/**']}}", push(main, Files{"doc/a", "src/b"}),
       "yes: 'push' of branch 'main'"},
      {"{push: {branches: [main], paths: ['src/**']}}", push("refs/heads/x", Files{"src/a"}),
       "no: branch 'x' does not match 'branches': main"},
      {"{push: {paths: ['src/**']}}", push(main),
       "yes: 'push' of branch 'main'; the changed files are not known, so the path filter was "
       "taken to match"},
  };
  for (const Row& row : rows) EXPECT_EQ(decide(row.on, row.event), row.expected) << row.on;
}

TEST(Filters, of_a_pull_request) {
  EXPECT_EQ(decide("pull_request", pull_request("main", "opened")),
            "yes: 'pull_request' of a pull request to 'main'");
  EXPECT_EQ(decide("pull_request", pull_request("main", "closed")),
            "no: activity 'closed' is not among the default ones: opened, synchronize, reopened");
  EXPECT_EQ(decide("{pull_request: {types: [closed, labeled]}}", pull_request("main", "opened")),
            "no: activity 'opened' is not among 'types': closed, labeled");
  EXPECT_EQ(decide("{pull_request: {branches: [main]}}", pull_request("dev", "opened")),
            "no: target branch 'dev' does not match 'branches': main");
  EXPECT_EQ(decide("pull_request", pull_request("main", "")),
            "yes: 'pull_request' of a pull request to 'main'");
}

TriggerEvent other(std::string_view name, Json payload, std::string_view branch = "main") {
  TriggerEvent event = push_to(branch);
  event.name = std::string(name);
  if (const auto* object = payload.if_object())
    if (const Json* action = find(*object, "action")) event.action = view(action->get_string());
  event.payload = std::move(payload);
  return event;
}

Json ended(std::string_view name, std::string_view branch, std::string_view action = "completed") {
  return JsonObject{
      {"action", action},
      {"workflow_run",
       JsonObject{{"name", name}, {"head_branch", branch}, {"conclusion", "success"}}}};
}

TEST(Filters, of_a_run_that_ended) {
  const std::string_view on =
      "{workflow_run: {workflows: [CI, 'Build (x+y)'], types: [completed], branches: ['rel/**']}}";
  EXPECT_EQ(decide(on, other("workflow_run", ended("CI", "rel/1"))),
            "yes: 'workflow_run' of 'CI' on branch 'rel/1', which ended with success");
  EXPECT_TRUE(decide(on, other("workflow_run", ended("Build (x+y)", "rel/1"))).starts_with("yes"));
  EXPECT_EQ(decide(on, other("workflow_run", ended("Lint", "rel/1"))),
            "no: the run of 'Lint' is not among 'workflows': CI, Build (x+y)");
  EXPECT_EQ(decide(on, other("workflow_run", ended("CI", "dev"))),
            "no: the run's branch 'dev' does not match 'branches': rel/**");
  EXPECT_EQ(decide(on, other("workflow_run", ended("CI", "rel/1", "requested"))),
            "no: activity 'requested' is not among 'types': completed");
  EXPECT_EQ(decide(on, other("workflow_run", ended("CI", "rel/1"), "dev")),
            "no: 'workflow_run' starts workflows of the default branch 'main' only, and this is "
            "'dev'");
}

TEST(Filters, of_the_other_events) {
  struct Row {
    std::string_view on;
    TriggerEvent event;
    std::string_view expected;
  };
  const Row rows[] = {
      {"{repository_dispatch: {types: [go]}}",
       other("repository_dispatch", JsonObject{{"action", "go"}}), "yes"},
      {"{repository_dispatch: {types: [go]}}",
       other("repository_dispatch", JsonObject{{"action", "stop"}}),
       "no: activity 'stop' is not among 'types': go"},
      {"{release: {types: [published]}}", other("release", JsonObject{{"action", "created"}}),
       "no: activity 'created'"},
      {"{merge_group: {branches: [main]}}",
       other("merge_group", JsonObject{{"merge_group", JsonObject{{"base_ref", "refs/heads/x"}}}}),
       "no: target branch 'x' does not match 'branches': main"},
      {"{schedule: [{cron: '0 0 * * *'}]}",
       other("schedule", JsonObject{{"schedule", "0 0 * * *"}}), "yes: 'schedule' of '0 0 * * *'"},
      {"{schedule: [{cron: '0 0 * * *'}]}",
       other("schedule", JsonObject{{"schedule", "9 9 * * *"}}),
       "no: the schedule '9 9 * * *' is none of its own: '0 0 * * *'"},
      {"{schedule: [{cron: '0 0 * * *'}]}", other("schedule", JsonObject{}, "dev"),
       "no: 'schedule' starts workflows of the default branch 'main' only, and this is 'dev'"},
      {"[workflow_dispatch]", other("workflow_dispatch", JsonObject{}, "dev"), "yes"},
  };
  for (const Row& row : rows) {
    const std::string said = decide(row.on, row.event);
    EXPECT_TRUE(said.starts_with(row.expected)) << row.on << ": " << said;
  }
}

TEST(Filters, a_commit_may_ask_for_no_runs) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"fix [skip ci]", "[skip ci]"},
      {"[ci skip] fix", "[ci skip]"},
      {"fix\n\nlonger [no ci] text", "[no ci]"},
      {"x [skip actions]", "[skip actions]"},
      {"x [actions skip]", "[actions skip]"},
      {"fix\n\n\nskip-checks: true", "skip-checks: true"},
      {"fix\n\nSigned-off-by: a\nskip-checks:true", "skip-checks: true"},
      {"fix\n\nskip-checks: true\n\nmore", ""},
      {"skip-checks: true", ""},
      {"fix\n\nskip-checks: false", ""},
      {"skip ci", ""},
  };
  for (const auto& [message, words] : rows) {
    EXPECT_EQ(skip_words(message), words) << message;
    TriggerEvent event = push("refs/heads/main");
    event.commit_message = std::string(message);
    const auto bound = bind_workflow(cat("on: push", kJobs), {.event = event});
    EXPECT_EQ(bound->plan().triggered, words.empty()) << message;
    if (!words.empty()) {
      EXPECT_EQ(bound->plan().reason.decided_by, DecidedBy::Commit);
    }
    event = pull_request("main", "opened");
    event.commit_message = std::string(message);
    EXPECT_EQ(decide("pull_request", event).starts_with("yes"), words.empty()) << message;
    event.name = "pull_request_target";
    EXPECT_TRUE(decide("pull_request_target", event).starts_with("yes")) << message;
  }
}

TEST(Filters, mistakes_in_on_are_found_with_their_place) {
  using Found = std::vector<std::string>;
  const std::pair<std::string_view, Found> rows[] = {
      {"pushh", {"1:5 unknown-event"}},
      {"{push: {branch: [x]}}", {"1:13 unknown-key"}},
      {"{push: {branches: ['!x']}}", {"1:23 filter-without-match"}},
      {"{push: {branches: [x], branches-ignore: [y]}}", {"1:28 exclusive-filters"}},
      {"{pull_request: {types: [opend]}}", {"1:29 unknown-activity-type"}},
      {"[]", {"1:5 missing-key"}},
  };
  for (const auto& [on, expected] : rows)
    EXPECT_EQ(mistakes(cat("on: ", on, kJobs)), expected) << on;
}

}  // namespace
}  // namespace sluice::pipeline::github
