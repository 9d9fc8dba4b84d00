// Which jobs run, with which legs, and why: decisions and plans.
#include <gtest/gtest.h>

#include <chrono>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

using testing::EndedRun;
using testing::Script;
using Lines = std::vector<std::string>;

constexpr std::string_view kBody = ", runs-on: linux, steps: [{run: x}]}\n";

// "id: flow mapping keys" for each job.
std::string jobs(std::initializer_list<std::pair<std::string_view, std::string_view>> list) {
  std::string text = "on: [push, workflow_dispatch]\njobs:\n";
  for (const auto& [id, keys] : list) text += cat("  ", id, ": {", keys, kBody);
  return text;
}

// Every step of the named jobs fails.
Script failing(std::vector<std::string> names) {
  Script script;
  script.on_step = [names](const std::string& job, const Leg&, const RunStep&) {
    StepResult result;
    for (const std::string& name : names)
      if (name == job) result.outcome = Outcome::Failed;
    return result;
  };
  return script;
}

std::string results(const EndedRun& run) {
  std::string text;
  for (const auto& [id, facts] : run.jobs) text += cat(id, "=", to_string(facts.result), " ");
  return std::string(trim(text));
}

TEST(Jobs, success_looks_at_all_ancestors_and_not_only_at_needs) {
  const std::string text = jobs({{"a", "if: false"},
                                 {"b", "needs: a, if: always()"},
                                 {"c", "needs: b"},
                                 {"d", "needs: b, if: always()"},
                                 {"e", "needs: b, if: needs.b.result == 'success'"}});
  const EndedRun run = run_workflow(text);
  EXPECT_EQ(results(run), "a=skipped b=succeeded c=skipped d=succeeded e=skipped");
  const auto& skip = std::get<SkipJob>(run.decisions.at("c"));
  EXPECT_EQ(skip.reason.decided_by, DecidedBy::Ancestor);
  EXPECT_EQ(skip.reason.subject, "a");
  EXPECT_EQ(skip.reason.summary,
            "it runs only when every job before it succeeded, and the result of 'a' is skipped");
}

TEST(Jobs, failure_asks_for_any_failed_ancestor) {
  const std::string text = jobs({{"a", "name: A"},
                                 {"b", "needs: a"},
                                 {"c", "needs: b, if: failure()"},
                                 {"d", "needs: [a], if: \"failure('a') && !success('a')\""},
                                 {"e", "needs: a, if: \"${{ !failure() }}\""}});
  EXPECT_EQ(results(run_workflow(text, failing({"a"}))),
            "a=failed b=skipped c=succeeded d=succeeded e=skipped");
  EXPECT_EQ(results(run_workflow(text)), "a=succeeded b=succeeded c=skipped d=skipped e=succeeded");
}

TEST(Jobs, needs_ignores_case_and_shows_results_and_outputs) {
  const EndedRun run = run_workflow(R"(on: push
jobs:
  Build: {runs-on: linux, outputs: {v: 'x${{ 1 }}'}, steps: [{run: a}]}
  use: {needs: build, runs-on: linux, steps: [{run: "${{ needs.build.outputs.v }} ${{ needs.BUILD.result }}"}]}
)");
  EXPECT_EQ(script_of(run, "use", 0), "x1 success");
}

TEST(Jobs, a_failed_leg_with_continue_on_error_does_not_count) {
  const EndedRun run =
      run_workflow(R"(on: push
jobs:
  a:
    runs-on: linux
    continue-on-error: ${{ matrix.v == 2 }}
    strategy: {matrix: {v: [1, 2]}}
    steps: [{run: "${{ matrix.v }}"}]
  b: {needs: a, runs-on: linux, steps: [{run: x}]}
)",
                   Script{[](const std::string& job, const Leg& leg, const RunStep&) {
                            StepResult result;
                            if (job == "a" && leg.index == 1) result.outcome = Outcome::Failed;
                            return result;
                          },
                          {},
                          {}});
  EXPECT_EQ(results(run), "a=succeeded b=succeeded");
  EXPECT_FALSE(run.legs.at("a")[0].settings.continue_on_error);
  EXPECT_TRUE(run.legs.at("a")[1].settings.continue_on_error);
  EXPECT_EQ(run.legs.at("a")[1].result.result, Outcome::Failed);
}

