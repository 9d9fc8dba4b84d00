// Reading the files of local actions: what is found, what is wrong with them and where.
#include "pipeline/github/local_action.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

using Found = std::vector<std::string>;
using Others = std::map<std::string, std::optional<std::string>>;

std::string using_it(std::string_view uses, std::string_view more = "") {
  return cat("on: push\njobs:\n  a:\n    runs-on: linux\n    steps:\n      - uses: ", uses, "\n",
             more);
}

// "file:line:column rule" of all that is no note and not told of every use.
Found found_in(const std::string& workflow, const Others& others) {
  SourceFile file = workflow_file(workflow);
  file.others = others;
  Found found;
  for (const Diagnostic& diagnostic : check_workflow(file))
    if (diagnostic.severity != Severity::Note && diagnostic.rule != "action-before-checkout" &&
        diagnostic.rule != "action-metadata")
      found.push_back(cat(diagnostic.file.substr(diagnostic.file.rfind('/') + 1), ":",
                          diagnostic.position.line, ":", diagnostic.position.column, " ",
                          diagnostic.rule));
  return found;
}

TEST(LocalActions, are_asked_for_in_both_spellings) {
  const std::string workflow = using_it("./.github/actions/a/", R"(      - parallel:
          - uses: $/b
      - uses: actions/checkout@v4
      - uses: ./c/../d
      - uses: ./
      - uses: ./../outside
)");
  EXPECT_EQ(local_action_references(".github/workflows/ci.yml", parse_yaml(workflow)),
            (Found{".github/actions/a/action.yml", ".github/actions/a/action.yaml", "b/action.yml",
                   "b/action.yaml", "d/action.yml", "d/action.yaml", "action.yml", "action.yaml"}));
  EXPECT_EQ(
      local_action_references(
          "x/action.yaml", parse_yaml("runs: {using: composite, steps: [{uses: ./y}, {run: x}]}")),
      (Found{"y/action.yml", "y/action.yaml"}));
  EXPECT_EQ(local_action_references("x/action.yml", parse_yaml("runs: [\n")), Found{});
  EXPECT_EQ(local_action_references("x/action.yml", parse_yaml("[]")), Found{});
}

TEST(LocalActions, that_are_not_there_fail_the_step_that_uses_them) {
  BindOptions options;
  options.others = {{"gen/action.yml", std::nullopt}, {"gen/action.yaml", std::nullopt}};
  const testing::EndedRun run =
      run_workflow(using_it("./gen", "      - {run: last, if: always()}\n"), {}, options);
  EXPECT_EQ(run.result, Outcome::Failed);
  EXPECT_EQ(script_of(run, run.jobs.begin()->first, 1), "last");
  std::string message;
  for (const JobEffect& effect : run.legs.begin()->second.front().effects)
    if (const auto* end = std::get_if<ConcludeStep>(&effect); end != nullptr && message.empty())
      message = end->message;
  EXPECT_NE(message.find("commit it as gen/action.yml"), std::string::npos) << message;
}

TEST(LocalActions, that_are_not_there_are_warned_of_and_those_not_looked_for_are_not) {
  const std::string workflow = using_it("./a");
  EXPECT_EQ(found_in(workflow, {}), Found{});
  EXPECT_EQ(found_in(workflow, {{"a/action.yml", std::nullopt}, {"a/action.yaml", std::nullopt}}),
            Found{"ci.yml:6:15 missing-action"});
  EXPECT_EQ(found_in(workflow, {{"a/action.yml", std::nullopt},
                                {"a/action.yaml", "runs: {using: node20, main: m.js}\n"}}),
            Found{});
  EXPECT_EQ(found_in(using_it("./../a"), {}), Found{"ci.yml:6:15 invalid-uses"});
}

