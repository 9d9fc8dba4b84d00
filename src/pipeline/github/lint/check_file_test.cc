// Shape, values and expressions of a workflow: what is found, and where.
#include "pipeline/github/lint/check_file.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

using Found = std::vector<std::string>;
struct Row {
  std::string text;
  Found expected;
};

SourceFile source(std::string_view text) {
  return {".github/workflows/ci.yml", std::string(text)};
}

Found found_in(const SourceFile& file) {
  Found found;
  for (const Diagnostic& diagnostic : check_file(file, parse_yaml(file.text)))
    found.push_back(
        cat(diagnostic.position.line, ":", diagnostic.position.column, " ", diagnostic.rule));
  return found;
}

std::string message_of(std::string_view text) {
  const SourceFile file = source(text);
  const auto found = check_file(file, parse_yaml(file.text));
  return found.empty() ? std::string() : found.front().message;
}

// The events stand on line 1, the job's own keys from line 4 on.
std::string on(std::string_view events) {
  return cat("on: ", events, "\njobs:\n  a:\n    runs-on: linux\n    steps: [{run: x}]\n");
}
std::string job(std::string_view keys) {
  return cat("on: push\njobs:\n  a:\n", keys, "    runs-on: linux\n    steps: [{run: x}]\n");
}
// The step is on line 5, its first key at column 9.
std::string step(std::string_view keys) {
  return cat("on: push\njobs:\n  a:\n    runs-on: linux\n    steps: [", keys, "]\n");
}
std::string run(std::string_view expression) {
  return step(cat("{run: \"${{ ", expression, " }}\"}"));
}

void expect(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(found_in(source(row.text)), row.expected) << row.text;
}

TEST(CheckFile, finds_mistakes_of_shape) {
  expect({
      {job(""), {}},
      {job("    Name: x\n"), {"4:5 unknown-key"}},
      {job("    env:\n"), {"4:9 empty-value"}},
      {job("    env: {}\n"), {"4:10 empty-value"}},
      {job("    env: {A: 1, a: 2}\n"), {"4:17 duplicate-key"}},
      {job("    needs: []\n"), {"4:12 empty-value"}},
      {job("    if: ''\n"), {"4:9 empty-value"}},
      {job("    name: [x]\n"), {"4:11 wrong-type"}},
      {job("    runs-on: linux\n"), {"5:5 duplicate-key"}},
      {job("    environment: {url: x}\n"), {"4:5 missing-key"}},
      {job("    concurrency: {cancel-in-progress: true}\n"), {"4:5 missing-key"}},
      {job("    concurrency: {group: x, queue: some}\n"), {"4:36 wrong-type"}},
      {job("    defaults: {shell: bash}\n"), {"4:15 missing-key", "4:16 unknown-key"}},
      {job("    strategy: {max-parallel: 0}\n"), {"4:30 wrong-type"}},
      {job("    strategy: {max-parallel: 1.5}\n"), {"4:30 wrong-type"}},
      {job("    strategy: {fail-fast: off}\n"), {"4:27 wrong-type"}},
      {job("    strategy: {matrix: {v: [1], V: [2]}}\n"), {"4:33 duplicate-key"}},
      {job("    timeout-minutes: -1\n"), {"4:22 wrong-type"}},
      {job("    container: {image: x, credentials: {username: y}}\n"), {"4:27 missing-key"}},
      {job("    services: redis\n"), {"4:15 wrong-type"}},
      {job("    snapshot: {version: 1.*}\n"), {"4:5 missing-key"}},
      {job("    with: {x: 1}\n"), {"4:5 misplaced-key"}},
      {"on: push\njobs:\n  a:\n    uses: o/r/w.yml@v1\n    env: {A: 1}\n", {"5:5 misplaced-key"}},
      {"on: push\njobs:\n  a:\n    uses: o/r/w.yml@v1\n    secrets: all\n", {"5:14 wrong-type"}},
      {"on: push\njobs:\n  a: {runs-on: x64}\n", {"3:3 missing-key"}},
      {step("{run: x, with: {a: 1}}"), {"5:22 unknown-key"}},
      {step("{uses: ./x, shell: bash}"), {"5:25 unknown-key"}},
      {step("{uses: ./x, run: y}"), {"5:14 run-and-uses"}},
      {step("{name: x}"), {"5:13 missing-key"}},
      {step("{rnu: x}"), {"5:13 missing-key", "5:14 unknown-key"}},
      {step("{run: x, continue-on-error: maybe}"), {"5:41 wrong-type"}},
      {"on: push\njobs: &all\n  a:\n    runs-on: linux\n    steps: [{run: x}]\n",
       {"2:7 unused-anchor"}},
      {"on: push\njobs:\n  a:\n    runs-on: linux\n    steps: [&s {run: x, foo: 1}, *s, *s]\n",
       {"5:25 unknown-key"}},
      {"on: push\njobs:\n  a:\n    <<: {name: x}\n    runs-on: linux\n    steps: [{run: x}]\n",
       {"4:5 yaml"}},
      {"on: push\njobs: *nothing\n", {"2:7 yaml"}},
  });
}

