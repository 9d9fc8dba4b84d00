// What-if: one workflow, assumptions, and what each job and step would do.
#include "pipeline/forecast.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

struct WhatIf {
  const char* name;
  const char* jobs;
  std::vector<std::string> assumed;
  // "job verdict result [decided_by] [subject]"; below it the steps that do not just run.
  std::vector<std::string> expected;
};

void PrintTo(const WhatIf& what_if, std::ostream* out) {
  *out << what_if.name;
}

Forecast forecast_of(std::string_view jobs, const std::vector<std::string>& assumed,
                     const BindOptions& options = {}) {
  const auto bound = bind_workflow(cat("on: push\njobs:\n", jobs), options);
  Assumptions assumptions;
  for (const std::string& one : assumed) EXPECT_TRUE(assumptions.add(one).ok()) << one;
  const Result<void> known = check_assumptions(assumptions, {bound->plan()});
  EXPECT_TRUE(known.ok()) << (known.ok() ? "" : known.error().message());
  return forecast(*bound, assumptions);
}

std::vector<std::string> lines_of(const Forecast& forecast) {
  std::vector<std::string> lines;
  for (const JobForecast& job : forecast.jobs) {
    std::string line = cat(job.id, " ", to_string(job.verdict), " ", to_string(job.ended.result));
    if (job.reason.decided_by != DecidedBy::Default)
      line += cat(" ", to_string(job.reason.decided_by));
    if (!job.reason.subject.empty()) line += cat(" ", job.reason.subject);
    lines.push_back(line);
    for (const LegForecast& leg : job.legs) {
      if (job.legs.size() > 1)
        lines.push_back(cat("  ", leg.leg.name, " ", to_string(leg.verdict), " ",
                            to_string(leg.result.result)));
      for (const StepForecast& step : leg.steps)
        if (step.verdict != Verdict::Runs || step.reason.decided_by != DecidedBy::Default)
          lines.push_back(cat("  ", step.step + 1, " ", to_string(step.verdict), " ",
                              to_string(step.conclusion), " ", to_string(step.reason.decided_by)));
    }
  }
  return lines;
}

#define STEPS "    runs-on: ubuntu-latest\n    steps: [{run: 'true'}]\n"

