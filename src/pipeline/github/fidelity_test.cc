#include "pipeline/github/fidelity.h"

#include <gtest/gtest.h>

#include <set>

#include "base/strings.h"
#include "pipeline/github/language_features.h"
#include "pipeline/github/local_action.h"
#include "pipeline/github/schema_walk.h"
#include "pipeline/github/testing/workflows.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

using Lines = std::vector<std::string>;

Fidelity rate(const SourceFile& file) {
  Result<Fidelity> rated = rate_workflows({file});
  EXPECT_TRUE(rated.ok());
  return rated.ok() ? std::move(rated).value() : Fidelity{};
}

// "jobs.<job_id>.container 4:5 x1 not honoured: refused …" of what is not just honoured.
Lines remarkable(const Fidelity& fidelity) {
  Lines lines;
  for (const Feature& feature : fidelity.features) {
    if (feature.rating == Rating::Honoured) continue;
    const TextPosition at = feature.places.front().position;
    lines.push_back(cat(feature.name, " ", at.line, ":", at.column, " x", feature.places.size(),
                        " ", to_string(feature.rating), ": ", feature.remark));
  }
  return lines;
}

const Feature* find(const Fidelity& fidelity, std::string_view name) {
  for (const Feature& feature : fidelity.features)
    if (feature.name == name) return &feature;
  return nullptr;
}

// Keys of which the reader says that they are not simply honoured.
std::size_t remarks_of_reader(const std::vector<Diagnostic>& diagnostics) {
  return static_cast<std::size_t>(
      std::count_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& found) {
        return found.rule == "not-enforced" || found.rule == "unsupported-key";
      }));
}

// The smallest file that has the key: "{jobs: {j: {steps: [{run: x}]}}}".
std::string file_with(std::string_view path) {
  std::string text = "x";
  std::vector<std::string_view> parts = split(path, '.');
  for (; !parts.empty(); parts.pop_back()) {
    std::string_view name = parts.back();
    const bool item = name.ends_with("[*]");
    if (item) {
      name.remove_suffix(3);
      text = cat("[", text, "]");
    }
    if (name == "<event>") name = "push";
    text = cat("{", name.starts_with('<') ? "a" : name, ": ", text, "}");
  }
  return text;
}

TEST(Fidelity, every_key_is_rated_as_the_reader_treats_it) {
  for (const KeyVisit& key : all_keys(workflow_rule())) {
    // What stands under an event of which something is said has nothing to say of its own.
    const bool under_schedule = key.path.starts_with("on.schedule");
    const bool rated = rating_of(key.use) != Rating::Honoured || under_schedule;
    const ReadWorkflow read = read_workflow(workflow_file(file_with(key.path)));
    EXPECT_EQ(remarks_of_reader(read.diagnostics) > 0, rated) << file_with(key.path);
  }
}

TEST(Fidelity, every_event_is_rated_as_the_reader_treats_it) {
  for (const EventRule& event : event_rules()) {
    const std::string text = cat("{on: ", event.name, ", jobs: {}}");
    const ReadWorkflow read = read_workflow(workflow_file(text));
    EXPECT_EQ(remarks_of_reader(read.diagnostics) > 0, rating_of(event.use) != Rating::Honoured)
        << event.name;
    const Fidelity fidelity = rate(workflow_file(text));
    const Feature* feature = find(fidelity, cat("on.", event.name));
    ASSERT_NE(feature, nullptr) << event.name;
    EXPECT_EQ(feature->rating, rating_of(event.use)) << event.name;
  }
}

constexpr const char* kNotHonoured = R"(on: [push, schedule, release]
permissions: {contents: read}
jobs:
  contained: {runs-on: linux, container: {image: python}, steps: [{run: x}]}
  served:
    runs-on: [self-hosted, gpu]
    services: {db: {image: postgres, ports: [80]}}
    environment: {name: prod, url: x}
    steps:
      - uses: owner/action@v1
      - uses: docker://alpine
  legs:
    strategy: {matrix: {os: [ubuntu-22.04, windows-2022]}}
    runs-on: ${{ matrix.os }}
    snapshot: image
    steps: [{run: x}]
  grouped: {runs-on: {group: large}, steps: [{run: x}]}
  far: {uses: owner/repository/.github/workflows/x.yml@v1}
  mac: {runs-on: macos-14, steps: [{run: x}]}
)";

