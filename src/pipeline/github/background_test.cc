// Steps in the background: background, wait, wait-all, cancel, parallel.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

using testing::EndedRun;
using testing::Script;
using Lines = std::vector<std::string>;

std::string job(std::string_view body) {
  return cat("on: push\njobs:\n  a:\n    runs-on: linux\n", body);
}

// "until" as in Script; steps whose script is "fail" fail, each leaves an output `v` with its name.
Script script_with(std::map<std::string, std::string> until = {}) {
  Script script;
  script.until = std::move(until);
  script.on_step = [](const std::string&, const Leg&, const RunStep& step) {
    StepResult result;
    const auto* action = std::get_if<ScriptAction>(&step.action);
    if (action != nullptr && action->text == "fail") result.outcome = Outcome::Failed;
    result.files["GITHUB_OUTPUT"] = cat("v=", step.name, "\n");
    result.files["GITHUB_ENV"] = cat("LAST=", step.name, "\n");
    return result;
  };
  return script;
}

Lines log_of(std::string_view body, const Script& script = script_with()) {
  Lines log = run_workflow(job(body), script).log;
  log.erase(log.begin());
  for (std::string& line : log) line = line.substr(4);
  return log;
}

TEST(Background, steps_go_on_beside_later_ones_until_they_are_waited_for) {
  EXPECT_EQ(log_of(R"(    steps:
      - {id: x, name: serve, run: x, background: true}
      - {name: test, run: x}
      - {name: join, wait: x}
      - {name: last, run: x}
)",
                   script_with({{"serve", "test"}})),
            (Lines{"run serve", "run test", "end test succeeded/succeeded", "begin join",
                   "end serve succeeded/succeeded", "end join succeeded/succeeded", "run last",
                   "end last succeeded/succeeded", "finish succeeded"}));
}

TEST(Background, what_a_step_leaves_is_seen_after_its_wait_and_not_before) {
  const EndedRun run = run_workflow(job(R"(    steps:
      - {id: x, name: bg, run: x, background: true}
      - {name: fg, run: x}
      - {run: "[${{ steps.x.outputs.v }}|${{ steps.x.outcome }}|${{ env.LAST }}]"}
      - wait: [x]
      - {run: "[${{ steps.x.outputs.v }}|${{ steps.x.outcome }}|${{ env.LAST }}]"}
)"),
                                    script_with());
  EXPECT_EQ(script_of(run, "a", 2), "[||fg]");
  EXPECT_EQ(script_of(run, "a", 4), "[bg|success|bg]");
}

TEST(Background, a_failed_step_fails_its_wait) {
  EXPECT_EQ(
      log_of(R"(    steps:
      - {id: x, name: bg, run: fail, background: true}
      - {name: fg, run: x}
      - {name: join, wait: x}
      - {name: after, run: x}
)"),
      (Lines{"run bg", "run fg", "end bg failed/failed", "end fg succeeded/succeeded", "begin join",
             "end join failed/failed", "skip after (step 'join' failed)", "finish failed"}));
}

TEST(Background, continue_on_error_of_the_step_spares_its_wait) {
  EXPECT_EQ(log_of(R"(    steps:
      - {id: x, name: bg, run: fail, background: true, continue-on-error: true}
      - {name: join, wait: x}
      - {name: after, run: x}
)")
                .back(),
            "finish succeeded");
}

// As in the runner: what steps in the background come to is merged into the job's result.
TEST(Background, continue_on_error_of_the_wait_lets_later_steps_run_and_the_job_fails) {
  const Lines log = log_of(R"(    steps:
      - {id: x, name: bg, run: fail, background: true}
      - {name: join, wait: x, continue-on-error: true}
      - {name: after, run: x}
)");
  EXPECT_EQ(log[3], "end join failed/succeeded");
  EXPECT_EQ(log[5], "end after succeeded/succeeded");
  EXPECT_EQ(log.back(), "finish failed");
}

