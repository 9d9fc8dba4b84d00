// What steps see and how they end, seen from outside: workflows in, effects and results out.
#include "pipeline/github/program.h"

#include <gtest/gtest.h>

#include <algorithm>

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

// Steps whose script is "fail", "timeout", "error" end so; "files NAME" and the like are up to
// `more`.
Script by_script(std::function<void(const RunStep&, StepResult&)> more = {}) {
  Script script;
  script.on_step = [more](const std::string&, const Leg&, const RunStep& step) {
    StepResult result;
    if (const auto* action = std::get_if<ScriptAction>(&step.action)) {
      if (action->text == "fail") result.outcome = Outcome::Failed;
      if (action->text == "timeout") result.outcome = Outcome::TimedOut;
      if (action->text == "error") result.outcome = Outcome::Errored;
    }
    if (more) more(step, result);
    return result;
  };
  return script;
}

Lines log_of(std::string_view body, const Script& script = by_script()) {
  return run_workflow(job(body), script).log;
}

TEST(Steps, after_a_failure_only_those_with_a_status_function_run) {
  EXPECT_EQ(
      log_of(R"(    steps:
      - {name: bad, run: fail}
      - {name: plain, run: x}
      - {name: with-if, if: true, run: x}
      - {name: on-failure, if: failure(), run: x}
      - {name: always, if: "always() && true", run: x}
      - {name: on-cancel, if: cancelled(), run: x}
)"),
      (Lines{"job a: run", "a.0 run bad", "a.0 end bad failed/failed",
             "a.0 skip plain (step 'bad' failed)", "a.0 skip with-if (step 'bad' failed)",
             "a.0 run on-failure", "a.0 end on-failure succeeded/succeeded", "a.0 run always",
             "a.0 end always succeeded/succeeded",
             "a.0 skip on-cancel (its condition is false: cancelled())", "a.0 finish failed"}));
}

TEST(Steps, continue_on_error_turns_the_conclusion_and_not_the_outcome) {
  const EndedRun run = run_workflow(job(R"(    steps:
      - {id: x, name: bad, run: fail, continue-on-error: true}
      - name: after
        run: echo ${{ steps.x.outcome }} ${{ steps.x.conclusion }} ${{ job.status }}
)"),
                                    by_script());
  EXPECT_EQ(run.log[2], "a.0 end bad failed/succeeded");
  EXPECT_EQ(script_of(run, "a", 1), "echo failure success success");
  EXPECT_EQ(run.result, Outcome::Succeeded);
}

TEST(Steps, timeouts_and_our_own_errors_count_as_failures) {
  const EndedRun run = run_workflow(job(R"(    steps:
      - {id: t, run: timeout, continue-on-error: true, timeout-minutes: 0.5}
      - {id: e, run: error, continue-on-error: "${{ steps.t.outcome == 'failure' }}"}
      - run: "${{ steps.t.outcome }} ${{ steps.e.outcome }}"
)"),
                                    by_script());
  EXPECT_EQ(script_of(run, "a", 2), "failure failure");
  EXPECT_EQ(run_step_of(run, "a", 0).timeout, Duration(std::chrono::seconds(30)));
  EXPECT_EQ(run.result, Outcome::Succeeded);
}

TEST(Steps, the_environment_comes_from_workflow_job_file_and_step_in_this_order) {
  const EndedRun run = run_workflow(R"(on: push
env: {W: w, J: w, F: w, S: w}
jobs:
  a:
    runs-on: linux
    env: {J: j, F: j, S: j, GITHUB_SHA: mine}
    steps:
      - run: first
      - run: "${{ env.W }}${{ env.J }}${{ env.F }}${{ env.S }}${{ env.CI }}"
        env: {S: s, E: "${{ env.F }}!"}
)",
                                    by_script([](const RunStep& step, StepResult& result) {
                                      if (step.step == 0) result.files["GITHUB_ENV"] = "F=f\nS=f\n";
                                    }));
  EXPECT_EQ(script_of(run, "a", 1), "wjfs");
  const auto& env = run_step_of(run, "a", 1).env;
  EXPECT_EQ(env.at("W") + env.at("J") + env.at("F") + env.at("S") + env.at("E"), "wjfsf!");
  EXPECT_EQ(env.at("GITHUB_SHA"), std::string(40, 'a'));
  EXPECT_EQ(env.at("CI"), "true");
  EXPECT_EQ(env.at("GITHUB_EVENT_PATH"), "/t/event.json");
  EXPECT_EQ(env.at("RUNNER_TEMP"), "/t/temp");
  EXPECT_EQ(env.at("SLUICE_HOME"), "/home/sluice");
  EXPECT_EQ(env.at("GITHUB_ACTION"), "__run_2");
  EXPECT_FALSE(run_step_of(run, "a", 0).env.contains("E"));
  EXPECT_EQ(run.legs.at("a").front().settings.files.at("/t/event.json"), R"({"forced":false})");
}