TEST(Fidelity, what_the_reader_says_is_not_honoured_is_never_rated_honoured) {
  const SourceFile file = workflow_file(kNotHonoured);
  const Fidelity fidelity = rate(file);
  std::set<std::string> rules;
  for (const Diagnostic& found : read_workflow(file).diagnostics) {
    if (found.severity >= Severity::Warning) continue;
    rules.insert(found.rule);
    const bool rated =
        std::any_of(fidelity.features.begin(), fidelity.features.end(), [&](const Feature& one) {
          if (one.rating == Rating::Honoured) return false;
          if (one.kind == FeatureKind::Runner)
            return found.message.find(cat("'", one.name, "'")) != std::string::npos;
          return std::any_of(one.places.begin(), one.places.end(), [&](const FeaturePlace& place) {
            return place.position == found.position;
          });
        });
    EXPECT_TRUE(rated) << to_string(found);
  }
  EXPECT_EQ(rules,
            (std::set<std::string>{"approximated-runner", "not-enforced", "unavailable-runner",
                                   "unsupported-action", "unsupported-call", "unsupported-key"}));
}

TEST(Fidelity, rates_keys_actions_inputs_and_runners_where_they_stand) {
  EXPECT_EQ(remarkable(rate(workflow_file(R"(on: push
jobs:
  a:
    runs-on: ubuntu-latest
    frob: 1
    steps:
      - uses: actions/checkout@v4
        with: {lfs: true, submodules: false, fetch-depth: 0}
      - uses: actions/setup-python@v5
        with: {python-version: '3.12', cache: pip}
      - parallel: [{uses: owner/action@v1}, {run: b, shell: cmd}]
  b: {runs-on: '${{ inputs.r }}', steps: [{run: x}]}
  c: {runs-on: ubuntu-latest, steps: [{run: x}]}
)"))),
            (Lines{
                "jobs.<job_id>.frob 5:5 x1 not honoured: refused before the run: there is no such "
                "key",
                "jobs.<job_id>.steps[*].parallel[*].shell: cmd 11:54 x1 not honoured: the step "
                "fails when it is reached: exists on Windows only",
                "actions/checkout@v4 with: lfs 8:16 x1 not honoured: the step fails when it is "
                "reached: run git lfs pull in a step",
                "actions/setup-python@v5 9:15 x1 approximated: an installed version that fits; "
                "nothing is downloaded",
                "actions/setup-python@v5 with: cache 10:40 x1 not honoured: noted: pip's own cache "
                "of this machine serves",
                "owner/action@v1 11:27 x1 not honoured: refused before the run: there is no such "
                "built-in action",
                "ubuntu-latest 4:14 x2 approximated: this host and what is installed on it",
                "${{ inputs.r }} 12:16 x1 approximated: known when the job starts: of Linux this "
                "host, of another system refused",
            }));
}

TEST(Fidelity, counts_what_is_used_often_once) {
  const Fidelity fidelity =
      rate(workflow_file("on: push\njobs:\n  a: {runs-on: linux, steps: [{run: x}, {run: y}]}\n"));
  EXPECT_EQ(fidelity.count(FeatureKind::Key), 6u);
  EXPECT_EQ(fidelity.count(FeatureKind::Key, Rating::Honoured), 6u);
  EXPECT_EQ(fidelity.count(Rating::NotHonoured), 0u);
  ASSERT_NE(find(fidelity, "jobs.<job_id>.steps[*].run"), nullptr);
  EXPECT_EQ(find(fidelity, "jobs.<job_id>.steps[*].run")->places.size(), 2u);
}

TEST(Fidelity, follows_called_workflows_and_local_actions_once) {
  SourceFile file = workflow_file(R"(on: push
jobs:
  a: {runs-on: linux, steps: [{uses: ./act}, {uses: ./act}, {uses: ./boxed}]}
  b: {uses: ./.github/workflows/called.yml}
  c: {uses: ./.github/workflows/called.yml, concurrency: other}
)");
  file.others[".github/workflows/called.yml"] =
      "on: workflow_call\nconcurrency: mine\njobs:\n"
      "  d: {runs-on: linux, services: {s: {image: x}}, steps: [{uses: ./act}]}\n";
  file.others["act/action.yml"] = "name: a\nruns: {using: node20, main: a.js}\n";
  file.others["boxed/action.yml"] = "name: b\nruns: {using: docker, image: x}\n";
  const Fidelity fidelity = rate(file);
  EXPECT_EQ(fidelity.files, (Lines{file.path, ".github/workflows/called.yml", "act/action.yml",
                                   "boxed/action.yml"}));
  const Feature* services = find(fidelity, "jobs.<job_id>.services");
  ASSERT_NE(services, nullptr);
  EXPECT_EQ(services->places.front().file, ".github/workflows/called.yml");
  std::string remarks;
  for (const Diagnostic& one : check_workflow(file)) remarks += one.message + "\n";
  EXPECT_NE(remarks.find("job 'c' is in the concurrency group 'other' and what it calls in 'mine'"),
            std::string::npos)
      << remarks;
  std::vector<Rating> calls;
  std::vector<Rating> runtimes;
  for (const Feature& feature : fidelity.features) {
    if (feature.name == "./.github/workflows/called.yml") calls.push_back(feature.rating);
    if (feature.name == "action: runs.using") runtimes.push_back(feature.rating);
  }
  EXPECT_EQ(calls, (std::vector{Rating::Honoured, Rating::NotHonoured}));
  EXPECT_EQ(runtimes, (std::vector{Rating::Approximated, Rating::NotHonoured}));
}

TEST(Fidelity, a_file_that_is_no_yaml_is_an_error_with_its_place) {
  const auto rated = rate_workflows({workflow_file("on: [push\njobs: {")});
  ASSERT_FALSE(rated.ok());
  EXPECT_EQ(rated.error().code(), ErrorCode::InvalidInput);
  EXPECT_NE(rated.error().message().find(".yml:"), std::string::npos);
}

TEST(Fidelity, mistakes_are_told_apart_from_what_is_not_honoured) {
  const Fidelity fidelity = rate(workflow_file("on: push\njobs: {a: {needs: b}}\n"));
  EXPECT_GE(fidelity.errors.size(), 2u);
  EXPECT_EQ(fidelity.count(Rating::NotHonoured), 0u);
  for (const char* odd : {"", "[]", "x", "on: {push: [1]}", "jobs: [a]", "on: 1\njobs: {a: 1}"})
    EXPECT_TRUE(rate_workflows({workflow_file(odd)}).ok()) << odd;
}

Lines names_of(LanguagePart part) {
  Lines names;
  for (const LanguageFeature& feature : language_features())
    if (feature.part == part) names.push_back(feature.name);
  return names;
}

TEST(LanguageFeatures, hold_every_context_and_function_that_a_place_allows) {
  const Lines contexts = names_of(LanguagePart::Context);
  const Lines functions = names_of(LanguagePart::Function);
  const Scopes scopes = make_scopes();
  for (const ExpressionScope* scope :
       {&scopes.run_name, &scopes.job_if, &scopes.outputs, &scopes.call_output, &scopes.step_if,
        &scopes.action_post_if}) {
    for (const std::string& name : scope->contexts)
      EXPECT_NE(std::find(contexts.begin(), contexts.end(), name), contexts.end()) << name;
    for (const FunctionSpec& function : scope->functions)
      EXPECT_NE(std::find(functions.begin(), functions.end(), function.name), functions.end())
          << function.name;
  }
}

TEST(LanguageFeatures, hold_the_files_that_a_step_is_given) {
  const auto run = run_workflow("on: push\njobs: {a: {runs-on: linux, steps: [{run: x}]}}\n");
  Lines given;
  for (const CollectedFile& file : run_step_of(run, "a", 0).collected_files)
    given.push_back(file.variable);
  EXPECT_EQ(names_of(LanguagePart::CommandFile), given);
}

TEST(LanguageFeatures, say_how_for_everything_that_is_not_just_honoured) {
  for (const LanguageFeature& feature : language_features())
    EXPECT_EQ(rating_remark(feature.use, feature.remark).empty(),
              rating_of(feature.use) == Rating::Honoured)
        << feature.name;
}

}  // namespace
}  // namespace sluice::pipeline::github