TEST(Jobs, legs_get_matrix_and_strategy_and_the_last_output_wins) {
  const EndedRun run = run_workflow(R"(on: push
jobs:
  a:
    name: t ${{ matrix.v }}
    runs-on: ${{ matrix.os }}
    timeout-minutes: ${{ matrix.v }}
    strategy: {fail-fast: false, max-parallel: 2, matrix: {os: [linux], v: [1, 2]}}
    outputs: {o: "${{ matrix.v }}"}
    steps:
      - run: "${{ strategy.job-index }}/${{ strategy.job-total }} ${{ strategy.fail-fast }} ${{ strategy.max-parallel }}"
)");
  const auto& legs = run.legs.at("a");
  ASSERT_EQ(legs.size(), 2u);
  EXPECT_EQ(legs[1].leg.name, "t 2");
  EXPECT_EQ(legs[1].settings.timeout, Duration(std::chrono::minutes(2)));
  EXPECT_EQ(script_of(run, "a", 0), "0/2 false 2");
  EXPECT_EQ(run.jobs.at("a").outputs.at("o"), "2");
  const auto& decision = std::get<RunJob>(run.decisions.at("a"));
  EXPECT_FALSE(decision.fail_fast);
  EXPECT_EQ(decision.max_parallel, 2);
}

TEST(Jobs, a_matrix_may_come_from_the_outputs_of_another_job) {
  const std::string text = R"(on: push
jobs:
  a: {runs-on: linux, outputs: {m: '["x","y"]'}, steps: [{run: x}]}
  b:
    needs: a
    runs-on: linux
    strategy: {matrix: {v: "${{ fromJSON(needs.a.outputs.m) }}"}}
    steps: [{run: "${{ matrix.v }}"}]
)";
  EXPECT_EQ(bind_workflow(text)->plan().find_job("b")->expansion, Expansion::Dynamic);
  const EndedRun run = run_workflow(text);
  ASSERT_EQ(run.legs.at("b").size(), 2u);
  EXPECT_EQ(run.legs.at("b")[1].leg.name, "b (y)");
}

TEST(Jobs, what_cannot_be_evaluated_fails_the_job_with_a_place) {
  const EndedRun run = run_workflow(R"(on: push
jobs:
  a: {if: "fromJSON('{') == 1", runs-on: linux, steps: [{run: x}]}
  b: {runs-on: linux, strategy: {matrix: {v: "${{ fromJSON('[]') }}"}}, steps: [{run: x}]}
  c: {runs-on: linux, timeout-minutes: "${{ 'x' }}", steps: [{run: x}]}
  d: {runs-on: [self-hosted, macOS], steps: [{run: x}]}
  e: {runs-on: "${{ matrix.os }}", strategy: {matrix: {os: [windows-latest]}}, steps: [{run: x}]}
)");
  EXPECT_EQ(results(run), "a=failed b=failed c=failed d=failed e=failed");
  EXPECT_EQ(run.log[1],
            "job b: fail (.github/workflows/ci.yml:4:42: Matrix vector 'v' does not contain any "
            "values)");
  EXPECT_NE(run.log[3].find("ci.yml:5:40: timeout-minutes must be a number, got 'x'"),
            std::string::npos)
      << run.log[3];
  EXPECT_NE(run.log[4].find("needs a runner 'macOS'; this host runs Linux"), std::string::npos);
  EXPECT_NE(run.log.back().find("needs a runner 'windows-latest'"), std::string::npos);
}

TEST(Jobs, cancelling_the_run_leaves_only_what_asks_for_it) {
  const std::string text = jobs({{"a", "name: A"},
                                 {"b", "needs: a"},
                                 {"c", "needs: a, if: always()"},
                                 {"d", "needs: a, if: cancelled()"},
                                 {"e", "needs: a, if: failure()"}});
  Script script;
  script.cancel_during = [](const std::string& job, const RunStep&) { return job == "a"; };
  const EndedRun run = run_workflow(text, script);
  EXPECT_EQ(results(run), "a=cancelled b=cancelled c=succeeded d=succeeded e=cancelled");
  EXPECT_EQ(run.result, Outcome::Cancelled);
  const auto bound = bind_workflow(text);
  EXPECT_FALSE(bound->survives_cancel("a", {}));
  EXPECT_TRUE(bound->survives_cancel("c", {}));
}