TEST(Steps, the_step_env_counts_in_its_own_condition) {
  EXPECT_EQ(log_of(R"(    steps:
      - {name: x, if: env.E == 'yes', env: {E: yes}, run: x}
      - {name: y, if: env.E == 'yes', run: x}
)")[1],
            "a.0 run x");
}

TEST(Steps, folders_added_to_the_path_come_first_and_once) {
  const EndedRun run = run_workflow(job("    steps: [{run: a}, {run: b}, {run: c}]\n"),
                                    by_script([](const RunStep& step, StepResult& result) {
                                      result.files["GITHUB_PATH"] =
                                          step.step == 0 ? "/one\n/two\n" : "/one\n";
                                    }));
  EXPECT_EQ(run_step_of(run, "a", 1).path_prefix, (Lines{"/two", "/one"}));
  EXPECT_EQ(run_step_of(run, "a", 2).path_prefix, (Lines{"/one", "/two"}));
}

TEST(Steps, a_file_of_commands_that_cannot_be_read_fails_the_step) {
  const EndedRun run = run_workflow(job("    steps: [{name: x, run: a}]\n"),
                                    by_script([](const RunStep&, StepResult& result) {
                                      result.files["GITHUB_OUTPUT"] = "a<<E\nx\n";
                                      result.files["GITHUB_ENV"] = "NODE_OPTIONS=x\n";
                                    }));
  const auto& end = std::get<ConcludeStep>(run.legs.at("a").front().effects[1]);
  EXPECT_EQ(end.outcome, Outcome::Failed);
  EXPECT_EQ(end.message,
            "GITHUB_ENV: NODE_OPTIONS cannot be set for later steps; GITHUB_OUTPUT: line 1: the "
            "value of 'a' never ends: no line is 'E'");
}

TEST(Steps, commands_in_the_log_mask_set_outputs_and_are_refused_when_disabled) {
  const EndedRun run = run_workflow(
      job("    steps:\n      - {id: x, run: a}\n      - {run: '${{ steps.x.outputs.v }}'}\n"
          "      - {name: last, run: b}\n"),
      by_script([](const RunStep& step, StepResult& result) {
        if (step.step == 0)
          result.commands = {{"set-output", {{"name", "v"}}, "7"},
                             {"add-mask", {}, "hidden\nlines"},
                             {"warning", {}, "careful"}};
        if (step.step == 2) result.commands = {{"set-env", {{"name", "A"}}, "1"}};
      }));
  EXPECT_EQ(script_of(run, "a", 1), "7");
  EXPECT_EQ(run_step_of(run, "a", 1).masks, Lines{"hidden\nlines"});
  EXPECT_EQ(run.log[7 - 1], "a.0 end last failed/failed");
}

TEST(Steps, outputs_that_hold_a_secret_and_empty_ones_are_dropped) {
  BindOptions options;
  options.values.secrets["TOKEN"] = "s3cr3t-value";
  const EndedRun run = run_workflow(job(R"(    outputs:
      plain: ${{ steps.x.outputs.plain }}
      leak: pre-${{ secrets.TOKEN }}
      coded: czNjcjN0LXZhbHVl
      none: ${{ steps.x.outputs.none }}
    steps:
      - {id: x, run: x}
)"),
                                    by_script([](const RunStep&, StepResult& result) {
                                      result.files["GITHUB_OUTPUT"] = "plain=1\n";
                                    }),
                                    options);
  const auto& finish = std::get<FinishJob>(run.legs.at("a").front().effects.back());
  EXPECT_EQ(finish.outputs, (std::map<std::string, std::string>{{"plain", "1"}}));
  EXPECT_EQ(finish.dropped_outputs, (Lines{"leak", "coded"}));
}

