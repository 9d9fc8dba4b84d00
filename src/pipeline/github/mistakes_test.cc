// Mistakes in workflow files and where they are reported.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

using Found = std::vector<std::string>;

std::string with_job(std::string_view job) {
  return cat("on: push\njobs:\n  a:\n", job);
}

TEST(Mistakes, are_found_with_rule_line_and_column) {
  const std::string_view ok = "    runs-on: linux\n    steps: [{run: x}]\n";
  const std::pair<std::string, Found> rows[] = {
      {"", {"1:1 empty-file"}},
      {"x", {"1:1 wrong-type"}},
      {"on: push\n", {"1:1 missing-key"}},
      {"jobs: {}\n", {"1:1 missing-key", "1:7 missing-key"}},
      {"on: push\njobs: [\n", {"3:1 yaml"}},
      {cat(with_job(ok), "  a:\n", ok), {"6:3 duplicate-key"}},
      {cat(with_job(ok), "  A:\n", ok), {"6:3 duplicate-key"}},
      {cat(with_job(ok), "    need: b\n"), {"6:5 unknown-key"}},
      {cat(with_job(ok), "    needs: b\n"), {"6:12 unknown-needs"}},
      {cat(with_job(ok), "    needs: a\n"), {"3:3 needs-cycle"}},
      {cat(with_job(ok), "    container: x\n"), {"6:5 unsupported-key"}},
      {cat(with_job(ok), "    timeout-minutes: soon\n"), {"6:22 wrong-type"}},
      {cat(with_job(ok), "    continue-on-error: maybe\n"), {"6:24 wrong-type"}},
      {cat(with_job(ok), "    env: [x]\n"), {"6:10 wrong-type"}},
      {cat(with_job(ok), "    if: env.X == 1\n"), {"6:9 expression"}},
      {cat(with_job(ok), "    if: github.ref ==\n"), {"6:20 expression"}},
      {cat(with_job(ok), "    if: '!${{ true }}'\n"), {"6:9 always-true-if"}},
      {cat(with_job(ok), "    name: x ${{ secrets.A }}\n"), {"6:17 expression"}},
      {cat(with_job(ok), "    strategy: {matrix: {v: []}}\n"), {"6:28 matrix"}},
      {cat(with_job(ok), "    strategy: {matrix: {v: [1], exclude: [{w: 1}]}}\n"), {"6:44 matrix"}},
      {with_job("    runs-on: linux\n    steps: []\n"), {"5:12 missing-key"}},
      {with_job("    steps: [{run: x}]\n"), {"3:3 missing-key"}},
      {with_job("    runs-on: linux\n    steps: [{name: x}]\n"), {"5:13 missing-key"}},
      {with_job("    runs-on: linux\n    steps: [{run: x, uses: actions/checkout@v4}]\n"),
       {"5:14 run-and-uses"}},
      {with_job("    runs-on: linux\n    steps: [{uses: actions/cache@v4}]\n"),
       {"5:20 missing-input", "5:20 missing-input"}},
      {with_job("    runs-on: linux\n    steps: [{uses: ./local}]\n"),
       {"5:20 action-before-checkout"}},
      {with_job("    runs-on: linux\n    steps: [{uses: ../local}]\n"), {"5:20 invalid-uses"}},
      {with_job("    runs-on: linux\n    steps: [{uses: 'docker://alpine'}]\n"),
       {"5:20 unsupported-action"}},
      {with_job("    runs-on: linux\n    steps: [{uses: checkout}]\n"), {"5:20 invalid-uses"}},
      {with_job(
           "    runs-on: linux\n    steps: [{uses: actions/checkout@v4, with: {fetchdepth: 1}}]\n"),
       {"5:48 unknown-input"}},
      {with_job("    runs-on: linux\n    steps: [{uses: actions/upload-artifact@v4}]\n"),
       {"5:20 missing-input"}},
      {with_job("    runs-on: linux\n    steps: [{run: x, wait: y}]\n"), {"5:14 run-and-uses"}},
      {with_job("    runs-on: linux\n    steps:\n      - id: x\n        run: a\n      - id: X\n"
                "        run: b\n"),
       {"8:13 duplicate-step-id"}},
      {with_job("    runs-on: linux\n    steps:\n      - run: |\n          one\n"
                "          two ${{ steps.y.outcome }}\n      - {id: z, run: x}\n"),
       {"8:19 undefined-step"}},
      {with_job("    runs-on: linux\n    steps:\n      - run: ${{ steps.z.outcome }}\n"
                "      - {id: z, run: x}\n"),
       {"6:18 step-too-early"}},
      {with_job("    runs-on: linux\n    steps: [{run: '${{ needs.b.result }}'}]\n"),
       {"5:24 needs-not-listed"}},
      {with_job("    runs-on: linux\n    steps: [{run: make | tee log}]\n"),
       {"5:19 hidden-pipe-failure"}},
      {with_job("    runs-on: linux\n    steps: [{run: make | tee log, shell: bash}]\n"), {}},
      {with_job("    runs-on: linux\n    strategy: {matrix: {v: [1]}}\n    steps: [{uses: "
                "actions/upload-artifact@v4, with: {path: x}}]\n"),
       {"6:20 artifact-name-clash"}},
      {with_job("    runs-on: linux\n    steps: [{run: x, shell: '${{ nope.x }}'}]\n"),
       {"5:34 expression"}},
      {"on: {workflow_dispatch: {inputs: {x: {type: boolean, default: 3}}}}\njobs:\n  a:\n" +
           std::string(ok),
       {"1:63 input-default"}},
      {"on: {push: {branches: ['a[']}}\njobs:\n  a:\n" + std::string(ok), {"1:26 glob"}},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(mistakes(text), expected) << text;
}

TEST(Mistakes, in_a_pipe_are_hidden_by_shells_without_pipefail) {
  const std::string_view unnamed = "      - run: make | tee log\n";
  const auto workflow = [](std::string_view top, std::string_view job, std::string_view step) {
    return cat("on: push\n", top, "jobs:\n  a:\n    runs-on: linux\n", job, "    steps:\n", step);
  };
  const auto own = [](std::string_view shell) {
    return cat("      - run: make | tee log\n        shell: ", shell, "\n");
  };
  const std::string_view sh = "defaults: {run: {shell: sh}}\n";
  const std::string_view bash = "defaults: {run: {shell: bash}}\n";
  const std::string job_sh = cat("    ", sh), job_bash = cat("    ", bash);
  const std::pair<std::string, Found> rows[] = {
      {workflow("", "", own("sh")), {"6:14 hidden-pipe-failure"}},
      {workflow("", "", own("sh -e {0}")), {"6:14 hidden-pipe-failure"}},
      {workflow("", "", own("bash -l {0}")), {"6:14 hidden-pipe-failure"}},
      {workflow("", "", own("bash")), {}},
      {workflow("", "", own("bash -eo pipefail -l {0}")), {}},
      {workflow("", "    defaults: {run: {shell: 'bash ${{ github.ref }} {0}'}}\n", unnamed), {}},
      {workflow("", job_sh, unnamed), {"7:14 hidden-pipe-failure"}},
      {workflow("", job_bash, unnamed), {}},
      {workflow(sh, "", unnamed), {"7:14 hidden-pipe-failure"}},
      {workflow(bash, "", unnamed), {}},
      {workflow(bash, job_sh, unnamed), {"8:14 hidden-pipe-failure"}},
      {workflow(sh, job_bash, unnamed), {}},
      {workflow(sh, job_sh, own("bash")), {}},
      {workflow(bash, job_bash, own("sh")), {"8:14 hidden-pipe-failure"}},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(mistakes(text), expected) << text;
}

// Lines of secret-in-output in a workflow whose job gives the outputs `x` and, as a yes or no, `y`.
std::vector<int> secret_outputs(std::string_view top, std::string_view job, std::string_view step) {
  const std::string text = cat(
      "on: push\nenv: {", top, "}\njobs:\n  a:\n    runs-on: linux\n    env: {", job,
      "}\n    outputs: {x: '${{ steps.s.outputs.x }}', y: \"${{ steps.s.outputs.y != '' }}\"}\n",
      "    steps:\n      - id: s\n", step);
  std::vector<int> lines;
  for (const Diagnostic& found : check_workflow(workflow_file(text)))
    if (found.rule == "secret-in-output") lines.push_back(found.position.line);
  return lines;
}

TEST(Mistakes, in_outputs_follow_a_secret_through_the_environment) {
  const auto writes = [](std::string_view text) {
    return cat("        run: |\n          ", text, " >> $GITHUB_OUTPUT\n");
  };
  const std::string step = writes("echo \"x=$T\"");
  const std::string_view secret = "T: '${{ secrets.T }}'";
  const std::vector<int> yes = {11}, no;
  EXPECT_EQ(secret_outputs(secret, "", step), yes);
  EXPECT_EQ(secret_outputs("", secret, step), yes);
  EXPECT_EQ(secret_outputs("", "", cat("        env: {", secret, "}\n", step)), std::vector{12});
  EXPECT_EQ(secret_outputs("", secret, cat("        env: {T: plain}\n", step)), no);
  EXPECT_EQ(secret_outputs(secret, "T: plain", step), no);
  EXPECT_EQ(
      secret_outputs("A: '${{ secrets.T }}'", "", cat("        env: {T: 'x${{ env.A }}'}\n", step)),
      std::vector{12});
  EXPECT_EQ(secret_outputs("T: \"${{ secrets.T != '' }}\"", "", step), no);
  EXPECT_EQ(secret_outputs("T: \"${{ contains(secrets.T, 'a') }}\"", "", step), no);
  EXPECT_EQ(secret_outputs("T: \"${{ github.ref == 'a' && secrets.T || 'b' }}\"", "", step), yes);
  EXPECT_EQ(secret_outputs("T: \"${{ secrets.T && 'set' }}\"", "", step), no);
}

TEST(Mistakes, in_outputs_are_secrets_written_as_they_are) {
  const std::pair<std::string_view, std::vector<int>> rows[] = {
      {"echo \"x=$T\" >> \"$GITHUB_OUTPUT\"", {11}},
      {"echo \"x=pre-${T}\" >> $GITHUB_OUTPUT", {11}},
      {"echo \"x=${T:-none}\" >> $GITHUB_OUTPUT", {11}},
      {"printf 'x=%s\\n' \"$T\" >> $GITHUB_OUTPUT", {11}},
      {"echo \"x=$T\" | tee -a $GITHUB_OUTPUT", {11}},
      {"echo \"::set-output name=x::$T\"", {11}},
      {"{ echo a=b; echo \"x=$T\"; } >> $GITHUB_OUTPUT", {11}},
      {"echo \"x=${{ env.T }}\" >> $GITHUB_OUTPUT", {11}},
      {"echo \"x=${{ secrets.U }}\" >> $GITHUB_OUTPUT", {11}},
      {"echo \"x=${{ secrets.U != '' }}\" >> $GITHUB_OUTPUT", {}},
      {"echo \"x=$(ask --token $T)\" >> $GITHUB_OUTPUT", {}},
      {"echo \"x=$(ask ${{ secrets.U }})\" >> $GITHUB_OUTPUT", {}},
      {"echo \"x=${#T}\" >> $GITHUB_OUTPUT", {}},
      {"echo 'x=$T' >> $GITHUB_OUTPUT", {}},
      {"echo \"x=$TT\" >> $GITHUB_OUTPUT", {}},
      {"echo \"y=$T\" >> $GITHUB_OUTPUT", {}},
      {"echo \"z=$T\" >> $GITHUB_OUTPUT", {}},
      {"echo \"x=$T\" >> log", {}},
      {"{ echo \"x=$T\"; } >> log", {}},
      {"echo \"x=$T\" | tee log", {}},
      {"T=$(hash $T); echo \"x=$T\" >> $GITHUB_OUTPUT", {}},
      {"curl -H \"x=$T\" >> $GITHUB_OUTPUT", {}},
  };
  for (const auto& [script, lines] : rows)
    EXPECT_EQ(secret_outputs("T: '${{ secrets.T }}'", "",
                             cat("        run: |\n          ", script, "\n")),
              lines)
        << script;
}

TEST(Mistakes, propose_the_nearest_word) {
  const auto found = check_workflow(
      workflow_file("on: push\njobs:\n  build:\n    runs-on: linux\n    step: []\n    needs: buil\n"
                    "    steps: [{run: x}]\n  built: {runs-on: linux, steps: [{run: x}]}\n"));
  std::string all;
  for (const Diagnostic& diagnostic : found) all += to_string(diagnostic) + "\n";
  EXPECT_NE(
      all.find("ci.yml:5:5: error: unexpected key 'step' in job 'build', did you mean 'steps'?"),
      std::string::npos)
      << all;
  EXPECT_NE(all.find("job 'build' needs the unknown job 'buil', did you mean 'built'?"),
            std::string::npos)
      << all << "it is not itself that it needs";
}

TEST(Mistakes, versions_are_found_behind_the_matrix_too) {
  const std::string text =
      "on: push\njobs:\n  a:\n    strategy: {matrix: {py: [3.9, 3.10]}}\n    runs-on: linux\n"
      "    steps: [{uses: actions/setup-python@v5, with: {KEY: '${{ matrix.py }}'}}]\n";
  EXPECT_EQ(mistakes(replace_all(text, "KEY", "python-version")),
            std::vector<std::string>{"4:35 unquoted-version"});
  EXPECT_EQ(mistakes(replace_all(text, "KEY", "cache")), std::vector<std::string>{});
}

TEST(Mistakes, a_matrix_that_is_too_large_is_found_before_it_runs) {
  std::string numbers;
  for (int i = 0; i < 129; ++i) numbers += cat(i > 0 ? ", " : "", i);
  const auto found = [&](std::string_view rest) {
    return mistakes(cat("on: push\njobs:\n  a:\n    strategy: {matrix: {a: [", numbers, "], ", rest,
                        "}}\n    runs-on: linux\n    steps: [{run: x}]\n"));
  };
  EXPECT_EQ(found("b: [1, 2]"), std::vector<std::string>{"4:24 matrix"});
  EXPECT_EQ(found("b: [1]"), std::vector<std::string>{});
  EXPECT_EQ(found("b: [1, 2], exclude: [{b: 2}]"), std::vector<std::string>{});
}

TEST(Mistakes, a_wrong_need_is_told_once_and_not_again_by_those_who_miss_it) {
  const std::string jobs =
      "on: push\njobs:\n  make: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout@v4}, "
      "{uses: actions/upload-artifact@v4, with: {name: m, path: m}}]}\n"
      "  use: {needs: NEEDS, runs-on: ubuntu-latest, steps: [{uses: actions/download-artifact@v4, "
      "with: {name: m}}]}\n";
  EXPECT_EQ(mistakes(replace_all(jobs, "NEEDS", "maek")),
            std::vector<std::string>{"4:16 unknown-needs"});
  EXPECT_EQ(mistakes(replace_all(jobs, "needs: NEEDS, ", "")).size(), 1u);
}

TEST(Mistakes, a_cycle_is_told_as_a_walk) {
  const auto found = check_workflow(
      workflow_file("on: push\njobs:\n  a: {needs: c, runs-on: x, steps: [{run: x}]}\n"
                    "  b: {needs: a, runs-on: x, steps: [{run: x}]}\n  c: {needs: b, runs-on: x, "
                    "steps: [{run: x}]}\n"));
  std::string all;
  for (const Diagnostic& diagnostic : found) all += to_string(diagnostic) + "\n";
  EXPECT_NE(all.find("jobs need each other in a circle: a -> c -> b -> a"), std::string::npos)
      << all;
}

TEST(Mistakes, bombs_and_deep_files_are_refused_in_time) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    const std::string alias = cat("*", static_cast<char>(c - 1));
    bomb += cat(c, ": &", c, " [", alias);
    for (int i = 0; i < 8; ++i) bomb += cat(",", alias);
    bomb += "]\n";
  }
  EXPECT_EQ(mistakes(bomb).size(), 1u);
  EXPECT_FALSE(mistakes(std::string(100, '[')).empty());
  EXPECT_FALSE(mistakes(std::string(2u << 20, 'x')).empty());
  EXPECT_FALSE(mistakes("on: push\njobs: {a: \xff}").empty());
}

}  // namespace
}  // namespace sluice::pipeline::github
