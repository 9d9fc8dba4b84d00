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