TEST(Steps, the_url_of_an_environment_is_evaluated_at_the_end) {
  const auto finished = [](const std::string& environment) {
    const EndedRun run =
        run_workflow(job("    environment: " + environment + "\n    steps: [{id: x, run: x}]\n"),
                     by_script([](const RunStep&, StepResult& result) {
                       result.files["GITHUB_OUTPUT"] = "v=7\n";
                     }));
    return std::get<FinishJob>(run.legs.at("a").front().effects.back());
  };
  EXPECT_EQ(finished("{name: p, url: 'https://x/${{ steps.x.outputs.v }}'}").environment_url,
            "https://x/7");
  EXPECT_EQ(finished("p").environment_url, "");
  EXPECT_EQ(finished("{name: p}").environment_url, "");
  const FinishJob broken = finished("{name: p, url: '${{ fromJSON(steps.x.outcome) }}'}");
  EXPECT_EQ(broken.result, Outcome::Failed);
  EXPECT_NE(broken.message.find("fromJ"), std::string::npos) << broken.message;
}

TEST(Steps, hash_files_is_asked_for_and_forgotten_when_a_step_has_run) {
  Script script = by_script();
  int calls = 0;
  script.on_hash = [&calls](const HashFiles& request) {
    return cat(request.follow_symlinks ? "links-" : "", ++calls);
  };
  const EndedRun run = run_workflow(job(R"(    steps:
      - name: one
        if: hashFiles('a') != ''
        run: ${{ hashFiles('a') }} ${{ hashFiles('b', 'c') }}
      - name: two
        run: ${{ hashFiles('a') }} ${{ hashFiles('--follow-symbolic-links', 'd') }}
)"),
                                    script);
  EXPECT_EQ(script_of(run, "a", 0), "1 2");
  EXPECT_EQ(script_of(run, "a", 1), "3 links-4");
  EXPECT_EQ(run.log[1], "a.0 hash hash-1-1 a");
  EXPECT_EQ(run.log[2], "a.0 hash hash-1-2 b c");
}

TEST(Steps, files_that_cannot_be_hashed_fail_their_step_only) {
  Script script = by_script();
  script.on_hash = [](const HashFiles&) -> Result<std::string> { return invalid_input("no '..'"); };
  const EndedRun run = run_workflow(job(R"(    steps:
      - {name: lenient, run: "${{ hashFiles('../x') }}", continue-on-error: true}
      - {name: plain, run: x}
      - {name: decides, if: "hashFiles('../x') == ''", run: x, continue-on-error: true}
      - {name: off, run: x}
      - {name: always, if: always(), run: x}
)"),
                                    script);
  EXPECT_EQ(run.log, (Lines{"job a: run", "a.0 hash hash-1-1 ../x", "a.0 begin lenient",
                            "a.0 end lenient errored/succeeded", "a.0 run plain",
                            "a.0 end plain succeeded/succeeded", "a.0 hash hash-3-1 ../x",
                            "a.0 begin decides", "a.0 end decides errored/errored",
                            "a.0 skip off (step 'decides' failed)", "a.0 run always",
                            "a.0 end always succeeded/succeeded", "a.0 finish failed"}));
  const auto& effects = run.legs.at("a").front().effects;
  const auto lenient = std::find_if(effects.begin(), effects.end(), [](const JobEffect& effect) {
    return std::holds_alternative<ConcludeStep>(effect);
  });
  EXPECT_NE(std::get<ConcludeStep>(*lenient).message.find("hashFiles: no '..'"), std::string::npos);
}

TEST(Steps, those_without_an_id_are_not_in_the_steps_context) {
  const EndedRun run = run_workflow(job(R"(    steps:
      - {name: bad, run: fail, continue-on-error: true}
      - {name: seen, id: seen, run: x}
      - name: by-outcome
        if: contains(steps.*.outcome, 'failure')
        run: x
      - {name: list, run: "${{ join(steps.*.outcome, ' ') }} ${{ github.action }}"}
)"),
                                    by_script());
  EXPECT_EQ(script_of(run, "a", 3), "success __run_3");
}

