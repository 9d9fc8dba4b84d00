// Reusable workflows: what is read, refused, planned and run.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/forecast.h"
#include "pipeline/github/calls.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

using testing::EndedRun;
using testing::Script;
using Files = std::map<std::string, std::optional<std::string>>;

SourceFile with_files(std::string_view text, Files others) {
  SourceFile file = workflow_file(text);
  file.others = std::move(others);
  return file;
}

std::unique_ptr<BoundPipeline> bind_files(const SourceFile& file, const BindOptions& options = {}) {
  auto bound = GithubLanguage().read(file)->bind(options.event, options.run, options.values);
  if (!bound.ok()) std::fprintf(stderr, "%s\n", bound.error().describe().c_str());
  CHECK(bound.ok());
  return std::move(bound).value();
}

// "4:11 rule" of each error.
std::vector<std::string> errors_of(const SourceFile& file) {
  std::vector<std::string> found;
  for (const Diagnostic& diagnostic : check_workflow(file))
    if (diagnostic.severity == Severity::Error)
      found.push_back(
          cat(diagnostic.position.line, ":", diagnostic.position.column, " ", diagnostic.rule));
  return found;
}

std::string message_of(const SourceFile& file) {
  for (const Diagnostic& diagnostic : check_workflow(file))
    if (diagnostic.severity == Severity::Error) return diagnostic.message;
  return {};
}

constexpr std::string_view kInner = ".github/workflows/inner.yml";
constexpr std::string_view kCaller =
    "on: push\njobs:\n  a:\n    uses: ./.github/workflows/inner.yml\n";
constexpr std::string_view kJobs = "jobs:\n  x:\n    runs-on: linux\n    steps: [{run: true}]\n";

Files inner(std::string_view text) {
  return {{std::string(kInner), std::string(text)}};
}

constexpr std::string_view kBuild = R"(
on:
  workflow_call:
    inputs:
      name: {type: string, required: true}
      count: {type: number, default: 2}
      loud: {type: boolean}
    secrets:
      key: {required: true}
    outputs:
      made: {value: "${{ jobs.make.outputs.file }}"}
      how: {value: "${{ jobs.make.result }}"}
env: {PLACE: inner}
jobs:
  make:
    name: Make ${{ inputs.name }}
    runs-on: linux
    outputs: {file: "${{ steps.m.outputs.file }}"}
    steps:
      - id: m
        run: make ${{ inputs.name }} ${{ inputs.count }} ${{ inputs.loud }} '${{ secrets.key }}' '${{ secrets.other }}' ${{ env.PLACE }} '${{ env.OUTER }}' ${{ github.workflow }} ${{ github.job }}
  check:
    needs: make
    if: needs.make.outputs.file != ''
    runs-on: linux
    steps: [{run: check}]
)";

constexpr std::string_view kMain = R"(
name: Main
on: push
env: {OUTER: outer}
jobs:
  first:
    runs-on: linux
    steps: [{run: first}]
  build:
    needs: first
    uses: ./.github/workflows/inner.yml
    with: {name: "m-${{ needs.first.result }}", loud: true}
    secrets: {key: "${{ secrets.mine }}"}
  last:
    needs: build
    runs-on: linux
    steps: [{run: "echo ${{ needs.build.outputs.made }} ${{ needs.build.outputs.how }}"}]
)";

Script make_file(Outcome check = Outcome::Succeeded) {
  Script script;
  script.on_step = [check](const std::string& job, const Leg&, const RunStep&) {
    StepResult result;
    if (job.ends_with("make")) result.files["GITHUB_OUTPUT"] = "file=model.bin\n";
    if (job.ends_with("check")) result.outcome = check;
    return result;
  };
  return script;
}

BindOptions with_secrets() {
  BindOptions options;
  options.values.secrets = {{"mine", "hush"}, {"other", "not passed"}};
  return options;
}

