#include <gtest/gtest.h>

#include "base/strings.h"
#include "exec/actions/version_file.h"
#include "exec/testing/actions_fixture.h"

namespace sluice::exec {
namespace {

using pipeline::Outcome;
using pipeline::StepResult;

// Machines of which nothing is known but what the test puts there.
class SetupTest : public ActionsFixture {
 protected:
  SetupTest() {
    prepare();
    for (const char* version : {"18.19.0", "20.11.1", "21.0.0"})
      install(cat("user/.nvm/versions/node/v", version, "/bin/node"), cat("v", version));
    sh("cd user/.nvm/versions/node && touch v20.11.1/bin/npm && chmod +x v20.11.1/bin/npm");
  }

  // A program that says which version it is and where, as the real ones are asked to.
  void install(const std::string& program, const std::string& version) {
    const std::string path = (directory_ / program).string();
    sh(cat("mkdir -p \"$(dirname ", path, ")\" && printf '#!/bin/sh\\necho ", version, "; echo ",
           path, "\\n' > ", path, " && chmod +x ", path));
  }
  StepResult setup_node(const ActionInputs& inputs) {
    pipeline::RunStep step = uses("actions/setup-node", inputs);
    step.env = {{"HOME", (directory_ / "user").string()}, {"PATH", (directory_ / "bin").string()}};
    return run(step);
  }
};

TEST_F(SetupTest, node_is_the_highest_installed_version_that_fits) {
  struct Case {
    const char* wanted;
    const char* expected;
  };
  for (const Case& c : std::vector<Case>{{"18", "v18.19.0"},
                                         {"v20.x", "v20.11.1"},
                                         {">=18 <21", "v20.11.1"},
                                         {"lts/*", "v20.11.1"},
                                         {"latest", "v21.0.0"},
                                         {"", "v21.0.0"}}) {
    const StepResult result = setup_node({{"node-version", c.wanted}});
    ASSERT_EQ(result.outcome, Outcome::Succeeded) << result.message;
    EXPECT_EQ(result.outputs.at("node-version"), c.expected) << c.wanted;
    EXPECT_EQ(result.outputs.at("cache-hit"), "false");
  }
}

TEST_F(SetupTest, node_comes_first_on_the_path_of_later_steps_with_what_belongs_to_it) {
  const StepResult result = setup_node({{"node-version", "20"}});
  ASSERT_EQ(result.path_additions.size(), 1u);
  pipeline::RunStep step = script("node; command -v npm", "later");
  step.step = next_++;
  step.path_prefix = result.path_additions;
  EXPECT_EQ(run(step).outcome, Outcome::Succeeded);
  EXPECT_TRUE(log(step.step).starts_with("v20.11.1\n")) << log(step.step);
  EXPECT_NE(log(step.step).find(result.path_additions[0] + "/npm"), std::string::npos);
}

TEST_F(SetupTest, node_reads_the_version_from_a_file_and_says_what_has_no_effect) {
  shell("printf '{\"engines\": {\"node\": \"^18.1\"}}' > package.json");
  const StepResult result = setup_node(
      {{"node-version-file", "package.json"}, {"cache", "npm"}, {"check-latest", "false"}});
  EXPECT_EQ(result.outputs.at("node-version"), "v18.19.0");
  ASSERT_EQ(result.commands.size(), 1u);
  EXPECT_EQ(result.commands[0].data,
            "input 'cache' has no effect here: npm's own cache of this machine serves");
  EXPECT_NE(setup_node({{"node-version-file", "none"}}).message.find("input 'node-version-file'"),
            std::string::npos);
}

TEST_F(SetupTest, a_version_that_is_not_installed_is_named_with_those_that_are) {
  const StepResult result = setup_node({{"node-version", "16"}});
  EXPECT_EQ(result.outcome, Outcome::Failed);
  EXPECT_TRUE(result.message.starts_with("no installed node fits '16'; installed: 21.0.0 ("))
      << result.message;
  EXPECT_EQ(setup_node({{"node-version", "newest"}}).outcome, Outcome::Failed);
}

// The machine's own Python, so that its environments are real ones.
class SetupPythonTest : public ActionsFixture {
 protected:
  SetupPythonTest() { prepare(); }
  StepResult setup_python(const ActionInputs& inputs) {
    pipeline::RunStep step = uses("actions/setup-python", inputs);
    step.env = {{"HOME", (directory_ / "user").string()}, {"PATH", "/usr/local/bin:/usr/bin"}};
    return run(step);
  }
};

TEST_F(SetupPythonTest, python_lives_in_an_environment_of_the_jobs_own) {
  const StepResult result = setup_python({{"python-version", "3.x"}});
  ASSERT_EQ(result.outcome, Outcome::Succeeded) << result.message;
  pipeline::RunStep step = script("python -c 'import sys; print(sys.prefix)'", "s");
  step.step = next_++;
  step.path_prefix = result.path_additions;
  run(step);
  EXPECT_EQ(log(step.step), result.environment.at("pythonLocation") + "\n");
  EXPECT_EQ(result.outputs.at("python-path"),
            result.environment.at("pythonLocation") + "/bin/python");
  const StepResult none = setup_python({{"python-version", "2.6"}});
  EXPECT_EQ(none.outcome, Outcome::Failed);
  EXPECT_TRUE(none.message.starts_with("no installed python fits '2.6'; installed: 3."))
      << none.message;
}

TEST_F(SetupPythonTest, the_environment_of_later_steps_stays_when_asked) {
  const StepResult result = setup_python({{"update-environment", "false"}, {"cache", "pip"}});
  EXPECT_EQ(result.outcome, Outcome::Succeeded) << result.message;
  EXPECT_TRUE(result.path_additions.empty() && result.environment.empty());
  ASSERT_EQ(result.commands.size(), 2u);
  EXPECT_EQ(result.commands[0].data,
            "input 'cache' has no effect here: pip's own cache of this machine serves");
  EXPECT_NE(result.commands[1].data.find("taking any Python"), std::string::npos);
}

TEST_F(SetupPythonTest, a_file_of_the_workspace_says_the_version_when_no_input_does) {
  shell("echo 2.6 > .python-version");
  const StepResult result = setup_python({});
  EXPECT_TRUE(result.message.starts_with("no installed python fits '2.6'")) << result.message;
}

TEST(version_file, each_kind_of_file_is_read_in_its_own_way) {
  struct Case {
    VersionedTool tool;
    const char* name;
    const char* text;
    const char* expected;  // "" none
  };
  constexpr auto kPython = VersionedTool::Python;
  constexpr auto kNode = VersionedTool::Node;
  for (const Case& c : std::vector<Case>{
           {kPython, ".python-version", "# ours\n3.11.2  # fixed\n", "3.11.2"},
           {kPython, "sub/.tool-versions", "nodejs 20.1\npython 3.12.1 3.11\n", "3.12.1"},
           {kPython, "pyproject.toml",
            "[tool.x]\nrequires-python = \"no\"\n[project]\n"
            "requires-python = \">=3.9,<3.12\" # c\n",
            ">=3.9,<3.12"},
           {kPython, "pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.10'\n", "^3.10"},
           {kPython, "pyproject.toml", "[project]\nname = \"x\"\n", ""},
           {kPython, "Pipfile", "[requires]\npython_version = \"3.8\"\n", "3.8"},
           {kNode, ".nvmrc", "v20.11\n", "v20.11"},
           {kNode, ".tool-versions", "python 3.12\nnodejs 20.1.0\n", "20.1.0"},
           {kNode, "package.json", R"({"volta": {"node": "18.1.0"}, "engines": {"node": "20"}})",
            "18.1.0"},
           {kNode, "package.json",
            R"({"devEngines": {"runtime": {"name": "node", "version": "22"}}})", "22"},
           {kNode, "package.json", R"({"name": "x"})", ""},
           {kNode, "package.json", "{", ""},
           {kNode, ".nvmrc", "\n# nothing\n", ""}}) {
    auto found = version_in_file(c.tool, c.name, c.text);
    EXPECT_EQ(found.ok(), *c.expected != 0) << c.name << c.text;
    EXPECT_EQ(std::move(found).value_or(""), c.expected) << c.name << c.text;
  }
}

}  // namespace
}  // namespace sluice::exec