TEST(Steps, cancelling_stops_what_runs_unless_its_condition_holds_on) {
  Script script = by_script();
  script.cancel_during = [](const std::string&, const RunStep& step) { return step.step == 0; };
  const std::string_view tail = R"(
      - {name: plain, run: x}
      - {name: clean, if: always(), run: x}
      - {name: told, if: cancelled(), run: x}
      - {name: failed, if: failure(), run: x}
)";
  const Lines stopped = log_of(cat("    steps:\n      - {name: long, run: x}", tail), script);
  EXPECT_EQ(stopped,
            (Lines{"job a: run", "a.0 run long", "a.0 stop step-1",
                   "a.0 end long cancelled/cancelled", "a.0 skip plain (the job was cancelled)",
                   "a.0 run clean", "a.0 end clean succeeded/succeeded", "a.0 run told",
                   "a.0 end told succeeded/succeeded",
                   "a.0 skip failed (its condition is false: failure())", "a.0 finish cancelled"}));
  const Lines kept =
      log_of(cat("    steps:\n      - {name: long, if: always(), run: x}", tail), script);
  EXPECT_EQ(kept[2], "a.0 end long succeeded/succeeded");
  EXPECT_EQ(kept.back(), "a.0 finish cancelled");
}

TEST(Steps, an_expression_that_fails_names_its_place_and_fails_the_step) {
  const EndedRun run = run_workflow(job(R"(    steps:
      - name: bad
        if: fromJSON('{')
        run: x
        continue-on-error: true
      - name: worse
        if: always()
        run: echo ${{ fromJSON('[') }}
        continue-on-error: true
)"),
                                    by_script());
  const auto& effects = run.legs.at("a").front().effects;
  const auto& bad = std::get<ConcludeStep>(effects[1]);
  EXPECT_EQ(bad.conclusion, Outcome::Errored);
  EXPECT_TRUE(bad.message.starts_with(".github/workflows/ci.yml:7:13: ")) << bad.message;
  const auto& worse = std::get<ConcludeStep>(effects[3]);
  EXPECT_EQ(worse.conclusion, Outcome::Succeeded);
  EXPECT_TRUE(worse.message.starts_with(".github/workflows/ci.yml:12:23: ")) << worse.message;
}

TEST(Steps, shells_are_those_of_github) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"", "bash -e {0}"},
      {"bash", "bash --noprofile --norc -e -o pipefail {0}"},
      {"sh", "sh -e {0}"},
      {"python", "python {0}"},
      {"perl -w {0}", "perl -w {0}"},
      {"bash -c 'a b' {0}", "bash -c a b {0}"},
  };
  for (const auto& [shell, command] : rows) {
    const std::string line = shell.empty() ? std::string() : cat("        shell: ", shell, "\n");
    const EndedRun run = run_workflow(job(cat("    steps:\n      - run: x\n", line)));
    EXPECT_EQ(join(std::get<ScriptAction>(run_step_of(run, "a", 0).action).command, " "), command);
  }
  for (const std::string_view shell : {"fish", "cmd", "powershell"})
    EXPECT_EQ(mistakes(job(cat("    steps:\n      - {run: x, shell: ", shell, "}\n"))).size(), 1u)
        << shell;
}

TEST(Steps, defaults_of_the_job_win_over_those_of_the_workflow) {
  const EndedRun run = run_workflow(R"(on: push
defaults: {run: {shell: sh, working-directory: w}}
jobs:
  a:
    runs-on: linux
    defaults: {run: {working-directory: "${{ github.ref_name }}"}}
    steps: [{run: x}, {run: x, working-directory: s}]
)");
  EXPECT_EQ(run_step_of(run, "a", 0).working_directory, "main");
  EXPECT_EQ(run_step_of(run, "a", 1).working_directory, "s");
  EXPECT_EQ(std::get<ScriptAction>(run_step_of(run, "a", 0).action).command[0], "sh");
}