TEST(Background, waits_run_after_a_failure_too) {
  EXPECT_EQ(log_of(R"(    steps:
      - {id: x, name: bg, run: x, background: true}
      - {name: bad, run: fail}
      - {name: join, wait-all: }
)",
                   script_with({{"bg", "bad"}})),
            (Lines{"run bg", "run bad", "end bad failed/failed", "begin join",
                   "end bg succeeded/succeeded", "end join succeeded/succeeded", "finish failed"}));
}

TEST(Background, steps_that_nobody_waited_for_are_waited_for_at_the_end) {
  const Lines log = log_of(R"(    outputs: {o: "${{ steps.x.outputs.v }}"}
    steps:
      - {id: x, name: bg, run: fail, background: true}
      - {name: fg, run: x}
)",
                           script_with({{"bg", "fg"}}));
  EXPECT_EQ(log, (Lines{"run bg", "run fg", "end fg succeeded/succeeded", "end bg failed/failed",
                        "finish failed"}));
  const EndedRun run = run_workflow(job(R"(    outputs: {o: "${{ steps.x.outputs.v }}"}
    steps: [{id: x, name: bg, run: x, background: true}]
)"),
                                    script_with());
  EXPECT_EQ(run.jobs.at("a").outputs.at("o"), "bg");
}

TEST(Background, cancel_stops_a_step_and_that_is_no_failure) {
  EXPECT_EQ(
      log_of(R"(    steps:
      - {id: x, name: serve, run: x, background: true}
      - {name: test, run: x}
      - {name: stop it, cancel: x}
      - {name: last, run: "${{ steps.x.outcome }}"}
)",
             script_with({{"serve", "nothing"}})),
      (Lines{"run serve", "run test", "end test succeeded/succeeded", "begin stop it",
             "stop step-1", "end serve cancelled/cancelled", "end stop it succeeded/succeeded",
             "run last", "end last succeeded/succeeded", "finish succeeded"}));
}

TEST(Background, cancelling_a_step_that_has_failed_leaves_it_failed) {
  EXPECT_EQ(log_of(R"(    steps:
      - {id: x, name: serve, run: fail, background: true}
      - {name: test, run: x}
      - {cancel: x}
)")
                .back(),
            "finish failed");
}

TEST(Background, at_most_ten_run_at_once) {
  std::string body = "    steps:\n";
  std::map<std::string, std::string> until;
  for (int i = 0; i < 12; ++i) {
    body += cat("      - {id: s", i, ", name: s", i, ", run: x, background: true}\n");
    until[cat("s", i)] = i == 3 ? "fg" : "nothing";
  }
  body += "      - {name: fg, run: x}\n      - {name: drop, cancel: s11}\n";
  const Lines log = log_of(body, script_with(until));
  EXPECT_EQ(log[9], "run s9");
  EXPECT_EQ(log[10], "run fg");
  EXPECT_EQ(Lines(log.begin() + 11, log.begin() + 17),
            (Lines{"end fg succeeded/succeeded", "begin drop",
                   "skip s11 (it was cancelled while it waited for its turn)",
                   "end drop succeeded/succeeded", "end s3 succeeded/succeeded", "run s10"}));
  EXPECT_EQ(log.back(), "finish succeeded");
}

TEST(Background, parallel_runs_a_group_and_waits_for_it) {
  EXPECT_EQ(log_of(R"(    steps:
      - parallel:
          - {name: one, run: x}
          - {name: two, run: x}
      - {name: last, run: x}
)",
                   script_with({{"one", "two"}})),
            (Lines{"run one", "run two", "begin Wait", "end two succeeded/succeeded",
                   "end one succeeded/succeeded", "end Wait succeeded/succeeded", "run last",
                   "end last succeeded/succeeded", "finish succeeded"}));
}

TEST(Background, a_skipped_step_needs_no_wait) {
  const EndedRun run = run_workflow(job(R"(    steps:
      - {id: x, name: bg, if: false, run: x, background: true}
      - {run: "${{ steps.x.outcome }}"}
      - wait: x
)"),
                                    script_with());
  EXPECT_EQ(script_of(run, "a", 1), "skipped");
  EXPECT_EQ(run.result, Outcome::Succeeded);
}