const WhatIf kCases[] = {
    {"all_succeed_when_nothing_is_assumed",
     "  a:\n" STEPS "  b:\n    needs: a\n" STEPS,
     {},
     {"a runs succeeded", "b runs succeeded"}},
    {"a_failure_skips_what_needs_it_transitively",
     "  a:\n" STEPS "  b:\n    needs: a\n" STEPS "  c:\n    needs: b\n" STEPS,
     {"a=failure"},
     {"a assumed failed", "b skipped skipped ancestor a", "c skipped skipped ancestor a"}},
    {"success_looks_behind_an_always_job_at_all_ancestors",
     "  a:\n    if: false\n" STEPS "  b:\n    needs: a\n    if: always()\n" STEPS
     "  c:\n    needs: b\n" STEPS "  d:\n    needs: b\n    if: needs.b.result == 'success'\n" STEPS
     "  e:\n    needs: b\n    if: always() && needs.b.result == 'success'\n" STEPS,
     {},
     {"a skipped skipped condition", "b runs succeeded condition", "c skipped skipped ancestor a",
      "d skipped skipped ancestor a", "e runs succeeded condition"}},
    {"a_job_that_is_assumed_to_succeed_although_its_condition_is_false",
     "  a:\n    if: false\n" STEPS "  b:\n    needs: a\n" STEPS,
     {"a=success"},
     {"a assumed succeeded condition", "b runs succeeded"}},
    {"success_looks_above_a_job_that_is_assumed_to_succeed",
     "  a:\n" STEPS "  b:\n    needs: a\n" STEPS "  c:\n    needs: b\n" STEPS,
     {"a=failure", "b=success"},
     {"a assumed failed", "b assumed succeeded ancestor a", "c skipped skipped ancestor a"}},
    {"always_runs_after_a_failure_and_failure_too",
     "  a:\n" STEPS "  b:\n    needs: a\n    if: always()\n" STEPS
     "  c:\n    needs: a\n    if: failure()\n" STEPS
     "  d:\n    needs: a\n    if: success()\n" STEPS,
     {"a=failure"},
     {"a assumed failed", "b runs succeeded condition", "c runs succeeded condition",
      "d skipped skipped condition"}},
    {"failure_does_not_see_a_skipped_ancestor",
     "  a:\n" STEPS "  b:\n    needs: a\n    if: failure()\n" STEPS
     "  c:\n    needs: a\n    if: \"!success()\"\n" STEPS,
     {"a=skipped"},
     {"a assumed skipped", "b skipped skipped condition", "c runs succeeded condition"}},
    {"the_needs_of_a_cancelled_job",
     "  a:\n" STEPS "  b:\n    needs: a\n" STEPS "  c:\n    needs: a\n    if: failure()\n" STEPS
     "  d:\n    needs: a\n    if: needs.a.result == 'cancelled'\n" STEPS
     "  e:\n    needs: a\n    if: always() && needs.a.result == 'cancelled'\n" STEPS,
     {"a=cancelled"},
     {"a assumed cancelled", "b skipped skipped ancestor a", "c skipped skipped condition",
      "d skipped skipped ancestor a", "e runs succeeded condition"}},
    {"continue_on_error_of_a_job_hides_its_failure_from_what_needs_it",
     "  a:\n    continue-on-error: true\n" STEPS "  b:\n    needs: a\n" STEPS
     "  c:\n    needs: a\n    if: failure()\n" STEPS,
     {"a=failure"},
     {"a assumed succeeded", "b runs succeeded", "c skipped skipped condition"}},
    {"a_failed_step_skips_the_rest_but_for_those_that_ask_for_it",
     "  a:\n    runs-on: x\n    steps: [{id: t, run: x}, {run: y}, {if: failure(), run: z}, "
     "{if: always(), run: z}]\n  b:\n    needs: a\n" STEPS,
     {"a.steps.t=failure"},
     {"a runs failed", "  1 assumed failed default", "  2 skipped skipped failure",
      "  3 runs succeeded condition", "  4 runs succeeded condition",
      "b skipped skipped ancestor a"}},
    {"continue_on_error_of_a_step_makes_failure_false",
     "  a:\n    runs-on: x\n    steps: [{id: t, run: x, continue-on-error: true}, {run: y}, "
     "{if: failure(), run: z}, {if: steps.t.outcome == 'failure', run: z}]\n",
     {"a.steps.1=failure"},
     {"a runs succeeded", "  1 assumed succeeded default", "  3 skipped skipped condition",
      "  4 runs succeeded condition"}},
    {"one_leg_of_a_matrix_fails_the_job",
     "  a:\n    strategy: {matrix: {v: [1, 2]}}\n" STEPS "  b:\n    needs: a\n" STEPS,
     {"a (2)=failure"},
     {"a runs failed", "  a (1) runs succeeded", "  a (2) assumed failed",
      "b skipped skipped ancestor a"}},
    {"a_leg_that_may_fail_does_not",
     "  a:\n    continue-on-error: ${{ matrix.v == 2 }}\n    strategy: {matrix: {v: [1, "
     "2]}}\n" STEPS "  b:\n    needs: a\n" STEPS,
     {"a (2)=failure"},
     {"a runs succeeded", "  a (1) runs succeeded", "  a (2) assumed failed", "b runs succeeded"}},
    {"legs_differ_in_their_steps",
     "  a:\n    runs-on: x\n    strategy: {matrix: {v: [1, 2]}}\n"
     "    steps: [{if: matrix.v == 1, run: x}]\n",
     {},
     {"a runs succeeded", "  a (1) runs succeeded", "  1 runs succeeded condition",
      "  a (2) runs succeeded", "  1 skipped skipped condition"}},
    {"an_output_that_nobody_knows_leaves_the_job_open_and_all_that_follows",
     "  a:\n    outputs: {go: '${{ steps.x.outputs.go }}'}\n    runs-on: x\n"
     "    steps: [{id: x, run: x}]\n"
     "  b:\n    needs: a\n    if: needs.a.outputs.go == 'yes'\n" STEPS "  c:\n    needs: b\n" STEPS
     "  d:\n    needs: b\n    if: always()\n" STEPS
     "  e:\n    needs: [a, b]\n    if: always() && needs.b.result == 'skipped'\n" STEPS
     "  f:\n    needs: a\n    if: false && needs.a.outputs.go\n" STEPS
     "  g:\n    needs: a\n    if: needs.a.outputs.go && false\n" STEPS,
     {},
     {"a runs succeeded", "b open succeeded open", "c open succeeded open",
      "d runs succeeded condition", "e open succeeded open", "f skipped skipped condition",
      "g skipped skipped condition"}},
    {"an_assumed_output_decides",
     "  a:\n    outputs: {go: x}\n" STEPS
     "  b:\n    needs: a\n    if: needs.a.outputs.go == 'yes'\n" STEPS,
     {"a.outputs.go=no"},
     {"a runs succeeded", "b skipped skipped condition"}},
    {"an_assumed_output_of_a_step_becomes_that_of_its_job",
     "  a:\n    outputs: {go: '${{ steps.x.outputs.go }}'}\n    runs-on: x\n"
     "    steps: [{id: x, run: x}, {if: steps.x.outputs.go, run: y}]\n"
     "  b:\n    needs: a\n    if: needs.a.outputs.go == 'yes'\n" STEPS,
     {"a.steps.x.outputs.go=yes"},
     {"a runs succeeded", "  2 runs succeeded condition", "b runs succeeded condition"}},
    {"a_skipped_job_has_no_outputs_and_that_is_known",
     "  a:\n    if: false\n" STEPS
     "  b:\n    needs: a\n    if: always() && needs.a.outputs.go == ''\n" STEPS,
     {},
     {"a skipped skipped condition", "b runs succeeded condition"}},
    {"steps_that_wait_for_outputs_files_or_environment_are_open",
     "  a:\n    env: {SET: here}\n    runs-on: x\n    steps: [{if: env.LATER, run: x}, {id: x, "
     "run: x}, "
     "{if: steps.x.outputs.y == '1', run: x}, {if: hashFiles('a') != '', run: x}, "
     "{if: env.LATER, run: x}, {if: env.SET == 'here', run: x}, {if: steps.x.outcome == 'success', "
     "run: x}]\n",
     {},
     {"a runs succeeded", "  1 skipped skipped condition", "  3 open succeeded open",
      "  4 open succeeded open", "  5 open succeeded open", "  6 runs succeeded condition",
      "  7 runs succeeded condition"}},
    {"a_matrix_out_of_an_output_is_known_when_the_output_is",
     "  a:\n    outputs: {m: x}\n" STEPS
     "  b:\n    needs: a\n    strategy: {matrix: '${{ fromJSON(needs.a.outputs.m) "
     "}}'}\n" STEPS,
     {"a.outputs.m={\"v\": [1, 2]}"},
     {"a runs succeeded", "b runs succeeded", "  b (1) runs succeeded", "  b (2) runs succeeded"}},
    {"a_matrix_that_nobody_knows_is_no_mistake",
     "  a:\n" STEPS "  b:\n    needs: a\n    strategy: {matrix: '${{ fromJSON(needs.a.outputs.m) "
     "}}'}\n" STEPS "  c:\n    needs: b\n" STEPS,
     {},
     {"a runs succeeded", "b runs succeeded", "c runs succeeded"}},
    {"what_is_made_of_the_unknown_is_no_mistake",
     "  a:\n" STEPS "  b:\n    needs: a\n    timeout-minutes: ${{ fromJSON(needs.a.outputs.t) }}\n"
     "    runs-on: x\n    steps: [{env: {E: \"${{ fromJSON(needs.a.outputs.t) }}\"}, "
     "run: \"${{ fromJSON(needs.a.outputs.t) }}\"}]\n",
     {},
     {"a runs succeeded", "b runs succeeded"}},
    {"what_cannot_be_evaluated_fails_in_a_forecast_too",
     "  a:\n    runs-on: x\n    steps: [{if: \"fromJSON('{')\", run: x}, {run: y}]\n"
     "  b:\n    if: \"fromJSON('{')\"\n" STEPS,
     {},
     {"a runs failed", "  1 fails errored evaluation", "  2 skipped skipped failure",
      "b fails failed evaluation"}},
    {"several_assumptions_go_together",
     "  a:\n" STEPS "  b:\n" STEPS "  c:\n    needs: [a, b]\n    if: failure()\n" STEPS,
     {"a=success", "B=failure"},
     {"a assumed succeeded", "b assumed failed", "c runs succeeded condition"}},
    {"jobs_for_other_machines_are_told_too",
     "  a:\n    runs-on: windows-latest\n    steps: [{if: runner.os == 'Windows', run: x}, "
     "{if: runner.os == 'Linux', run: x}, {shell: cmd, run: x}, {shell: powershell, run: x}]\n",
     {},
     {"a runs succeeded", "  1 runs succeeded condition", "  2 skipped skipped condition"}},
    {"legs_see_the_system_of_their_runner",
     "  a:\n    strategy: {matrix: {os: [ubuntu-latest, windows-latest]}}\n"
     "    runs-on: ${{ matrix.os }}\n    steps: [{if: runner.os == 'Windows', run: x}]\n",
     {},
     {"a runs succeeded", "  a (ubuntu-latest) runs succeeded", "  1 skipped skipped condition",
      "  a (windows-latest) runs succeeded", "  1 runs succeeded condition"}},
};