TEST(Steps, built_in_actions_get_their_inputs_evaluated) {
  const EndedRun run = run_workflow(job(R"(    steps:
      - uses: actions/Checkout@v4
        with: {fetch-depth: 0, Ref: "${{ github.sha }}", clean: true}
)"));
  const RunStep step = run_step_of(run, "a", 0);
  const auto& action = std::get<BuiltinAction>(step.action);
  EXPECT_EQ(action.name, "actions/checkout");
  EXPECT_EQ(action.version, "v4");
  EXPECT_EQ(action.inputs,
            (std::map<std::string, std::string>{
                {"fetch-depth", "0"}, {"ref", std::string(40, 'a')}, {"clean", "true"}}));
}

TEST(Steps, what_an_action_sets_is_seen_by_later_steps) {
  const EndedRun run = run_workflow(
      job("    steps:\n      - {id: p, uses: actions/setup-python@v5}\n"
          "      - run: ${{ steps.p.outputs.python-version }} ${{ env.pythonLocation }}\n"),
      by_script([](const RunStep& step, StepResult& result) {
        if (step.step != 0) return;
        result.outputs["python-version"] = "3.11.2";
        result.environment["pythonLocation"] = "/usr";
        result.path_additions = {"/usr/bin"};
      }));
  EXPECT_EQ(script_of(run, "a", 1), "3.11.2 /usr");
  EXPECT_EQ(run_step_of(run, "a", 1).path_prefix, Lines{"/usr/bin"});
}

TEST(Steps, inputs_that_fit_nothing_outstanding_are_errors) {
  const auto bound = bind_workflow(job("    steps: [{run: x}]\n"));
  const auto decision = bound->decide_job("a", {});
  const Leg leg = std::get<RunJob>(decision).legs.front();
  auto started = bound->start_leg("a", leg, {}, testing::test_place());
  ASSERT_TRUE(started.ok());
  JobProgram& program = *started.value().program;
  EXPECT_FALSE(program.advance(StepEnded{"step-1", {}}).ok());
  EXPECT_TRUE(program.advance(BeginJob{}).ok());
  EXPECT_FALSE(program.advance(BeginJob{}).ok());
  EXPECT_FALSE(program.advance(StepEnded{"step-2", {}}).ok());
  EXPECT_FALSE(program.advance(FilesHashed{"hash-1-1", ""}).ok());
  EXPECT_TRUE(program.advance(StepEnded{"step-1", {}}).ok());
  EXPECT_FALSE(program.advance(StepEnded{"step-1", {}}).ok());
}

TEST(Steps, know_the_ids_that_the_event_tells_and_no_others) {
  BindOptions options;
  options.event.payload =
      parse_json(R"({"repository": {"id": 7, "owner": {"id": 8}}, "sender": {"id": 9}})").value();
  const std::string workflow =
      job("    steps: [{run: \"${{ github.repository_id }} ${{ github.actor_id }}\"}]\n");
  const EndedRun told = run_workflow(workflow, {}, options);
  EXPECT_EQ(script_of(told, "a", 0), "7 9");
  const auto& env = run_step_of(told, "a", 0).env;
  EXPECT_EQ(env.at("GITHUB_REPOSITORY_ID"), "7");
  EXPECT_EQ(env.at("GITHUB_REPOSITORY_OWNER_ID"), "8");
  EXPECT_EQ(env.at("GITHUB_ACTOR_ID"), "9");
  EXPECT_FALSE(run_step_of(run_workflow(workflow), "a", 0).env.contains("GITHUB_ACTOR_ID"));
}

TEST(Steps, debugging_is_asked_for_by_a_secret_or_a_variable) {
  const std::string workflow = job("    steps: [{run: \"${{ runner.debug }}\"}]\n");
  for (const bool secret : {true, false}) {
    BindOptions options;
    (secret ? options.values.secrets : options.values.variables)["ACTIONS_STEP_DEBUG"] = "true";
    const EndedRun run = run_workflow(workflow, {}, options);
    EXPECT_EQ(script_of(run, "a", 0), "1");
    EXPECT_EQ(run_step_of(run, "a", 0).env.at("RUNNER_DEBUG"), "1");
  }
  const EndedRun quiet = run_workflow(workflow);
  EXPECT_EQ(script_of(quiet, "a", 0), "");
  EXPECT_FALSE(run_step_of(quiet, "a", 0).env.contains("RUNNER_DEBUG"));
  EXPECT_EQ(run_step_of(quiet, "a", 0).env.at("RUNNER_WORKSPACE"), "/");
}

}  // namespace
}  // namespace sluice::pipeline::github
