#include "pipeline/github/graph.h"

#include <gtest/gtest.h>

#include <set>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

// Layers of two jobs; each needs both of the layer before and has the condition.
Workflow layers(int count, std::string_view condition) {
  std::string text = "on: push\njobs:\n";
  for (int i = 0; i < count; ++i)
    for (const std::string_view side : {"a", "b"}) {
      text += cat("  ", side, i, ":\n    runs-on: linux\n    steps: [{run: x}]\n");
      if (i > 0) text += cat("    needs: [a", i - 1, ", b", i - 1, "]\n");
      if (!condition.empty()) text += cat("    if: ", condition, "\n");
    }
  ReadWorkflow read = read_workflow(workflow_file(text));
  CHECK(read.diagnostics.empty());
  return std::move(read.workflow);
}

struct Asked {
  AncestorSummary summary;
  std::set<std::size_t> jobs;
};

Asked ask(const Workflow& workflow, const ResultOf& result_of) {
  Asked asked;
  const ResultOf noted = [&](std::size_t job) {
    asked.jobs.insert(job);
    return result_of(job);
  };
  const Closes closes = [&](std::size_t job) {
    return noted(job) == Outcome::Succeeded && demands_success(workflow.jobs[job]);
  };
  asked.summary =
      summarize_ancestors(workflow, JobGraph(workflow), workflow.jobs.size() - 1, noted, closes);
  return asked;
}

std::optional<Outcome> succeeded(std::size_t) {
  return Outcome::Succeeded;
}

TEST(JobGraph, above_a_job_that_ran_only_because_of_success_nothing_is_looked_at) {
  for (const std::string_view condition :
       {"", "github.ref == 'x'", "success()", "github.ref == 'x' && success()",
        "${{ (success() && vars.a) && vars.b }}"}) {
    const Asked asked = ask(layers(50, condition), succeeded);
    EXPECT_TRUE(asked.summary.all_succeeded) << condition;
    EXPECT_LE(asked.jobs.size(), 4u) << condition;
  }
}

TEST(JobGraph, all_is_looked_at_where_a_job_may_run_after_a_failure) {
  const auto first_failed = [](std::size_t job) -> std::optional<Outcome> {
    return job == 0 ? Outcome::Failed : Outcome::Succeeded;
  };
  for (const std::string_view condition :
       {"always()", "success() || failure()", "${{ !cancelled() }}", "success('a1')",
        "vars.a && !failure()"}) {
    const Asked asked = ask(layers(50, condition), first_failed);
    EXPECT_FALSE(asked.summary.all_succeeded) << condition;
    EXPECT_EQ(asked.summary.deciding, "a0") << condition;
  }
}

}  // namespace
}  // namespace sluice::pipeline::github