TEST(Jobs, conclude_by_the_worst_leg) {
  const auto bound = bind_workflow(jobs({{"a", "name: A"}}));
  const auto conclude = [&bound](std::vector<Outcome> outcomes) {
    std::vector<LegResult> legs;
    for (const Outcome outcome : outcomes) legs.push_back({outcome, {}, false});
    return bound->conclude_job("a", legs).result;
  };
  EXPECT_EQ(conclude({Outcome::Succeeded, Outcome::Succeeded}), Outcome::Succeeded);
  EXPECT_EQ(conclude({Outcome::Failed, Outcome::Cancelled}), Outcome::Failed);
  EXPECT_EQ(conclude({Outcome::Succeeded, Outcome::Cancelled}), Outcome::Cancelled);
  EXPECT_EQ(conclude({Outcome::TimedOut}), Outcome::Failed);
}

TEST(Inputs, of_a_dispatch_are_typed_checked_and_have_defaults) {
  const std::string text = R"(on:
  workflow_dispatch:
    inputs:
      flag: {type: boolean, default: true}
      count: {type: number, default: 3}
      where: {type: choice, options: [a, b], default: a}
      who: {required: true}
run-name: by ${{ inputs.who }}
jobs:
  a:
    runs-on: linux
    if: inputs.flag && inputs.count == 3
    steps:
      - run: ${{ inputs.where }} ${{ github.event.inputs.flag == 'true' }} ${{ inputs.flag == true }}
)";
  BindOptions options;
  options.event.name = "workflow_dispatch";
  options.event.inputs = {{"WHO", "me"}, {"where", "b"}};
  EXPECT_EQ(script_of(run_workflow(text, {}, options), "a", 0), "b true true");
  EXPECT_EQ(bind_workflow(text, options)->plan().title, "by me");
  const std::pair<std::map<std::string, std::string>, std::string_view> rows[] = {
      {{}, "input 'who' is required"},
      {{{"who", "x"}, {"flag", "yes"}}, "input 'flag' must be true or false, got 'yes'"},
      {{{"who", "x"}, {"count", "x"}}, "input 'count' must be a number, got 'x'"},
      {{{"who", "x"}, {"where", "c"}}, "input 'where' must be one of a, b, got 'c'"},
      {{{"who", "x"}, {"wher", "a"}}, "no input 'wher', did you mean 'where'?"},
  };
  for (const auto& [inputs, message] : rows) {
    options.event.inputs = inputs;
    const auto bound =
        GithubLanguage().read(workflow_file(text))->bind(options.event, options.run, {});
    ASSERT_FALSE(bound.ok()) << message;
    EXPECT_NE(bound.error().message().find(message), std::string::npos) << bound.error().message();
  }
}

TEST(Inputs, of_a_dispatch_are_the_same_in_its_document_and_in_the_context) {
  const std::string text = R"(on:
  workflow_dispatch:
    inputs: {flag: {type: boolean, default: true}, n: {type: number}, who: {default: me}}
jobs:
  a:
    runs-on: linux
    steps:
      - run: ${{ github.event.inputs.n }} ${{ inputs.n }} ${{ toJSON(github.event.inputs) }}
)";
  BindOptions options;
  options.event.name = "workflow_dispatch";
  options.event.inputs = {{"n", "4.50"}};
  options.event.payload = JsonObject{{"inputs", JsonObject{{"n", "4.50"}}}};
  const testing::EndedRun run = run_workflow(text, {}, options);
  const std::string script = script_of(run, "a", 0);
  EXPECT_TRUE(script.starts_with("4.5 4.5 {")) << script;
  const Json shown = parse_json(script.substr(8)).value();
  const std::string file = run.legs.at("a").front().settings.files.at("/t/event.json");
  const Json document = parse_json(file).value();
  const Json& inputs = document.at("inputs");
  EXPECT_EQ(to_canonical_text(inputs), R"({"flag":"true","n":"4.5","who":"me"})");
  EXPECT_EQ(to_canonical_text(shown), to_canonical_text(inputs));
}