TEST(Calls, RunTheJobsOfTheCalledFileInTheirCallersPlace) {
  const auto bound = bind_files(with_files(kMain, inner(kBuild)), with_secrets());
  const EndedRun run = testing::run_pipeline(*bound, make_file());
  EXPECT_EQ(run.result, Outcome::Succeeded);
  EXPECT_EQ(script_of(run, "build/make", 0), "make m-success 2 true 'hush' '' inner '' Main make");
  EXPECT_EQ(script_of(run, "last", 0), "echo model.bin success");
  EXPECT_EQ(run.jobs.at("build").result, Outcome::Succeeded);
  EXPECT_EQ(run.legs.at("build/make").front().leg.name, "build / Make m-success");
  const RunStep step = run_step_of(run, "build/make", 0);
  EXPECT_NE(std::find(step.masks.begin(), step.masks.end(), "hush"), step.masks.end());
}

TEST(Calls, FailWhenACalledJobFails) {
  const auto bound = bind_files(with_files(kMain, inner(kBuild)), with_secrets());
  const EndedRun run = testing::run_pipeline(*bound, make_file(Outcome::Failed));
  EXPECT_EQ(run.jobs.at("build").result, Outcome::Failed);
  EXPECT_EQ(run.jobs.at("last").result, Outcome::Skipped);
  EXPECT_EQ(run.result, Outcome::Failed);
}

TEST(Calls, FailAtOnceWithoutARequiredSecret) {
  BindOptions options;
  const auto bound = bind_files(with_files(kMain, inner(kBuild)), options);
  const EndedRun run = testing::run_pipeline(*bound);
  EXPECT_EQ(run.jobs.at("build").result, Outcome::Failed);
  EXPECT_FALSE(run.jobs.contains("build/make"));
  const auto& decision = std::get<FailJob>(run.decisions.at("build"));
  EXPECT_NE(decision.reason.summary.find("secret 'key' is required"), std::string::npos);
}

TEST(Calls, HandAllSecretsOnWhenTheyAreInherited) {
  const std::string main = cat(kCaller, "    secrets: inherit\n");
  const std::string called =
      "on: workflow_call\njobs:\n  x:\n    runs-on: linux\n    steps: [{run: 'u ${{ "
      "secrets.mine }} ${{ secrets.other }}'}]\n";
  const auto bound = bind_files(with_files(main, inner(called)), with_secrets());
  EXPECT_EQ(script_of(testing::run_pipeline(*bound), "a/x", 0), "u hush not passed");
}

TEST(Calls, AreMadeForEachLegOfAMatrix) {
  const std::string_view main = R"(
on: push
jobs:
  a:
    strategy: {matrix: {v: [one, two]}}
    uses: ./.github/workflows/inner.yml
    with: {v: "${{ matrix.v }}"}
)";
  const std::string_view called = R"(
on: {workflow_call: {inputs: {v: {type: string}}, outputs: {v: {value: "${{ jobs.x.outputs.v }}"}}}}
jobs:
  x:
    runs-on: linux
    outputs: {v: "${{ inputs.v }}"}
    steps: [{run: "echo ${{ inputs.v }} '${{ matrix.v }}'"}]
)";
  const auto bound = bind_files(with_files(main, inner(called)));
  ASSERT_EQ(bound->plan().jobs.front().called.size(), 2u);
  EXPECT_EQ(bound->plan().jobs.front().called[1].id, "a.1/x");
  EXPECT_NE(bound->plan().find_job("a.1/x"), nullptr);
  EXPECT_EQ(bound->plan().find_job("a.2/x"), nullptr);
  const EndedRun run = testing::run_pipeline(*bound);
  EXPECT_EQ(script_of(run, "a.0/x", 0), "echo one ''");
  EXPECT_EQ(script_of(run, "a.1/x", 0), "echo two ''");
  EXPECT_EQ(run.legs.at("a.1/x").front().leg.name, "a (two) / x");
  EXPECT_EQ(run.jobs.at("a").outputs.at("v"), "two");
}

