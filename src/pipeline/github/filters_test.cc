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