TEST(CheckFile, finds_mistakes_in_events) {
  expect({
      {on("{}"), {"1:5 empty-value"}},
      {on("pussh"), {"1:5 unknown-event"}},
      {on("[push, schedule]"), {"1:12 missing-key"}},
      {on("{issues: {types: [opend]}}"), {"1:23 unknown-activity-type"}},
      {on("{push: {types: [x]}}"), {"1:6 unknown-activity-type"}},
      {on("{push: {branch: [x]}}"), {"1:13 unknown-key"}},
      {on("{push: {branches: x, branches-ignore: y}}"), {"1:26 exclusive-filters"}},
      {on("{pull_request: {tags: x}}"), {"1:21 unavailable-filter"}},
      {on("{workflow_run: {types: [completed]}}"), {"1:6 missing-key"}},
      {on("{push: {branches: ['^a']}}"), {"1:25 glob"}},
      {on("{push: {paths: [./a]}}"), {"1:21 glob"}},
      {on("{schedule: [{cron: '0 0 * *'}]}"), {"1:25 cron"}},
      {on("{schedule: [{cron: '*/2 * * * *'}]}"), {"1:24 cron"}},
      {on("{schedule: [{cron: '*/5 * * * *', timezone: Mars/Olympus}]}"), {"1:49 timezone"}},
      {on("{workflow_dispatch: {inputs: {a: {type: text}}}}"), {"1:45 unknown-input-type"}},
      {on("{workflow_dispatch: {inputs: {a: {type: choice}}}}"), {"1:35 input-options"}},
      {on("{workflow_dispatch: {inputs: {a: {options: [x]}}}}"), {"1:35 input-options"}},
      {on("{workflow_dispatch: {inputs: {a: {type: choice, options: [x, x]}}}}"),
       {"1:66 input-options"}},
      {on("{workflow_dispatch: {inputs: {a: {type: choice, options: [x], default: y}}}}"),
       {"1:76 input-default"}},
      {on("{workflow_dispatch: {inputs: {a: {type: number, default: x}}}}"),
       {"1:62 input-default"}},
      {on("{workflow_call: {inputs: {a: {}}}}"), {"1:31 missing-key"}},
      {on("{workflow_call: {inputs: {a: {type: boolean, default: 1}}}}"), {"1:59 input-default"}},
      {on("{workflow_call: {inputs: {a: {type: string, required: true, default: x}}}}"),
       {"1:74 input-default"}},
      {on("{workflow_call: {inputs: {a: {type: string, required: false, default: x}}}}"), {}},
      {on("{workflow_call: {outputs: {a: {}}}}"), {"1:32 missing-key"}},
      {on("{workflow_call: {secrets: {a: {type: x}}}}"), {"1:36 unknown-key"}},
  });
}

TEST(CheckFile, counts_the_inputs_of_a_dispatch) {
  std::string inputs;
  for (int i = 0; i < 26; ++i) inputs += cat(i == 0 ? "" : ", ", "i", i, ": {type: string}");
  expect({{on(cat("{workflow_dispatch: {inputs: {", inputs, "}}}")), {"1:6 input-options"}}});
}