TEST(LocalActions, mistakes_are_reported_at_their_place_in_the_action) {
  const std::pair<std::string_view, Found> rows[] = {
      {"", {"action.yml:1:1 empty-file"}},
      {"name: x\n", {"action.yml:1:1 missing-key"}},
      {"runs: {steps: []}\n", {"action.yml:1:7 missing-key"}},
      {"runs: {using: composit}\n", {"action.yml:1:15 unusable-action"}},
      {"runs: {using: docker, image: x}\n", {"action.yml:1:15 unsupported-action"}},
      {"runs: {using: composite}\n", {"action.yml:1:7 missing-key"}},
      {"runs: {using: node20}\n", {"action.yml:1:7 missing-key"}},
      {"runs: {using: node16, main: x}\n", {"action.yml:1:15 deprecated-runtime"}},
      {"runs: {using: node20, main: x, pre: y}\n", {"action.yml:1:32 ignored-pre"}},
      {"runs: {using: node20, main: x, post-if: nope()}\n", {"action.yml:1:41 expression"}},
      {"run: {}\nruns: {using: node20, main: x}\n", {"action.yml:1:1 unknown-key"}},
      {"inputs: {a: {requird: true}}\nruns: {using: node20, main: x}\n",
       {"action.yml:1:14 unknown-key"}},
      {"inputs: {a: {required: maybe}}\nruns: {using: node20, main: x}\n",
       {"action.yml:1:24 wrong-type"}},
      {"inputs: {a: {}, A: {}}\nruns: {using: node20, main: x}\n",
       {"action.yml:1:17 duplicate-key"}},
      {"inputs: {a: {default: '${{ secrets.X }}'}}\nruns: {using: node20, main: x}\n",
       {"action.yml:1:28 expression"}},
      {"outputs: {o: {}}\nruns: {using: composite, steps: [{run: x, shell: sh}]}\n",
       {"action.yml:1:11 missing-key"}},
      {"runs: {using: composite, steps: [{run: x}]}\n", {"action.yml:1:35 missing-key"}},
      {"runs: {using: composite, steps: [{run: x, shell: sh, timeout-minutes: 1}]}\n",
       {"action.yml:1:54 unknown-key"}},
      {"runs: {using: composite, steps: [{run: x, shell: sh, background: true}]}\n",
       {"action.yml:1:54 unknown-key"}},
      {"runs: {using: composite, steps: [{run: '${{ secrets.X }}', shell: sh}]}\n",
       {"action.yml:1:45 expression"}},
      {"runs: {using: composite, steps: [{run: '${{ vars.X }}', shell: sh}]}\n",
       {"action.yml:1:45 expression"}},
      {"runs: {using: composite, steps: [{run: x, shell: sh, if: needs.a.result}]}\n",
       {"action.yml:1:58 expression"}},
      {"runs: {using: composite, steps: [{uses: someone/else@v1}]}\n",
       {"action.yml:1:41 unsupported-action"}},
      {"runs: {using: composite, steps: [{id: a, run: x, shell: sh}, {id: A, run: x, shell: "
       "sh}]}\n",
       {"action.yml:1:67 duplicate-step-id"}},
  };
  for (const auto& [text, expected] : rows)
    EXPECT_EQ(found_in(using_it("./a"), {{"a/action.yml", std::string(text)}}), expected) << text;
}

TEST(LocalActions, inputs_are_checked_where_they_are_given) {
  const std::string action =
      "inputs:\n  name: {required: true}\n  kind: {required: true, default: x}\n"
      "  old: {deprecationMessage: use name}\nruns: {using: node20, main: x}\n";
  EXPECT_EQ(
      found_in(using_it("./a", "        with: {nam: x, OLD: y}\n"), {{"a/action.yml", action}}),
      (Found{"ci.yml:6:15 missing-input", "ci.yml:7:16 unknown-input",
             "ci.yml:7:24 deprecated-input"}));
  EXPECT_EQ(found_in(using_it("./a", "        with: {Name: x}\n"), {{"a/action.yml", action}}),
            Found{});
}

TEST(LocalActions, that_use_each_other_in_a_circle_or_too_deep_are_mistakes) {
  const auto composite = [](std::string_view uses) {
    return cat("runs: {using: composite, steps: [{uses: ", uses, "}]}\n");
  };
  EXPECT_EQ(found_in(using_it("./a"),
                     {{"a/action.yml", composite("./b")}, {"b/action.yml", composite("./a")}}),
            Found{"action.yml:1:41 action-cycle"});
  Others chain;
  for (int i = 0; i < 11; ++i)
    chain[cat("a", i, "/action.yml")] =
        i == 10 ? "runs: {using: composite, steps: [{run: x, shell: sh}]}\n"
                : composite(cat("./a", i + 1));
  EXPECT_EQ(found_in(using_it("./a1"), chain), Found{});
  EXPECT_EQ(found_in(using_it("./a0"), chain), Found{"action.yml:1:41 unusable-action"});
  EXPECT_EQ(found_in(using_it("./a1", "      - uses: ./a0\n"), chain),
            Found{"action.yml:1:41 unusable-action"});
}

