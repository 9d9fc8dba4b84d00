// Composite and JavaScript actions of the repository, and post steps, seen from outside.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

using testing::EndedRun;
using testing::Script;
using Lines = std::vector<std::string>;
using Others = std::map<std::string, std::optional<std::string>>;

std::string job(std::string_view body) {
  return cat("on: push\njobs:\n  a:\n    runs-on: linux\n", body);
}

// Steps end as their script says; `more` sees each.
Script by_script(std::function<void(const RunStep&, StepResult&)> more = {}) {
  Script script;
  script.on_step = [more](const std::string&, const Leg&, const RunStep& step) {
    StepResult result;
    if (const auto* action = std::get_if<ScriptAction>(&step.action))
      if (action->text == "fail") result.outcome = Outcome::Failed;
    if (more) more(step, result);
    return result;
  };
  return script;
}

EndedRun run(std::string_view body, const Others& others, const Script& script = by_script()) {
  BindOptions options;
  options.others = others;
  return run_workflow(job(body), script, options);
}

const RunStep& step_with_id(const EndedRun& run, std::string_view id) {
  for (const JobEffect& effect : run.legs.at("a").front().effects)
    if (const auto* step = std::get_if<RunStep>(&effect); step != nullptr && step->id == id)
      return *step;
  CHECK(!"no such step ran");
  UNREACHABLE();
}

std::string script_with_id(const EndedRun& run, std::string_view id) {
  return std::get<ScriptAction>(step_with_id(run, id).action).text;
}

Lines ids_of(const EndedRun& run) {
  Lines ids;
  for (const JobEffect& effect : run.legs.at("a").front().effects)
    if (const auto* step = std::get_if<RunStep>(&effect))
      ids.push_back(cat(step->id, "@", step->step, step->part.empty() ? "" : ".", step->part));
  return ids;
}

TEST(CompositeActions, run_their_steps_inside_of_the_step) {
  const EndedRun ended =
      run("    steps: [{run: x}, {name: Set up, uses: ./a}, {name: y, run: y}]\n",
          {{"a/action.yml", R"(runs:
  using: composite
  steps:
    - {name: one, run: x, shell: bash}
    - {name: inner, uses: ./b}
    - {name: off, if: false, run: x, shell: bash}
)"},
           {"b/action.yml",
            "runs: {using: composite, steps: [{name: deep, run: "
            "x, shell: 'sh {0}'}]}\n"}});
  EXPECT_EQ(
      ended.log,
      (Lines{"job a: run", "a.0 run Run x", "a.0 end Run x succeeded/succeeded", "a.0 begin Set up",
             "a.0 run one", "a.0 end one succeeded/succeeded", "a.0 begin inner", "a.0 run deep",
             "a.0 end deep succeeded/succeeded", "a.0 end inner succeeded/succeeded",
             "a.0 skip off (its condition is false: false)", "a.0 end Set up succeeded/succeeded",
             "a.0 run y", "a.0 end y succeeded/succeeded", "a.0 finish succeeded"}));
  EXPECT_EQ(ids_of(ended), (Lines{"step-1@0", "step-2.1@1.1", "step-2.2.1@1.2.1", "step-3@2"}));
  EXPECT_EQ(join(std::get<ScriptAction>(step_with_id(ended, "step-2.2.1").action).command, " "),
            "sh {0}");
}