class WhatIfs : public ::testing::TestWithParam<WhatIf> {};

TEST_P(WhatIfs, end_as_on_github) {
  EXPECT_EQ(lines_of(forecast_of(GetParam().jobs, GetParam().assumed)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Forecast, WhatIfs, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(Forecast, agrees_with_a_run_in_which_the_same_happens) {
  const auto bound = bind_workflow(
      "on: push\njobs:\n  a:\n" STEPS "  b:\n    needs: a\n    if: failure()\n" STEPS
      "  c:\n    needs: [a, b]\n" STEPS "  d:\n    needs: b\n    if: always()\n" STEPS);
  testing::Script script;
  script.on_step = [](const std::string& job, const Leg&, const RunStep&) {
    StepResult result;
    if (job == "a") result.outcome = Outcome::Failed;
    return result;
  };
  const testing::EndedRun run = run_pipeline(*bound, script);
  Assumptions assumptions;
  ASSERT_TRUE(assumptions.add("a.steps.1=failure").ok());
  const Forecast told = forecast(*bound, assumptions);
  for (const JobForecast& job : told.jobs)
    EXPECT_EQ(job.ended.result, run.jobs.at(job.id).result) << job.id;
  EXPECT_EQ(told.result, run.result);
}

TEST(Forecast, legs_that_are_alike_are_told_alike_but_for_what_is_assumed_of_one) {
  const char* jobs =
      "  a:\n    strategy: {matrix: {v: [1, 2, 3]}}\n    runs-on: x\n"
      "    steps: [{id: s, run: x}, {if: failure(), run: y}]\n";
  const Forecast plain = forecast_of(jobs, {});
  for (const LegForecast& leg : plain.jobs[0].legs) EXPECT_EQ(leg.steps.size(), 2u);
  const Forecast told = forecast_of(jobs, {"a (2).steps.s=failure"});
  EXPECT_EQ(told.jobs[0].legs[0].leg.name, "a (1)");
  EXPECT_EQ(told.jobs[0].legs[0].result.result, Outcome::Succeeded);
  EXPECT_EQ(told.jobs[0].legs[1].result.result, Outcome::Failed);
  EXPECT_EQ(told.jobs[0].legs[1].steps[1].verdict, Verdict::Runs);
  EXPECT_EQ(told.jobs[0].legs[2].leg.name, "a (3)");
}

TEST(Forecast, tells_legs_apart_by_what_an_action_inside_reads) {
  BindOptions options;
  options.others[".github/actions/a/action.yml"] =
      "name: a\ndescription: a\nruns:\n  using: composite\n"
      "  steps: [{if: matrix.v == 2, run: x, shell: sh}]\n";
  const Forecast told = forecast_of(
      "  a:\n    strategy: {matrix: {v: [1, 2]}}\n    runs-on: x\n"
      "    steps: [{uses: ./.github/actions/a}]\n",
      {}, options);
  EXPECT_EQ(told.jobs[0].legs[0].steps.back().verdict, Verdict::Skipped);
  EXPECT_EQ(told.jobs[0].legs[1].steps.back().verdict, Verdict::Runs);
}

TEST(Forecast, says_which_legs_fail_fast_may_cancel) {
  const std::string jobs =
      "  a:\n    strategy:\n      matrix: {v: [1, 2]}\n      fail-fast: FAST\n"
      "    continue-on-error: ON\n    runs-on: x\n    steps: [{id: s, run: x}]\n";
  const auto cut_by = [&](std::string_view fast, std::string_view on) {
    std::string text = replace_all(replace_all(jobs, "FAST", fast), "ON", on);
    const Forecast told = forecast_of(text.c_str(), {"a (2).steps.s=failure"});
    EXPECT_EQ(told.jobs[0].legs[1].cut_by, "");
    return told.jobs[0].legs[0].cut_by;
  };
  EXPECT_EQ(cut_by("true", "false"), "a (2)");
  EXPECT_EQ(cut_by("false", "false"), "");
  EXPECT_EQ(cut_by("true", "true"), "");
}

TEST(Forecast, says_in_the_tree_what_is_unknown_and_who_decided) {
  const Forecast told =
      forecast_of("  a:\n" STEPS "  b:\n    needs: a\n    if: needs.a.outputs.go == 'yes'\n" STEPS
                  "  c:\n    needs: a\n    if: failure() || github.ref == 'x'\n" STEPS
                  "  d:\n    needs: a\n    if: success() && true\n" STEPS,
                  {"a=failure"});
  const auto tree = [&](std::string_view job) { return to_text(told.find_job(job)->reason.tree); };
  EXPECT_NE(tree("d").find("the result of 'a' is failure"), std::string::npos) << tree("d");
  EXPECT_NE(tree("c").find("the result of 'a' is failure"), std::string::npos) << tree("c");
  const Forecast open = forecast_of(
      "  a:\n" STEPS "  b:\n    needs: a\n    if: needs.a.outputs.go == 'yes'\n" STEPS, {});
  const Explanation& reason = open.find_job("b")->reason;
  EXPECT_EQ(reason.summary, "it depends on needs.a.outputs.go: 'a' sets it while it runs");
  EXPECT_NE(to_text(reason.tree).find("\"state\":\"unknown\""), std::string::npos);
}

TEST(Forecast, what_decided_success_of_all_jobs_is_not_said_of_success_of_one) {
  const Forecast told = forecast_of("  skipper:\n    if: github.ref == 'x'\n" STEPS
                                    "  mid:\n    needs: skipper\n    if: always()\n" STEPS
                                    "  named:\n    needs: mid\n    if: success('mid')\n" STEPS
                                    "  all:\n    needs: mid\n    if: success()\n" STEPS,
                                    {});
  const auto tree = [&](std::string_view job) { return to_text(told.find_job(job)->reason.tree); };
  EXPECT_EQ(tree("named").find("skipper"), std::string::npos) << tree("named");
  EXPECT_NE(tree("all").find("the result of 'skipper' is skipped"), std::string::npos)
      << tree("all");
}

struct BadAssumption {
  const char* text;
  const char* message;
};

TEST(Forecast, assumptions_that_fit_nothing_are_errors_with_the_nearest_word) {
  const auto bound = bind_workflow(
      "on: push\njobs:\n  build:\n    outputs: {version: x}\n    runs-on: x\n"
      "    steps: [{id: compile, run: x}]\n  bare:\n" STEPS);
  static constexpr BadAssumption kBad[] = {
      {"biuld=failure", "no pipeline has a job 'biuld', did you mean 'build'?"},
      {"build=fail", "'fail' is no result"},
      {"build=failed", "'failed' is no result (results: success, failure"},
      {"build", "--assume takes JOB=RESULT"},
      {"=failure", "--assume takes JOB=RESULT"},
      {"build.steps.compil=failure", "has no step 'compil', did you mean 'compile'?"},
      {"build.steps.2=failure", "has no step '2'"},
      {"build.steps.=failure", "--assume takes JOB=RESULT"},
      {"build.outputs.=x", "--assume takes JOB=RESULT"},
      {"build.outputs.nope=1", "job 'build' has no output 'nope' (outputs: version)"},
      {"build.outputs.versoin=1", "has no output 'versoin', did you mean 'version'?"},
      {"bare.outputs.x=1", "has no output 'x' (it declares none)"},
      {"build.steps.compile=skipped", "only its own condition skips a step"},
  };
  for (const BadAssumption& bad : kBad) {
    Assumptions assumptions;
    Result<void> result = assumptions.add(bad.text);
    if (result.ok()) result = check_assumptions(assumptions, {bound->plan()});
    ASSERT_FALSE(result.ok()) << bad.text;
    EXPECT_NE(result.error().message().find(bad.message), std::string::npos)
        << result.error().message();
  }
}

}  // namespace
}  // namespace sluice::pipeline::github