TEST(LocalActions, have_mistakes_that_are_found_without_a_workflow_that_uses_them) {
  const auto found = [](std::string_view text, const Others& others) {
    SourceFile file{"a/action.yml", std::string(text)};
    for (const auto& [path, content] : others) file.others[path] = content;
    Found mistakes;
    for (const Diagnostic& one : check_workflow(file))
      mistakes.push_back(
          cat(one.file, ":", one.position.line, ":", one.position.column, " ", one.rule));
    return mistakes;
  };
  const std::string good =
      "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - run: x\n      shell: "
      "sh\n";
  EXPECT_EQ(found(good, {}), Found{});
  EXPECT_EQ(found(replace_all(good, "      shell: sh\n", ""), {}),
            Found{"a/action.yml:6:7 missing-key"});
  EXPECT_EQ(found(replace_all(good, "    - run: x\n      shell: sh\n", "    - uses: ./a\n"), {}),
            Found{"a/action.yml:6:13 action-cycle"});
  const std::string scripts =
      "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - run: |\n        # "
      "sluice: allow ignored-test-failure it is tried only\n        pytest || true\n        pytest "
      "|| true\n      shell: bash\n    - run: echo ${{ github.event.issue.title }}\n      shell: "
      "sh\n    - {if: \"${{ always() }} == 1\", run: "
      "x, shell: bash}\n";
  EXPECT_EQ(found(scripts, {}),
            (Found{"a/action.yml:9:9 ignored-test-failure", "a/action.yml:11:21 untrusted-input",
                   "a/action.yml:13:12 always-true-if"}));
  const auto bound = GithubLanguage().read({"a/action.yml", good})->bind({}, {}, {});
  ASSERT_FALSE(bound.ok());
  EXPECT_NE(bound.error().message().find("an action is no workflow"), std::string::npos);
}

TEST(LocalActions, of_which_a_thousand_run_more_are_refused) {
  Others others;
  std::string ten = "runs:\n  using: composite\n  steps:\n";
  for (int i = 0; i < 10; ++i) ten += "    - {run: x, shell: sh}\n";
  others["a0/action.yml"] = ten;
  for (int level = 1; level < 6; ++level)
    others[cat("a", level, "/action.yml")] =
        replace_all(ten, "{run: x, shell: sh}", cat("{uses: ./a", level - 1, "}"));
  EXPECT_EQ(found_in(using_it("./a2"), others), Found{});
  EXPECT_FALSE(found_in(using_it("./a5"), others).empty());
}

TEST(LocalActions, are_shown_below_the_step_that_uses_them) {
  BindOptions options;
  options.others = {
      {"a/action.yml", "runs: {using: composite, steps: [{uses: ./b}, {run: two, shell: sh}]}\n"},
      {"b/action.yml", "runs: {using: composite, steps: [{id: x, run: one, shell: sh}]}\n"}};
  const auto bound = bind_workflow(using_it("./a", "      - run: last\n"), options);
  const auto& steps = bound->plan().jobs.front().steps;
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].name, "Run ./a");
  ASSERT_EQ(steps[0].nested.size(), 2u);
  EXPECT_EQ(steps[0].nested[0].nested.at(0).name, "Run one");
  EXPECT_EQ(steps[0].nested[0].nested.at(0).id, "x");
  EXPECT_EQ(steps[0].nested[1].name, "Run two");
  EXPECT_EQ(steps[1].name, "Run last");
}

TEST(LocalActions, input_variables_replace_only_spaces) {
  EXPECT_EQ(input_variable("who-to greet.é"), "INPUT_WHO-TO_GREET.é");
}

}  // namespace
}  // namespace sluice::pipeline::github