TEST(Calls, WaitForTheResultsThatTheirMatrixReads) {
  const std::string_view main = R"(
on: push
jobs:
  list:
    runs-on: linux
    outputs: {all: '["p","q"]'}
    steps: [{run: list}]
  a:
    needs: list
    strategy: {matrix: {v: "${{ fromJSON(needs.list.outputs.all) }}"}}
    uses: ./.github/workflows/inner.yml
)";
  const std::string called = cat("on: workflow_call\n", kJobs);
  const auto bound = bind_files(with_files(main, inner(called)));
  EXPECT_EQ(bound->plan().find_job("a")->expansion, Expansion::Dynamic);
  EXPECT_TRUE(bound->plan().find_job("a")->called.empty());
  const EndedRun run = testing::run_pipeline(*bound);
  EXPECT_TRUE(run.jobs.contains("a.1/x"));
  EXPECT_EQ(run.legs.at("a.1/x").front().leg.name, "a (q) / x");
}

TEST(Calls, SeeTheirOwnJobsOnlyInStatusFunctions) {
  const std::string_view main = R"(
on: push
jobs:
  broken: {runs-on: linux, steps: [{run: fail}]}
  a:
    needs: broken
    if: failure()
    uses: ./.github/workflows/inner.yml
)";
  const std::string_view called = R"(
on: workflow_call
jobs:
  x: {runs-on: linux, steps: [{run: x}]}
  y: {needs: x, if: failure(), runs-on: linux, steps: [{run: y}]}
)";
  Script script;
  script.on_step = [](const std::string& job, const Leg&, const RunStep&) {
    StepResult result;
    if (job == "broken") result.outcome = Outcome::Failed;
    return result;
  };
  const EndedRun run = testing::run_pipeline(*bind_files(with_files(main, inner(called))), script);
  EXPECT_EQ(run.jobs.at("a/x").result, Outcome::Succeeded);
  EXPECT_EQ(run.jobs.at("a/y").result, Outcome::Skipped);
  EXPECT_EQ(run.jobs.at("a").result, Outcome::Succeeded);
}

TEST(Calls, ThatSkipEverythingAreSkipped) {
  const std::string called =
      "on: workflow_call\njobs:\n  x:\n    if: false\n    runs-on: linux\n    steps: [{run: x}]\n";
  const EndedRun run = testing::run_pipeline(*bind_files(with_files(kCaller, inner(called))));
  EXPECT_EQ(run.jobs.at("a").result, Outcome::Skipped);
}

TEST(Calls, GoDownSeveralFiles) {
  Files files = inner(
      "on: {workflow_call: {outputs: {o: {value: '${{ jobs.deep.outputs.o }}'}}}}\njobs:\n"
      "  deep:\n    uses: $/.github/workflows/deep.yml\n");
  files[".github/workflows/deep.yml"] =
      "on: {workflow_call: {outputs: {o: {value: '${{ jobs.x.outputs.o }}'}}}}\njobs:\n  x:\n"
      "    runs-on: linux\n    outputs: {o: out}\n    steps: [{run: x}]\n";
  const auto bound = bind_files(with_files(kCaller, files));
  EXPECT_NE(bound->plan().find_job("a/deep/x"), nullptr);
  const EndedRun run = testing::run_pipeline(*bound);
  EXPECT_EQ(run.legs.at("a/deep/x").front().leg.name, "a / deep / x");
  EXPECT_EQ(run.jobs.at("a").outputs.at("o"), "out");
}

TEST(Calls, AreCheckedAgainstWhatTheCalledFileTakes) {
  const std::string called =
      cat("on:\n  workflow_call:\n    inputs:\n      name: {type: string, required: true}\n"
          "      loud: {type: boolean}\n    secrets:\n      key: {required: true}\n",
          kJobs);
  const std::pair<std::string, std::vector<std::string>> rows[] = {
      {"", {"4:11 call-arguments", "4:11 call-arguments"}},
      {"    with: {name: x}\n    secrets: inherit\n", {}},
      {"    with: {NAME: x}\n    secrets: {KEY: y}\n", {}},
      {"    with: {name: x, louf: true}\n    secrets: inherit\n", {"5:27 call-arguments"}},
      {"    with: {name: x, loud: 'true'}\n    secrets: inherit\n", {"5:27 call-arguments"}},
      {"    with: {name: x, loud: '${{ github.x }}'}\n    secrets: inherit\n", {}},
      {"    with: {name: x}\n    secrets: {key: a, kez: b}\n", {"6:28 call-arguments"}},
      {"    with: {name: x}\n    secrets: all\n", {"4:11 call-arguments", "6:14 wrong-type"}},
      {"    with: {name: '${{ env.X }}'}\n    secrets: inherit\n", {"5:23 expression"}},
      {"    with: {name: '${{ secrets.X }}'}\n    secrets: inherit\n", {"5:23 expression"}},
      {"    with: {name: x}\n    secrets: inherit\n    runs-on: linux\n", {"7:5 misplaced-key"}},
  };
  for (const auto& [more, expected] : rows)
    EXPECT_EQ(errors_of(with_files(cat(kCaller, more), inner(called))), expected) << more;
}