TEST(Planning, says_what_would_run_and_why_not_the_rest) {
  const auto bound = bind_workflow(R"(on: push
jobs:
  a: {runs-on: ubuntu-latest, strategy: {matrix: {v: [1, 2]}}, steps: [{run: "echo\nx"}]}
  b: {needs: a, if: github.ref == 'refs/heads/dev', runs-on: linux, steps: [{run: x}]}
  c: {needs: b, runs-on: linux, steps: [{run: x}]}
  d: {needs: a, if: needs.a.outputs.x == '1', runs-on: linux, steps: [{run: x}]}
  e: {runs-on: windows-2022, permissions: {}, steps: [{uses: actions/checkout@v4}]}
)");
  const Plan& plan = bound->plan();
  Lines lines;
  for (const PlannedJob& job : plan.jobs)
    lines.push_back(
        cat(job.id, " ", job.legs.size(), job.would_run ? " yes: " : " no: ", job.reason.summary));
  EXPECT_EQ(lines,
            (Lines{"a 2 yes: it needs no other job",
                   "b 1 no: its condition is false: github.ref == 'refs/heads/dev'",
                   "c 1 no: it runs only when every job before it succeeded, and the result of "
                   "'b' is skipped",
                   "d 1 yes: its condition depends on needs.a.outputs.x, which is known only "
                   "when the run is there",
                   "e 1 yes: it needs no other job"}));
  EXPECT_EQ(plan.jobs[4].not_honoured.at(0).message,
            "job 'e' needs a runner 'windows-2022'; this host runs Linux");
  EXPECT_EQ(plan.jobs[0].steps[0].name, "Run echo");
  Lines notes;
  for (const Diagnostic& note : plan.not_enforced) notes.push_back(to_string(note).substr(25));
  EXPECT_EQ(notes.size(), 2u);
  const Json tree = plan.jobs[1].reason.tree;
  EXPECT_EQ(to_text(tree.at("children").at(1).at("children").at(0).at("value")),
            R"("refs/heads/main")");
}

TEST(Planning, the_same_inputs_give_the_same_plan_and_effects) {
  const std::string text = R"(on: push
jobs:
  a: {runs-on: linux, strategy: {matrix: {v: [b, a], w: [2, 1]}}, steps: [{run: "${{ toJSON(matrix) }}${{ hashFiles('x') }}"}]}
)";
  EXPECT_EQ(to_text(to_json(bind_workflow(text)->plan())),
            to_text(to_json(bind_workflow(text)->plan())));
  const EndedRun first = run_workflow(text);
  EXPECT_EQ(first.log, run_workflow(text).log);
  EXPECT_EQ(first.log[1], "a.0 hash hash-1-1 x");
  EXPECT_EQ(script_of(first, "a", 0), "{\n  \"v\": \"b\",\n  \"w\": 2\n}digest");
}

TEST(Planning, secrets_never_show_in_an_explanation) {
  BindOptions options;
  options.values.secrets["KEY"] = "very-secret-text";
  const EndedRun run = run_workflow(R"(on: push
jobs:
  a:
    runs-on: linux
    env: {K: "${{ secrets.KEY }}"}
    steps: [{if: "github.token == ''", run: x}]
)",
                                    {}, options);
  const RunStep step = run_step_of(run, "a", 0);
  EXPECT_EQ(to_text(to_json(step.reason)).find("very-secret"), std::string::npos);
  EXPECT_EQ(step.env.at("K"), "very-secret-text");
  EXPECT_EQ(step.masks, Lines{"very-secret-text"});
}

TEST(Planning, a_chain_and_a_fan_of_a_thousand_jobs_are_planned) {
  std::string chain = "on: push\njobs:\n  j0: {runs-on: linux, steps: [{run: x}]}\n";
  for (int i = 1; i < 1000; ++i)
    chain += cat("  j", i, ": {needs: [j", i - 1, ", j0], runs-on: linux, steps: [{run: x}]}\n");
  const auto bound = bind_workflow(chain);
  EXPECT_EQ(bound->plan().jobs.size(), 1000u);
  EXPECT_TRUE(bound->plan().jobs.back().would_run);
}

}  // namespace
}  // namespace sluice::pipeline::github