TEST(Background, cancelling_the_job_stops_all_even_those_whose_condition_holds) {
  Script script = script_with({{"bg", "nothing"}, {"sticky", "nothing"}});
  script.cancel_during = [](const std::string&, const RunStep& step) { return step.name == "fg"; };
  EXPECT_EQ(log_of(R"(    steps:
      - {name: bg, run: x, background: true}
      - {name: sticky, if: always(), run: x, background: true}
      - {name: fg, if: always(), run: x}
      - {name: join, wait-all: }
)",
                   script),
            (Lines{"run bg", "run sticky", "run fg", "stop step-1", "stop step-2",
                   "end fg succeeded/succeeded", "begin join", "end bg cancelled/cancelled",
                   "end sticky cancelled/cancelled", "end join cancelled/cancelled",
                   "finish cancelled"}));
}

TEST(Background, a_composite_action_may_run_there) {
  BindOptions options;
  options.others = {{"c/action.yml", R"(outputs: {o: {value: "${{ steps.i.outputs.v }}"}}
runs:
  using: composite
  steps:
    - {id: i, name: in, run: x, shell: sh}
    - {name: in2, run: "${{ env.LAST }}", shell: sh}
)"}};
  const EndedRun run = run_workflow(job(R"(    steps:
      - {id: c, name: act, uses: ./c, background: true}
      - {name: fg, run: x}
      - {name: look, run: "${{ env.LAST }}"}
      - wait: c
      - {run: "${{ env.LAST }} ${{ steps.c.outputs.o }}"}
)"),
                                    script_with({{"in", "fg"}}), options);
  const auto& effects = run.legs.at("a").front().effects;
  std::map<std::string, std::string> scripts;
  for (const JobEffect& effect : effects)
    if (const auto* step = std::get_if<RunStep>(&effect))
      scripts[step->id] = std::get<ScriptAction>(step->action).text;
  EXPECT_EQ(scripts.at("step-1.2"), "in");
  EXPECT_EQ(scripts.at("step-3"), "fg");
  EXPECT_EQ(scripts.at("step-5"), "in2 in");
  EXPECT_EQ(run.result, Outcome::Succeeded);
}

TEST(Background, mistakes_are_found) {
  const std::pair<std::string_view, Lines> rows[] = {
      {"- {id: x, run: a, background: maybe}", {"6:37 wrong-type"}},
      {"- {id: x, run: a}\n      - wait: x", {"7:15 not-in-background"}},
      {"- {id: x, run: a, background: true}\n      - wait: y", {"7:15 undefined-step"}},
      {"- wait: x\n      - {id: x, run: a, background: true}", {"6:15 undefined-step"}},
      {"- {id: x, wait: x}", {"6:23 undefined-step"}},
      {"- {id: x, run: a, background: true}\n      - {wait: x, if: always()}",
       {"7:19 unknown-key"}},
      {"- {id: x, run: a, background: true}\n      - {wait: x, env: {A: b}}", {"7:19 unknown-key"}},
      {"- {id: x, run: a, background: true}\n      - cancel: [x]", {"7:17 wrong-type"}},
      {"- wait: []", {"6:15 missing-key"}},
      {"- wait-all: false", {"6:19 wrong-type"}},
      {"- wait-all: true", {}},
      {"- wait-all:", {}},
      {"- parallel: x", {"6:19 wrong-type"}},
      {"- parallel: []", {"6:19 missing-key"}},
      {"- parallel: [{wait-all: }]", {"6:20 parallel-step"}},
      {"- {parallel: [{run: a}], if: true}", {"6:32 unknown-key", "6:36 constant-if"}},
      {"- parallel: [{run: a, background: true}]", {"6:29 unknown-key"}},
      {"- parallel: [{id: x, run: a}, {id: x, run: b}]", {"6:42 duplicate-step-id"}},
      {"- parallel: [{id: x, run: a}]\n      - cancel: x", {}},
  };
  for (const auto& [steps, expected] : rows)
    EXPECT_EQ(mistakes(job(cat("    steps:\n      ", steps, "\n"))), expected) << steps;
}

}  // namespace
}  // namespace sluice::pipeline::github