TEST(Calls, NameTheNearestInput) {
  const std::string called =
      cat("on: {workflow_call: {inputs: {version: {type: string}}}}\n", kJobs);
  EXPECT_NE(message_of(with_files(cat(kCaller, "    with: {versoin: x}\n"), inner(called)))
                .find("did you mean 'version'?"),
            std::string::npos);
}

TEST(Calls, RefuseFilesThatCannotBeCalled) {
  EXPECT_EQ(errors_of(with_files(kCaller, {{std::string(kInner), std::nullopt}})),
            (std::vector<std::string>{"4:11 unusable-call"}));
  EXPECT_EQ(errors_of(with_files(kCaller, inner(cat("on: push\n", kJobs)))),
            (std::vector<std::string>{"4:11 unusable-call"}));
  EXPECT_EQ(errors_of(with_files(kCaller, inner("on: workflow_call\njobs: {}\n"))),
            (std::vector<std::string>{"4:11 unusable-call"}));
  EXPECT_EQ(errors_of(with_files("on: push\njobs:\n  a:\n    uses: o/r/x.yml\n", {})),
            (std::vector<std::string>{"4:11 invalid-uses"}));
  const auto remote = with_files("on: push\njobs:\n  a:\n    uses: o/r/x.yml@v1\n", {});
  EXPECT_EQ(errors_of(remote), std::vector<std::string>{});
  EXPECT_EQ(bind_files(remote)->plan().jobs.front().not_honoured.at(0).rule, "unsupported-call");
  EXPECT_EQ(errors_of(with_files(kCaller, {})), std::vector<std::string>{});
}

TEST(Calls, ShowTheRoundWhenAWorkflowCallsItself) {
  Files files = inner("on: workflow_call\njobs:\n  b:\n    uses: ./.github/workflows/deep.yml\n");
  files[".github/workflows/deep.yml"] =
      "on: workflow_call\njobs:\n  c:\n    uses: ./.github/workflows/inner.yml\n";
  const std::string message = message_of(with_files(kCaller, files));
  EXPECT_NE(message.find(".github/workflows/inner.yml -> .github/workflows/deep.yml -> "
                         ".github/workflows/inner.yml"),
            std::string::npos)
      << message;
  EXPECT_EQ(errors_of(with_files("on: [push, workflow_call]\njobs:\n  a:\n    uses: "
                                 "./.github/workflows/ci.yml\n",
                                 {})),
            (std::vector<std::string>{"4:11 call-cycle"}));
}

std::vector<std::string> rules_with(const SourceFile& file, const ReaderLimits& limits) {
  std::vector<std::string> rules;
  for (const Diagnostic& diagnostic : read_workflow(file, limits).diagnostics)
    if (diagnostic.severity == Severity::Error) rules.push_back(diagnostic.rule);
  return rules;
}

TEST(Calls, HaveLimits) {
  Files files;
  const auto name = [](int n) { return cat(".github/workflows/w", n, ".yml"); };
  for (int n = 1; n < 20; ++n)
    files[name(n)] = cat("on: workflow_call\njobs:\n  a:\n    uses: ./", name(n + 1), "\n");
  const auto chain = [&](int length) {
    Files some = files;
    some[name(length)] = cat("on: workflow_call\n", kJobs);
    return with_files(cat("on: push\njobs:\n  a:\n    uses: ./", name(1), "\n"), some);
  };
  EXPECT_EQ(rules_with(chain(9), {}), std::vector<std::string>{});
  EXPECT_EQ(rules_with(chain(10), {}), std::vector<std::string>{"unusable-call"});
  EXPECT_EQ(rules_with(chain(3), {.max_files = 3}), std::vector<std::string>{"unusable-call"});
  EXPECT_EQ(rules_with(chain(3), {.max_files = 4}), std::vector<std::string>{});
  EXPECT_EQ(rules_with(chain(3), {.max_jobs = 3}), std::vector<std::string>{"unusable-call"});
  EXPECT_EQ(rules_with(chain(3), {.max_jobs = 4}), std::vector<std::string>{});
}