TEST(CheckFile, finds_mistakes_in_values_of_jobs) {
  expect({
      {job("    permissions: {content: read}\n"), {"4:19 permission"}},
      {job("    permissions: {id-token: read}\n"), {"4:29 permission"}},
      {job("    permissions: none\n"), {"4:18 permission"}},
      {job("    permissions: {}\n"), {}},
      {job("    env: {A B: 1}\n"), {"4:11 env-name"}},
      {job("    if: 1 == 1\n"), {"4:9 constant-if"}},
      {job("    if: ${{ true }} && ${{ false }}\n"), {"4:9 always-true-if"}},
      {job("    if: contains('ab', 'a')\n"), {"4:9 constant-if"}},
      {job("    if: always()\n"), {}},
      {job("    container: {image: x, credentials: {username: y, password: z}}\n"),
       {"4:64 hardcoded-credentials"}},
      {job("    strategy: {matrix: {v: [1, 1]}}\n"), {"4:32 matrix-duplicate"}},
      {job("    strategy: {matrix: {v: [1], exclude: [{v: 2}]}}\n"), {"4:47 matrix-exclude"}},
      {job("    strategy: {matrix: {v: [1], exclude: [{w: 2}]}}\n"), {"4:44 matrix"}},
      {job("    strategy: {matrix: {v: [{a: 1, b: 2}], exclude: [{v: {a: 1}}]}}\n"), {}},
      {job("    strategy: {matrix: {v: ['${{ github.ref }}'], exclude: [{v: 2}]}}\n"), {}},
      {job("    defaults: {run: {shell: powershell}}\n"), {"4:29 unknown-shell"}},
      {step("{run: x, shell: fish}"), {"5:29 unknown-shell"}},
      {step("{run: x, shell: 'fish {0}'}"), {}},
      {step("{run: 'echo ::set-output name=a::b'}"), {"5:19 deprecated-command"}},
      {step("{run: 'echo ::set-outputs name=a::b'}"), {}},
      {step("{run: x, id: 1a}"), {"5:26 invalid-id"}},
      {step("{run: x, id: a}, {run: x, id: A}"), {"5:43 duplicate-step-id"}},
      {"on: push\njobs:\n  1a:\n    runs-on: linux\n    steps: [{run: x}]\n", {"3:3 invalid-id"}},
      {"on: push\njobs:\n  a:\n    runs-on: ubuntu\n    steps: [{run: x}]\n",
       {"4:14 unknown-runner"}},
      {"on: push\njobs:\n  a:\n    runs-on: [self-hosted, own]\n    steps: [{run: x}]\n", {}},
      {"on: push\njobs:\n  a:\n    runs-on: [linux, windows-latest]\n    steps: [{run: x}]\n",
       {"4:22 runner-conflict"}},
      {"on: push\njobs:\n  a:\n    strategy: {matrix: {os: [linux, macos-latest]}}\n"
       "    runs-on: [ubuntu-latest, '${{ matrix.os }}']\n    steps: [{run: x}]\n",
       {"4:37 runner-conflict"}},
      {"on: push\njobs:\n  b: {runs-on: linux, steps: [{run: x}]}\n  a:\n    needs: [b, B]\n"
       "    runs-on: linux\n    steps: [{run: x}]\n",
       {"5:16 duplicate-needs"}},
  });
}

TEST(CheckFile, finds_mistakes_in_what_is_used) {
  expect({
      {step("{uses: checkout@v4}"), {"5:20 invalid-uses"}},
      {step("{uses: actions/checkout}"), {"5:20 invalid-uses"}},
      {step("{uses: 'docker://'}"), {"5:20 invalid-uses"}},
      {step("{uses: actions/checkout@v2}"), {"5:20 outdated-action"}},
      {step("{uses: actions/checkout@main, with: {depth: 1}}"), {}},
      {step("{uses: actions/checkout@v4, with: {depth: 1}}"), {"5:48 unknown-input"}},
      {step("{uses: Actions/Checkout@v4.1.7, with: {Fetch-Depth: 1}}"), {}},
      {step("{uses: actions/cache@v4, with: {path: x}}"), {"5:20 missing-input"}},
      {step("{uses: reviewdog/action-eslint@v1, with: {fail_on_error: true}}"),
       {"5:55 deprecated-input"}},
      {"on: push\njobs:\n  a:\n    uses: ./w.yml@v1\n", {"4:11 invalid-uses"}},
      {"on: push\njobs:\n  a:\n    uses: o/w.yml@v1\n", {"4:11 invalid-uses"}},
  });
}

