// What is well formed and not honoured here: shown where it stands, never started.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kMixed = R"(on: push
jobs:
  contained: {runs-on: linux, container: {image: python}, steps: [{run: x}]}
  remote:
    runs-on: linux
    steps:
      - run: echo fine
      - uses: owner/action@v1
  legs:
    needs: remote
    strategy: {matrix: {os: [ubuntu-22.04, windows-2022, macos-14]}}
    runs-on: ${{ matrix.os }}
    steps: [{run: x}]
  fine: {runs-on: linux, steps: [{run: x}]}
)";

std::string shown(const Diagnostic& diagnostic) {
  return cat(diagnostic.position.line, " ", diagnostic.rule);
}

TEST(NotHonoured, IsNoMistakeAndStandsWithItsJobOrStep) {
  for (const Diagnostic& diagnostic : check_workflow(workflow_file(kMixed)))
    EXPECT_NE(diagnostic.severity, Severity::Error) << to_string(diagnostic);
  const auto bound = bind_workflow(kMixed);
  Lines lines;
  for (const PlannedJob& job : bound->plan().jobs) {
    EXPECT_TRUE(job.would_run) << job.id;
    for (const Diagnostic& own : job.not_honoured) lines.push_back(cat(job.id, " ", shown(own)));
    for (const PlannedStep& step : job.steps)
      for (const Diagnostic& own : step.not_honoured)
        lines.push_back(cat(job.id, " ", step.name, " ", shown(own)));
  }
  EXPECT_EQ(lines,
            (Lines{"contained 3 unsupported-key", "remote Run owner/action@v1 8 unsupported-action",
                   "legs 12 unavailable-runner", "legs 12 unavailable-runner"}));
}

TEST(NotHonoured, ContainersThatAreSwitchedOffAreNone) {
  for (const char* none : {"container: null", "container:", "container: ''",
                           "container: {image: ''}", "services: {}", "services:"}) {
    const auto bound = bind_workflow(
        cat("on: push\njobs:\n  a:\n    runs-on: linux\n    ", none, "\n    steps: [{run: x}]\n"));
    EXPECT_TRUE(bound->plan().jobs.front().not_honoured.empty()) << none;
    EXPECT_EQ(testing::run_pipeline(*bound).result, Outcome::Succeeded) << none;
  }
}

TEST(NotHonoured, AnImageThatAnExpressionGivesCountsWhenItIsKnown) {
  constexpr const char* kText = R"(on: push
jobs:
  first: {runs-on: linux, outputs: {i: "${{ vars.none }}"}, steps: [{run: x}]}
  legs:
    strategy: {matrix: {image: ['', python]}}
    runs-on: linux
    container: ${{ matrix.image }}
    steps: [{run: x}]
  later:
    needs: first
    runs-on: linux
    container: {image: "${{ needs.first.outputs.i }}"}
    steps: [{run: x}]
)";
  const auto bound = bind_workflow(kText);
  for (const PlannedJob& job : bound->plan().jobs)
    EXPECT_EQ(job.not_honoured.size(), job.id == "legs" ? 1u : 0u) << job.id;
  const testing::EndedRun run = testing::run_pipeline(*bound);
  EXPECT_EQ(run.jobs.at("later").result, Outcome::Succeeded);
  EXPECT_EQ(run.legs.at("legs")[0].error, "");
  EXPECT_NE(run.legs.at("legs")[1].error.find("the image is 'python'"), std::string::npos)
      << run.legs.at("legs")[1].error;
}

TEST(NotHonoured, ALegOfSuchAJobIsNotStarted) {
  const auto bound = bind_workflow(kMixed);
  for (const auto& [job, starts] :
       {std::pair{"contained", false}, {"remote", false}, {"fine", true}}) {
    const auto started = bound->start_leg(job, bound->plan().find_job(job)->legs.at(0), {}, {});
    EXPECT_EQ(started.ok(), starts) << job;
    EXPECT_TRUE(started.ok() || started.error().code() == ErrorCode::Unsupported);
  }
}

TEST(NotHonoured, IsANoteInTextAndMarkedInJson) {
  const Diagnostic diagnostic{Severity::Unsupported, "unsupported-key", "a.yml", {3, 5}, "no"};
  EXPECT_EQ(to_string(diagnostic), "a.yml:3:5: note: no [unsupported-key]");
  EXPECT_FALSE(has_errors({diagnostic}));
  EXPECT_EQ(to_json(diagnostic).at("not_honoured"), true);
}

}  // namespace
}  // namespace sluice::pipeline::github