TEST(Calls, ThatMultiplyAreStopped) {
  std::string wide = "on: workflow_call\njobs:\n";
  Files files;
  const auto level = [](int n) { return cat(".github/workflows/l", n, ".yml"); };
  for (int n = 1; n < 9; ++n) {
    std::string text = "on: workflow_call\njobs:\n";
    for (int job = 0; job < 50; ++job)
      text += cat("  j", job, ":\n    uses: ./", level(n + 1), "\n");
    files[level(n)] = text;
  }
  files[level(9)] = cat("on: workflow_call\n", kJobs);
  const SourceFile file =
      with_files(cat("on: push\njobs:\n  a:\n    uses: ./", level(1), "\n"), files);
  EXPECT_EQ(rules_with(file, {}), (std::vector<std::string>{"unusable-call", "unusable-call"}));
}

TEST(Calls, GiveNoMoreThanTheCallerMay) {
  const auto called = [](std::string_view where) { return cat("on: workflow_call\n", where); };
  const std::string job_asks =
      "jobs:\n  x:\n    permissions: {contents: write}\n    runs-on: linux\n    steps: [{run: "
      "x}]\n";
  const std::string caller = cat(kCaller, "    permissions: {contents: read}\n");
  EXPECT_EQ(errors_of(with_files(caller, inner(called(job_asks)))),
            (std::vector<std::string>{"3:3 call-permissions"}));
  EXPECT_EQ(errors_of(with_files(kCaller, inner(called(job_asks)))), std::vector<std::string>{});
  EXPECT_EQ(errors_of(with_files(caller, inner(called(cat("permissions: read-all\n", kJobs))))),
            (std::vector<std::string>{"3:3 call-permissions"}));
  EXPECT_EQ(errors_of(with_files(caller, inner(called(cat("permissions: {}\n", kJobs))))),
            std::vector<std::string>{});
}

TEST(Calls, AreAmongTheReferencesOfAFile) {
  EXPECT_EQ(GithubLanguage().references(".github/workflows/ci.yml",
                                        "on: push\njobs:\n  a: {uses: ./.github/workflows/x.yml}\n"
                                        "  b: {uses: o/r/.github/workflows/y.yml@v1}\n"),
            (std::vector<std::string>{".github/workflows/x.yml"}));
  EXPECT_EQ(GithubLanguage().references(".github/workflows/ci.yml",
                                        "on: push\njobs:\n"
                                        "  a: {uses: \"\\x2e/.github\\x2fworkflows/x.yml\"}\n"),
            (std::vector<std::string>{".github/workflows/x.yml"}));
}

TEST(Calls, ArePlannedWithTheirJobs) {
  const auto bound = bind_files(with_files(kMain, inner(kBuild)));
  const PlannedJob* build = bound->plan().find_job("build");
  EXPECT_EQ(build->calls, kInner);
  ASSERT_EQ(build->called.size(), 2u);
  EXPECT_EQ(build->called[1].id, "build/check");
  EXPECT_EQ(build->called[1].needs, (std::vector<std::string>{"build/make"}));
  EXPECT_TRUE(build->called[1].would_run);
  EXPECT_EQ(to_canonical_text(to_json(bound->plan())),
            to_canonical_text(to_json(bind_files(with_files(kMain, inner(kBuild)))->plan())));
}