TEST(CheckFile, looks_into_local_actions_that_came_along) {
  SourceFile file =
      source(step("{uses: ./act, id: x, with: {b: 1}}, {run: '${{ steps.x.outputs.two }}'}"));
  EXPECT_EQ(found_in(file), Found{});
  file.others["act/action.yml"] =
      "name: x\ndescription: x\ninputs: {a: {required: true}}\noutputs: {one: {value: x}}\n"
      "runs: {using: composite, steps: []}\n";
  EXPECT_EQ(found_in(file), Found{"5:60 undefined-property"});
  file.others["act/action.yml"] = "name: x\nruns: {using: node14, env: {}}\ninputs: {b: {}}\n";
  const Found bad = found_in(file);
  EXPECT_EQ(std::count(bad.begin(), bad.end(), "5:20 action-metadata"), 4);
}

TEST(CheckFile, looks_into_called_workflows_that_came_along) {
  SourceFile file = source(
      "on: push\njobs:\n  a:\n    uses: ./w.yml\n    with: {n: many, m: 1}\n    secrets: {t: x}\n"
      "  b:\n    needs: a\n    runs-on: linux\n    steps: [{run: '${{ needs.a.outputs.p }}'}]\n");
  EXPECT_EQ(found_in(file), Found{});
  file.others["w.yml"] =
      "on:\n  workflow_call:\n    inputs: {n: {type: number}, r: {type: string, required: true}}\n"
      "    outputs: {o: {value: x}}\n    secrets: {s: {required: true}}\n";
  EXPECT_EQ(found_in(file),
            (Found{"4:11 call-arguments", "4:11 call-arguments", "5:15 wrong-expression-type",
                   "5:24 call-arguments", "6:18 call-arguments", "10:24 undefined-property"}));
}

TEST(CheckFile, finds_mistakes_in_expressions) {
  expect({
      {run("github.ref"), {}},
      {run("github.rev"), {"5:24 undefined-property"}},
      {run("githup.ref"), {"5:24 expression"}},
      {run("jobs.a"), {"5:24 expression"}},
      {run("tojsn(github)"), {"5:24 expression"}},
      {run("success()"), {"5:24 expression"}},
      {run("1 + 1"), {"5:26 expression"}},
      {run(""), {"5:23 expression"}},
      {run("github.ref.name"), {"5:24 not-an-object"}},
      {run("github.event.x.y.z"), {}},
      {run("env.A.b"), {"5:24 not-an-object"}},
      {run("vars"), {"5:20 wrong-expression-type"}},
      {run("null"), {"5:20 wrong-expression-type"}},
      {run("env[1]"), {"5:28 wrong-argument"}},
      {run("github.event == 'push'"), {"5:24 senseless-comparison"}},
      {run("true < 1"), {"5:24 senseless-comparison"}},
      {run("github.event == null"), {}},
      {run("contains(github.event, 'x')"), {"5:33 wrong-argument"}},
      {run("contains(github, 'x')"), {"5:33 wrong-argument"}},
      {run("startsWith('x', true)"), {"5:40 wrong-argument"}},
      {run("format('{0}{1}', 1)"), {"5:24 wrong-argument"}},
      {run("format('{{0}}', 1)"), {"5:24 wrong-argument"}},
      {run("fromJSON('{')"), {"5:33 wrong-argument"}},
      {run("fromJSON('{\\\"a\\\": 1}').b"), {"5:24 undefined-property"}},
      {run("case('x', 1, 2)"), {"5:29 wrong-argument"}},
      {run("join(github.event.*.x, ',')"), {}},
      {run("runner.os.*"), {"5:24 not-an-object"}},
      {job("    env: {A: '${{ env.B }}'}\n"), {"4:19 expression"}},
      {job("    if: env.A\n"), {"4:9 expression"}},
      {job("    timeout-minutes: ${{ 'x' }}\n"), {"4:22 wrong-expression-type"}},
      {job("    continue-on-error: ${{ 'x' }}\n"), {"4:24 wrong-expression-type"}},
      {job("    env: ${{ 'x' }}\n"), {"4:10 wrong-expression-type"}},
      {step("{run: x, shell: '${{ env.A }}'}"), {"5:34 expression"}},
      {step("{run: x, env: {'${{ runner.o }}': 1}}"), {"5:33 undefined-property"}},
  });
}