TEST(CompositeActions, see_their_inputs_and_not_the_workflow_s) {
  const EndedRun ended = run(R"(    env: {E: job}
    defaults: {run: {shell: sh, working-directory: w}}
    steps:
      - {id: before, run: x}
      - uses: ./a
        env: {E: outer, OUTER: o}
        with: {Who: "${{ env.E }}", extra: e}
)",
                             {{"a/action.yml", R"(
inputs:
  who: {required: true}
  from: {default: "${{ github.ref_name }}"}
  none: {}
runs:
  using: composite
  steps:
    - id: in
      shell: bash
      run: "${{ inputs.who }}|${{ inputs.from }}|${{ inputs.none }}|${{ inputs.extra }}|${{ steps.before.outcome }}|${{ github.action_path }}|${{ github.action_status }}|${{ env.E }}|${{ env.OUTER }}|${{ github.action }}"
      env: {E: inner}
    - {run: "${{ steps.in.outcome }}", shell: bash, working-directory: "${{ github.action_path }}"}
)"}});
  EXPECT_EQ(script_with_id(ended, "step-2.1"), "outer|main||e||/w/a|success|inner|o|in");
  const RunStep& first = step_with_id(ended, "step-2.1");
  EXPECT_EQ(first.env.at("GITHUB_ACTION_PATH"), "/w/a");
  EXPECT_EQ(first.env.at("E"), "inner");
  EXPECT_EQ(first.env.at("OUTER"), "o");
  EXPECT_FALSE(first.env.contains("INPUT_WHO"));
  EXPECT_EQ(first.working_directory, "");
  EXPECT_EQ(std::get<ScriptAction>(first.action).command[0], "bash");
  EXPECT_EQ(script_with_id(ended, "step-2.2"), "success");
  EXPECT_EQ(step_with_id(ended, "step-2.2").working_directory, "/w/a");
}

TEST(CompositeActions, hand_on_outputs_environment_and_path) {
  const EndedRun ended = run(R"(    steps:
      - {id: act, uses: ./a}
      - run: "${{ steps.act.outputs.sum }}|${{ steps.act.outputs.empty }}|${{ steps.in.outputs.v }}|${{ env.SET }}"
)",
                             {{"a/action.yml", R"(
outputs:
  sum: {value: "${{ steps.in.outputs.v }}+${{ steps.in.outcome }}"}
  empty: {value: "${{ steps.nope.outputs.v }}"}
runs: {using: composite, steps: [{id: in, run: x, shell: sh}, {run: "${{ env.SET }}", shell: sh}]}
)"}},
                             by_script([](const RunStep& step, StepResult& result) {
                               if (step.id != "step-1.1") return;
                               result.files["GITHUB_OUTPUT"] = "v=7\n";
                               result.files["GITHUB_ENV"] = "SET=yes\n";
                               result.files["GITHUB_PATH"] = "/tool\n";
                             }));
  EXPECT_EQ(script_with_id(ended, "step-1.2"), "yes");
  EXPECT_EQ(script_with_id(ended, "step-2"), "7+success|||yes");
  EXPECT_EQ(step_with_id(ended, "step-2").path_prefix, Lines{"/tool"});
}

TEST(CompositeActions, success_and_failure_look_at_the_action_and_not_at_the_job) {
  const EndedRun ended = run(R"(    steps:
      - {name: bad, run: fail}
      - {name: act, if: always(), uses: ./a}
)",
                             {{"a/action.yml", R"(
runs:
  using: composite
  steps:
    - {name: plain, run: x, shell: sh}
    - {name: broken, run: fail, shell: sh}
    - {name: after, run: x, shell: sh}
    - {name: mend, if: failure(), run: "${{ github.action_status }} ${{ job.status }}", shell: sh}
)"}});
  EXPECT_EQ(
      Lines(ended.log.begin() + 3, ended.log.end()),
      (Lines{
          "a.0 begin act", "a.0 run plain", "a.0 end plain succeeded/succeeded", "a.0 run broken",
          "a.0 end broken failed/failed", "a.0 skip after (step 'broken' failed)", "a.0 run mend",
          "a.0 end mend succeeded/succeeded", "a.0 end act failed/failed", "a.0 finish failed"}));
  EXPECT_EQ(script_with_id(ended, "step-2.4"), "failure failure");
}

TEST(CompositeActions, continue_on_error_counts_inside_and_outside) {
  const std::string action =
      "runs: {using: composite, steps: [{name: in, run: fail, shell: sh, continue-on-error: "
      "LENIENT}, "
      "{name: next, run: x, shell: sh}]}\n";
  const auto log = [&](std::string_view lenient) {
    return run("    steps: [{name: act, uses: ./a, continue-on-error: true}]\n",
               {{"a/action.yml", replace_all(action, "LENIENT", lenient)}})
        .log;
  };
  EXPECT_EQ(Lines(log("true")),
            (Lines{"job a: run", "a.0 begin act", "a.0 run in", "a.0 end in failed/succeeded",
                   "a.0 run next", "a.0 end next succeeded/succeeded",
                   "a.0 end act succeeded/succeeded", "a.0 finish succeeded"}));
  EXPECT_EQ(Lines(log("false")),
            (Lines{"job a: run", "a.0 begin act", "a.0 run in", "a.0 end in failed/failed",
                   "a.0 skip next (step 'in' failed)", "a.0 end act failed/succeeded",
                   "a.0 finish succeeded"}));
}

TEST(CompositeActions, share_the_timeout_of_the_step) {
  const EndedRun ended =
      run("    steps: [{name: act, uses: ./a, timeout-minutes: 1}]\n", {{"a/action.yml", R"(runs:
  using: composite
  steps:
    - {name: one, run: x, shell: sh}
    - {name: two, run: x, shell: sh}
    - {name: three, if: always(), run: x, shell: sh}
)"}},
          by_script([](const RunStep& step, StepResult& result) {
            result.took = std::chrono::seconds(20);
            if (step.name == "two") result.outcome = Outcome::TimedOut;
          }));
  EXPECT_EQ(step_with_id(ended, "step-1.1").timeout, Duration(std::chrono::seconds(60)));
  EXPECT_EQ(step_with_id(ended, "step-1.2").timeout, Duration(std::chrono::seconds(40)));
  EXPECT_EQ(ended.log.back(), "a.0 finish failed");
  EXPECT_EQ(ended.log[ended.log.size() - 2], "a.0 end act timed_out/timed_out");
  EXPECT_EQ(ids_of(ended).size(), 2u);
}

TEST(CompositeActions, are_cancelled_with_the_step_and_clean_up_inside) {
  Script script = by_script();
  script.cancel_during = [](const std::string&, const RunStep& step) { return step.name == "one"; };
  const std::string action = R"(runs:
  using: composite
  steps:
    - {name: one, run: x, shell: sh}
    - {name: two, run: x, shell: sh}
    - {name: clean, if: always(), run: x, shell: sh}
)";
  EXPECT_EQ(run("    steps: [{name: act, uses: ./a}, {name: y, run: y}]\n",
                {{"a/action.yml", action}}, script)
                .log,
            (Lines{"job a: run", "a.0 begin act", "a.0 run one", "a.0 stop step-1.1",
                   "a.0 end one cancelled/cancelled",
                   "a.0 skip two (the step around it was cancelled)", "a.0 run clean",
                   "a.0 end clean succeeded/succeeded", "a.0 end act cancelled/cancelled",
                   "a.0 skip y (the job was cancelled)", "a.0 finish cancelled"}));
}

TEST(CompositeActions, fail_where_an_expression_of_the_action_is_wrong_and_name_its_file) {
  const EndedRun ended =
      run("    steps: [{name: act, uses: ./a}]\n",
          {{"a/action.yml",
            "outputs: {o: {value: \"${{ fromJSON('{') }}\"}}\n"
            "runs: {using: composite, steps: [{run: \"${{ fromJSON('[') }}\", shell: sh, "
            "continue-on-error: true}]}\n"}});
  const auto& effects = ended.legs.at("a").front().effects;
  EXPECT_TRUE(std::get<ConcludeStep>(effects[2]).message.starts_with("a/action.yml:2:"))
      << std::get<ConcludeStep>(effects[2]).message;
  EXPECT_TRUE(std::get<ConcludeStep>(effects[3]).message.starts_with("a/action.yml:1:"))
      << std::get<ConcludeStep>(effects[3]).message;
  EXPECT_EQ(ended.result, Outcome::Failed);
}

TEST(CompositeActions, hash_files_before_they_run) {
  const EndedRun ended =
      run("    steps: [{uses: ./a, with: {key: \"${{ hashFiles('x') }}\"}}]\n",
          {{"a/action.yml",
            "inputs: {key: {}, other: {default: \"${{ hashFiles('y') }}\"}}\n"
            "runs: {using: composite, steps: [{run: \"${{ inputs.key }} ${{ inputs.other }} ${{ "
            "hashFiles('z') }}\", shell: sh}]}\n"}});
  EXPECT_EQ(script_with_id(ended, "step-1.1"), "digest digest digest");
  EXPECT_EQ(ended.log[1], "a.0 hash hash-1-1 x");
  EXPECT_EQ(ended.log[2], "a.0 hash hash-1-2 y");
  EXPECT_EQ(ended.log[4], "a.0 hash hash-1.1-1 z");
}

TEST(LocalActions, that_nobody_read_fail_when_they_are_reached) {
  const EndedRun ended = run("    steps: [{name: act, uses: ./a}]\n", {});
  EXPECT_EQ(ended.result, Outcome::Failed);
  EXPECT_EQ(ended.log[1], "a.0 begin act");
}

constexpr std::string_view kScriptAction = R"(inputs:
  who am-i: {default: me}
  kind: {}
runs: {using: node20, main: dist/main.js, post: dist/post.js, post-if: POST_IF}
)";

std::string node_action(std::string_view post_if) {
  return replace_all(std::string(kScriptAction), "POST_IF", post_if);
}

TEST(JavaScriptActions, get_their_inputs_in_the_environment) {
  const EndedRun ended =
      run("    steps: [{uses: ./x/a, with: {Kind: \"${{ github.ref_name }}\"}}]\n",
          {{"x/a/action.yml", node_action("always()")}});
  const RunStep& step = step_with_id(ended, "step-1");
  EXPECT_EQ(std::get<ScriptAction>(step.action).command, (Lines{"node", "/w/x/a/dist/main.js"}));
  EXPECT_EQ(step.env.at("INPUT_WHO_AM-I"), "me");
  EXPECT_EQ(step.env.at("INPUT_KIND"), "main");
}

TEST(JavaScriptActions, run_their_post_steps_in_reverse_with_the_state_that_they_kept) {
  const EndedRun ended = run(
      "    steps: [{name: one, uses: ./a}, {name: two, uses: ./a}, {name: off, if: false, uses: "
      "./a}, {name: last, run: x}]\n",
      {{"a/action.yml", node_action("always()")}},
      by_script([](const RunStep& step, StepResult& result) {
        if (step.name == "one") result.files["GITHUB_STATE"] = "pid=11\n";
        if (step.name == "two") result.commands = {{"save-state", {{"name", "pid"}}, "22"}};
        if (step.name == "last") result.files["GITHUB_ENV"] = "LATE=yes\n";
      }));
  EXPECT_EQ(Lines(ended.log.end() - 6, ended.log.end()),
            (Lines{"a.0 skip Post off (the step that it belongs to did not run)",
                   "a.0 run Post two", "a.0 end Post two succeeded/succeeded", "a.0 run Post one",
                   "a.0 end Post one succeeded/succeeded", "a.0 finish succeeded"}));
  const RunStep& two = step_with_id(ended, "post-2");
  EXPECT_EQ(std::get<ScriptAction>(two.action).command, (Lines{"node", "/w/a/dist/post.js"}));
  EXPECT_EQ(two.env.at("STATE_pid"), "22");
  EXPECT_EQ(two.env.at("INPUT_WHO_AM-I"), "me");
  EXPECT_EQ(two.env.at("LATE"), "yes");
  EXPECT_EQ(two.step, 5);
  EXPECT_EQ(step_with_id(ended, "post-1").env.at("STATE_pid"), "11");
  BindOptions options;
  options.others = {{"a/action.yml", node_action("always()")}};
  const auto bound = bind_workflow(job("    steps: [{name: one, uses: ./a}, {run: x}]\n"), options);
  EXPECT_EQ(bound->plan().jobs.front().steps.back().name, "Post one");
}

TEST(BuiltInActions, have_their_post_steps_too) {
  const std::string steps =
      "    steps: [{name: deps, uses: actions/cache@v4, with: {path: p, key: k}}, "
      "{name: last, run: LAST}]\n";
  const EndedRun ended = run(replace_all(steps, "LAST", "x"), {},
                             by_script([](const RunStep& step, StepResult& result) {
                               if (step.name == "deps") result.state = {{"primary-key", "k"}};
                             }));
  EXPECT_EQ(Lines(ended.log.end() - 3, ended.log.end()),
            (Lines{"a.0 run Post deps", "a.0 end Post deps succeeded/succeeded",
                   "a.0 finish succeeded"}));
  const auto& post = std::get<BuiltinAction>(step_with_id(ended, "post-1").action);
  EXPECT_EQ(post.stage, ActionStage::Post);
  EXPECT_EQ(post.inputs.at("key"), "k");
  EXPECT_EQ(post.state.at("primary-key"), "k");
  const auto failed = run(replace_all(steps, "LAST", "fail"), {}).log;
  EXPECT_EQ(failed[failed.size() - 2], "a.0 skip Post deps (its condition is false: success())");
}

TEST(JavaScriptActions, post_conditions_look_at_the_job) {
  const auto log = [](std::string_view post_if) {
    return run("    steps: [{name: one, uses: ./a}, {name: bad, run: fail}]\n",
               {{"a/action.yml", node_action(post_if)}})
        .log;
  };
  EXPECT_EQ(log("success()")[5], "a.0 skip Post one (its condition is false: success())");
  EXPECT_EQ(log("failure()")[5], "a.0 run Post one");
  EXPECT_EQ(log("failure()").back(), "a.0 finish failed");
}

TEST(JavaScriptActions, a_failing_post_step_fails_the_job_and_the_others_still_run) {
  const EndedRun ended = run("    steps: [{name: one, uses: ./a}, {name: two, uses: ./a}]\n",
                             {{"a/action.yml", node_action("always()")}},
                             by_script([](const RunStep& step, StepResult& result) {
                               if (step.name == "Post two") result.outcome = Outcome::Failed;
                             }));
  EXPECT_EQ(Lines(ended.log.end() - 5, ended.log.end()),
            (Lines{"a.0 run Post two", "a.0 end Post two failed/failed", "a.0 run Post one",
                   "a.0 end Post one succeeded/succeeded", "a.0 finish failed"}));
}

TEST(JavaScriptActions, inside_of_composite_actions_have_their_post_steps_together) {
  const EndedRun ended = run("    steps: [{name: act, uses: ./c}, {name: last, run: x}]\n",
                             {{"a/action.yml", node_action("always()")}, {"c/action.yml", R"(runs:
  using: composite
  steps: [{name: one, uses: ./a}, {name: two, uses: ./a, with: {kind: "${{ github.action_path }}"}}]
)"}});
  EXPECT_EQ(Lines(ended.log.end() - 7, ended.log.end()),
            (Lines{"a.0 begin Post act", "a.0 run Post two", "a.0 end Post two succeeded/succeeded",
                   "a.0 run Post one", "a.0 end Post one succeeded/succeeded",
                   "a.0 end Post act succeeded/succeeded", "a.0 finish succeeded"}));
  EXPECT_EQ(ids_of(ended),
            (Lines{"step-1.1@0.1", "step-1.2@0.2", "step-2@1", "post-1.2@2.2", "post-1.1@2.1"}));
  EXPECT_EQ(step_with_id(ended, "post-1.2").env.at("INPUT_KIND"), "/w/c");
}

TEST(JavaScriptActions, a_post_step_is_stopped_when_the_job_is_cancelled_unless_it_holds) {
  Script script = by_script();
  script.cancel_during = [](const std::string&, const RunStep& step) {
    return step.name == "Post two";
  };
  const auto log = [&](std::string_view post_if) {
    return run("    steps: [{name: one, uses: ./a}, {name: two, uses: ./a}]\n",
               {{"a/action.yml", node_action(post_if)}}, script)
        .log;
  };
  EXPECT_EQ(log("success()")[6], "a.0 stop post-2");
  EXPECT_EQ(log("success()")[7], "a.0 end Post two cancelled/cancelled");
  EXPECT_EQ(log("success()")[8], "a.0 skip Post one (its condition is false: success())");
  EXPECT_EQ(log("always()")[6], "a.0 end Post two succeeded/succeeded");
  EXPECT_EQ(log("always()").back(), "a.0 finish cancelled");
}

}  // namespace
}  // namespace sluice::pipeline::github
