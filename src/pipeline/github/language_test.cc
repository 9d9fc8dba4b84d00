#include "pipeline/github/language.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

using testing::EndedRun;
using testing::Script;

TEST(GithubLanguage, reads_files_in_the_workflows_folder_only) {
  const GithubLanguage language;
  EXPECT_TRUE(language.reads(".github/workflows/ci.yml"));
  EXPECT_TRUE(language.reads("sub/.github/workflows/ci.yaml"));
  for (const std::string_view path :
       {".github/ci.yml", ".github/workflows/x/ci.yml", ".github/workflows/ci.json",
        "x.github/workflows/ci.yml", ".gitlab-ci.yml"})
    EXPECT_FALSE(language.reads(path)) << path;
}

TEST(GithubLanguage, reads_a_text_as_it_is_now_whatever_it_was_when_references_were_asked_for) {
  const GithubLanguage language;
  const std::string_view head = "on: push\njobs:\n  a:\n    runs-on: linux\n    steps: ";
  SourceFile file = workflow_file(cat(head, "[{run: ./x.sh, nope: 1}]\n"));
  const auto count = [&] { return language.read(file)->diagnostics().size(); };
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(language.references(file.path, file.text), std::vector<std::string>{"x.sh"});
    const std::size_t first = count();
    EXPECT_GT(first, 0u);
    EXPECT_EQ(count(), first);  // nothing is remembered now
    for (int other = 0; other < 40; ++other)
      language.references(file.path, cat(head, "[{run: ./y", other, ".sh}]\n"));
    EXPECT_EQ(count(), first);
    language.references(file.path, file.text);
    SourceFile mended = workflow_file(cat(head, "[{run: ./x.sh}]\n"));
    EXPECT_TRUE(language.read(mended)->diagnostics().size() < first);
  }
}

TEST(GithubLanguage, runs_jobs_in_the_order_of_their_needs) {
  const EndedRun run = run_workflow(R"(
on: push
jobs:
  last:
    needs: [first]
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ needs.first.outputs.word }}
  first:
    runs-on: ubuntu-latest
    outputs:
      word: ${{ steps.say.outputs.word }}
    steps:
      - id: say
        name: Say
        run: echo word=hello >> $GITHUB_OUTPUT
)",
                                    Script{[](const std::string& job, const Leg&, const RunStep&) {
                                             StepResult result;
                                             if (job == "first")
                                               result.files["GITHUB_OUTPUT"] = "word=hello\n";
                                             return result;
                                           },
                                           {},
                                           {}});
  const std::vector<std::string> expected = {
      "job first: run",
      "first.0 run Say",
      "first.0 end Say succeeded/succeeded",
      "first.0 finish succeeded",
      "job last: run",
      "last.0 run Run echo ${{ needs.first.outputs.word }}",
      "last.0 end Run echo ${{ needs.first.outputs.word }} succeeded/succeeded",
      "last.0 finish succeeded"};
  EXPECT_EQ(run.log, expected);
  EXPECT_EQ(run.jobs.at("first").outputs.at("word"), "hello");
  EXPECT_EQ(script_of(run, "last", 0), "echo hello");
  EXPECT_EQ(run.result, Outcome::Succeeded);
}

}  // namespace
}  // namespace sluice::pipeline::github