TEST(CheckFile, knows_what_the_file_declares) {
  expect({
      {on("push"), {}},
      {"on: {workflow_dispatch: {inputs: {n: {type: number}}}}\njobs:\n  a:\n    runs-on: linux\n"
       "    steps: [{run: '${{ inputs.m }}'}, {run: '${{ inputs.n.x }}'}]\n",
       {"5:24 undefined-property", "5:50 not-an-object"}},
      {"on: {workflow_dispatch: {inputs: {n: {type: number}}}}\njobs:\n  a:\n    runs-on: linux\n"
       "    steps: [{run: '${{ github.event.inputs.m }}'}, {run: '${{ INPUTS.N }}'}]\n",
       {"5:24 undefined-property"}},
      {"on: {workflow_call: {secrets: {s: {}}}}\njobs:\n  a:\n    runs-on: linux\n"
       "    steps: [{run: '${{ secrets.t }}'}, {run: '${{ secrets.GITHUB_TOKEN }}'}]\n",
       {"5:24 undefined-property"}},
      {job("    strategy: {matrix: {v: [{x: 1}], include: [{w: 1}]}}\n"
           "    name: ${{ matrix.v.x }} ${{ matrix.w }} ${{ matrix.v.y }} ${{ matrix.u }}\n"),
       {"5:49 undefined-property", "5:67 undefined-property"}},
      {job("    strategy: {matrix: '${{ fromJSON(github.event.m) }}'}\n    name: ${{ matrix.x "
           "}}\n"),
       {}},
      {job("    strategy: {matrix: {v: '${{ github.ref }}'}}\n"), {"4:28 wrong-expression-type"}},
      {step("{run: '${{ steps.x.outputs.y }}'}, {id: x, run: y}, {run: '${{ steps.x.outcom }}'}"),
       {"5:24 undefined-property", "5:76 undefined-property"}},
      {"on: push\njobs:\n  a: {runs-on: linux, outputs: {o: x}, steps: [{run: x}]}\n  b:\n"
       "    needs: a\n    runs-on: linux\n    name: ${{ needs.a.outputs.p }} ${{ needs.c }}\n"
       "    steps: [{run: x}]\n",
       {"7:15 undefined-property", "7:40 undefined-property"}},
      {"on: {workflow_call: {outputs: {x: {value: '${{ jobs.a.outputs.o }}'}}}}\njobs:\n"
       "  a: {runs-on: linux, steps: [{run: x}]}\n",
       {"1:48 undefined-property"}},
  });
}

TEST(CheckFile, warns_of_input_that_strangers_write) {
  expect({
      {run("github.event.issue.title"), {"5:24 untrusted-input"}},
      {run("github.event.commits[0].message"), {"5:24 untrusted-input"}},
      {run("toJSON(github.event.*.body)"), {"5:31 untrusted-input"}},
      {run("github.event.issue.number"), {}},
      {run("contains(github.event.issue.title, 'x')"), {}},
      {run("github.head_ref == 'x'"), {}},
      {step("{run: x, env: {A: '${{ github.head_ref }}'}}"), {}},
      {step("{uses: actions/github-script@v7, with: {script: '${{ github.head_ref }}'}}"),
       {"5:66 untrusted-input"}},
  });
}

TEST(CheckFile, proposes_the_nearest_word) {
  EXPECT_NE(message_of(run("githup.ref")).find("did you mean 'github'?"), std::string::npos);
  EXPECT_NE(message_of(run("github.rev")).find("did you mean 'ref'?"), std::string::npos);
  EXPECT_NE(message_of(run("tojsn(1)")).find("did you mean 'toJSON'?"), std::string::npos);
  EXPECT_NE(message_of(job("    permissions: {content: read}\n")).find("'contents'"),
            std::string::npos);
  EXPECT_NE(message_of(on("{schedule: [{cron: '0 0 * * *', timezone: Europe/Berln}]}"))
                .find("'Europe/Berlin'"),
            std::string::npos);
}

TEST(CheckFile, survives_files_that_are_no_workflow) {
  for (const std::string_view text :
       {"", "x", "[]", "{}", "on:\njobs:\n", "on: [[]]\njobs: [a]\n",
        "on: {push: [x]}\njobs: {a: 1}",
        "on: push\njobs: {a: {steps: {b: 1}, needs: {c: 1}, strategy: [1], env: [1]}}\n",
        "on: push\njobs: {a: {steps: [1, [2], {uses: [1], with: 3, id: [1]}]}}\n",
        "on: {schedule: {cron: 1}, workflow_call: {inputs: [1], outputs: 3, secrets: 1}}\n"})
    EXPECT_FALSE(found_in(source(text)).empty()) << text;
}

}  // namespace
}  // namespace sluice::pipeline::github