// "build/check open", in order.
std::vector<std::string> told(const BoundPipeline& bound, const std::vector<std::string>& assumed) {
  Assumptions assumptions;
  for (const std::string& text : assumed) EXPECT_TRUE(assumptions.add(text).ok()) << text;
  const auto checked = check_assumptions(assumptions, {bound.plan()});
  EXPECT_TRUE(checked.ok()) << checked.error().describe();
  std::vector<std::string> lines;
  for (const JobForecast& job : forecast(bound, assumptions).jobs)
    lines.push_back(cat(job.id, " ", to_string(job.verdict), " ", to_string(job.ended.result)));
  return lines;
}

TEST(Calls, AreForecastWithTheirJobs) {
  const auto bound = bind_files(with_files(kMain, inner(kBuild)), with_secrets());
  EXPECT_EQ(told(*bound, {}),
            (std::vector<std::string>{"first runs succeeded", "build runs succeeded",
                                      "build/make runs succeeded", "build/check open succeeded",
                                      "last runs succeeded"}));
  EXPECT_EQ(told(*bound, {"build/make=failure"}),
            (std::vector<std::string>{"first runs succeeded", "build runs failed",
                                      "build/make assumed failed", "build/check skipped skipped",
                                      "last skipped skipped"}));
  EXPECT_EQ(told(*bound, {"build=failure"}).back(), "last skipped skipped");
}

TEST(Calls, WithoutARequiredSecretAreOpenWhenNoneAreGivenAndFailWhenItIsNotAmongThem) {
  const SourceFile files = with_files(kMain, inner(kBuild));
  const auto unknown = bind_files(files, BindOptions{});
  EXPECT_EQ(told(*unknown, {}).at(1), "build open succeeded");
  EXPECT_EQ(told(*unknown, {}).back(), "last open succeeded");
  const Explanation open = forecast(*unknown, {}).find_job("build")->reason;
  EXPECT_NE(open.summary.find("secret 'key' is required"), std::string::npos) << open.summary;
  BindOptions options;
  options.values.secrets = {{"ANOTHER", "1"}};
  const auto without = bind_files(files, options);
  EXPECT_EQ(told(*without, {}),
            (std::vector<std::string>{"first runs succeeded", "build fails failed",
                                      "last skipped skipped"}));
}

TEST(Calls, AreForecastWithInputsThatOnlyTheRunWillTell) {
  const std::string_view main = R"(
on: push
jobs:
  list:
    runs-on: linux
    outputs: {go: "${{ steps.s.outputs.go }}"}
    steps: [{id: s, run: list}]
  a:
    needs: list
    uses: ./.github/workflows/inner.yml
    with: {go: "${{ fromJSON(needs.list.outputs.go) }}", name: fixed}
)";
  const std::string_view called = R"(
on: {workflow_call: {inputs: {go: {type: boolean}, name: {type: string}}}}
jobs:
  x: {if: inputs.go, runs-on: linux, steps: [{run: x}]}
  y: {if: inputs.name == 'fixed', runs-on: linux, steps: [{run: y}]}
)";
  const auto bound = bind_files(with_files(main, inner(called)));
  EXPECT_EQ(told(*bound, {}),
            (std::vector<std::string>{"list runs succeeded", "a runs succeeded",
                                      "a/x open succeeded", "a/y runs succeeded"}));
  EXPECT_EQ(told(*bound, {"list.outputs.go=false"}).at(2), "a/x skipped skipped");
}

TEST(CalledWorkflows, a_job_knows_the_file_that_it_stands_in) {
  const auto bound = bind_files(with_files(kCaller, inner(R"(on: workflow_call
jobs:
  x:
    runs-on: linux
    steps:
      - run: ${{ job.workflow_ref }} ${{ job.workflow_file_path }} ${{ job.workflow_repository }}
      - run: ${{ github.workflow_ref }} ${{ job.workflow_sha == github.workflow_sha }}
)")));
  const EndedRun run = testing::run_pipeline(*bound);
  EXPECT_EQ(
      script_of(run, "a/x", 0),
      "local/repository/.github/workflows/inner.yml@refs/heads/main .github/workflows/inner.yml "
      "local/repository");
  EXPECT_EQ(script_of(run, "a/x", 1),
            "local/repository/.github/workflows/ci.yml@refs/heads/main true");
}

}  // namespace
}  // namespace sluice::pipeline::github
