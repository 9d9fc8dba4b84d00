#include "pipeline/github/concurrency.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

std::string shown(const std::optional<ConcurrencyGroup>& group) {
  if (!group) return "none";
  return cat(group->name, group->cancel_in_progress ? " cancels" : "",
             group->queue == GroupQueue::Max ? " queues" : "");
}

std::string workflow(std::string_view run_group, std::string_view job_group = "") {
  std::string text = "on: push\n";
  if (!run_group.empty()) text += cat("concurrency: ", run_group, "\n");
  text += "jobs:\n  a:\n    runs-on: linux\n    strategy: {matrix: {v: [1, 2]}}\n";
  if (!job_group.empty()) text += cat("    concurrency: ", job_group, "\n");
  return text + "    steps: [{run: x}]\n";
}

std::string run_group(std::string_view written) {
  return shown(bind_workflow(workflow(written))->plan().concurrency);
}

TEST(Concurrency, the_group_of_a_run_is_evaluated_when_it_is_bound) {
  EXPECT_EQ(run_group(""), "none");
  EXPECT_EQ(run_group("deploy"), "deploy");
  EXPECT_EQ(run_group("'ci-${{ github.ref_name }}'"), "ci-main");
  EXPECT_EQ(run_group("{group: a, cancel-in-progress: true}"), "a cancels");
  EXPECT_EQ(run_group("{group: a, cancel-in-progress: \"${{ github.ref_name != 'main' }}\"}"), "a");
  EXPECT_EQ(run_group("{group: a, queue: max}"), "a queues");
  EXPECT_EQ(run_group("{group: a, queue: single, cancel-in-progress: true}"), "a cancels");
}

TEST(Concurrency, each_leg_has_its_own_group) {
  const auto bound =
      bind_workflow(workflow("", "{group: \"g-${{ matrix.v }}\", cancel-in-progress: true}"));
  const JobDecision decision = bound->decide_job("a", {});
  const auto& run = std::get<RunJob>(decision);
  ASSERT_EQ(run.legs.size(), 2u);
  EXPECT_EQ(shown(run.legs[0].concurrency), "g-1 cancels");
  EXPECT_EQ(shown(run.legs[1].concurrency), "g-2 cancels");
  EXPECT_FALSE(bound->plan().concurrency);
}

TEST(Concurrency, mistakes_have_their_places) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"''", "2:14 wrong-type"},
      {"[a]", "2:14 wrong-type"},
      {"{cancel-in-progress: true}", "2:1 missing-key"},
      {"{group: [a]}", "2:22 wrong-type"},
      {"{group: a, cancel-in-progress: soon}", "2:45 wrong-type"},
      {"{group: a, queue: many}", "2:32 wrong-type"},
      {"{group: a, queue: max, cancel-in-progress: true}", "2:32 exclusive-keys"},
      {"{group: a, kueue: max}", "2:25 unknown-key"},
      {"\"${{ secrets.A }}\"", "2:19 expression"},
  };
  for (const auto& [written, expected] : kCases)
    EXPECT_EQ(mistakes(workflow(written)), std::vector<std::string>{std::string(expected)})
        << written;
}

TEST(Concurrency, what_turns_out_wrong_only_when_evaluated_starts_nothing) {
  const SourceFile file = workflow_file(workflow("'${{ github.nothing }}'"));
  const auto read = GithubLanguage().read(file);
  ASSERT_FALSE(has_errors(read->diagnostics()));
  const auto bound = read->bind(push_to("main"), {}, {});
  ASSERT_FALSE(bound.ok());
  EXPECT_NE(bound.error().message().find("is empty"), std::string::npos);
  const JobDecision decision =
      bind_workflow(workflow("", "{group: a, queue: \"${{ matrix.v }}\"}"))->decide_job("a", {});
  const auto& failed = std::get<FailJob>(decision);
  EXPECT_NE(failed.reason.summary.find("must be single or max"), std::string::npos);
}

}  // namespace
}  // namespace sluice::pipeline::github
