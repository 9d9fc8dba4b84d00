#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "base/strings.h"
#include "exec/actions/run_action.h"
#include "exec/actions/version_range.h"
#include "exec/artifacts.h"
#include "exec/testing/actions_fixture.h"
#include "exec/workspace.h"
#include "pipeline/github/schema.h"

namespace sluice::exec {
namespace {

using pipeline::Outcome;
using pipeline::RunStep;
using pipeline::StepResult;

class ActionsTest : public ActionsFixture {};

TEST_F(ActionsTest, checkout_brings_the_commit_and_not_the_edits_without_a_snapshot) {
  sh("cd repo && echo edited > a.txt && echo more > new.txt");
  prepare();
  const StepResult result = use("actions/checkout");
  EXPECT_EQ(result.outcome, Outcome::Succeeded) << result.message;
  EXPECT_EQ(result.outputs.at("commit"), spec_.source.commit);
  EXPECT_EQ(content("a.txt"), "one\n");
  EXPECT_EQ(content("new.txt"), "(missing)");
  EXPECT_EQ(content("link"), "one\n");
  EXPECT_EQ(run(script("git status --porcelain; git branch --show-current; ./run.sh", "s")).outcome,
            Outcome::Succeeded);
}

TEST_F(ActionsTest, checkout_lays_the_captured_edits_over_the_commit) {
  sh("cd repo && echo edited > a.txt && git rm -q --cached d/b.txt && rm -r d && echo 'file' > d "
     "&& "
     "mkdir -p deep/er && printf 'bin\\0ary' > 'deep/er/new file' && chmod 755 'deep/er/new file' "
     "&& "
     "echo x > ignored && rm link && ln -s nowhere link");
  const auto captured = capture_snapshot(world_, directory_ / "repo", directory_ / "snapshot");
  ASSERT_TRUE(captured.ok()) << captured.error().describe();
  EXPECT_EQ(captured.value().changed,
            (std::vector<std::string>{"a.txt", "d", "deep/er/new file", "link"}));
  EXPECT_EQ(captured.value().deleted, (std::vector<std::string>{"d/b.txt"}));
  spec_.source.snapshot = captured.value().folder;
  prepare();
  EXPECT_EQ(use("actions/checkout").outcome, Outcome::Succeeded) << log();
  EXPECT_EQ(content("a.txt"), "edited\n");
  EXPECT_EQ(content("d"), "file\n");
  EXPECT_EQ(content("deep/er/new file"), std::string("bin\0ary", 7));
  EXPECT_EQ(content("ignored"), "(missing)");
  const auto mode = world_.files.stat(workspace() / "deep/er/new file");
  EXPECT_EQ(mode.value().mode & 0777, 0755u);
  EXPECT_EQ(world_.files.read_link(workspace() / "link").value(), "nowhere");
}

TEST_F(ActionsTest, checkout_never_writes_to_the_users_repository_and_shares_no_file_by_name) {
  const std::string before = sh("cd repo && find . -type f | sort | xargs sha256sum | sha256sum");
  prepare();
  EXPECT_EQ(use("actions/checkout").outcome, Outcome::Succeeded);
  run(
      script("git config user.name x; git config user.email y; echo z > a.txt; "
             "git commit -qam z; git push 2>&1 || echo refused; git gc -q --prune=now",
             "s"));
  EXPECT_NE(log().find("refused"), std::string::npos) << log();
  EXPECT_EQ(sh("cd repo && find . -type f | sort | xargs sha256sum | sha256sum"), before);
  EXPECT_EQ(sh("cd repo && git fsck && git log --oneline | wc -l"), "1");
}

TEST_F(ActionsTest, checkout_says_what_the_repository_lacks) {
  spec_.source.commit = std::string(40, 'a');
  prepare();
  const StepResult absent = use("actions/checkout");
  EXPECT_EQ(absent.outcome, Outcome::Failed);
  EXPECT_NE(absent.message.find("has no revision 'aaaa"), std::string::npos) << absent.message;
  const StepResult outside = use("actions/checkout", {{"path", "../elsewhere"}});
  EXPECT_NE(outside.message.find("outside of the workspace"), std::string::npos);
  const StepResult other = use("actions/checkout", {{"repository", "a/b"}});
  EXPECT_NE(other.message.find("checkout of another repository"), std::string::npos);
  sh("git init -q empty");
  const auto empty = capture_snapshot(world_, directory_ / "empty", directory_ / "none");
  ASSERT_FALSE(empty.ok());
  EXPECT_NE(empty.error().message().find("has no commit yet"), std::string::npos);
}

TEST_F(ActionsTest, checkout_follows_no_link_out_of_the_workspace) {
  prepare();
  sh("mkdir -p victim/sub && echo precious > victim/v.txt");
  shell(cat("ln -s ", (directory_ / "victim").string(), " lnk; ln -s ", directory_.path().string(),
            " up; ln -s ", (directory_ / "absent").string(),
            " dangling; mkdir real; ln -s real in"));
  for (const char* path :
       {"lnk", "lnk/", "lnk/sub", "lnk/new", "up/victim", "dangling", "in/../lnk"}) {
    const StepResult result = use("actions/checkout", {{"path", path}});
    EXPECT_EQ(result.outcome, Outcome::Failed) << path;
    EXPECT_NE(result.message.find(cat("path '", path, "'")), std::string::npos) << result.message;
  }
  EXPECT_EQ(sh("cat victim/v.txt; ls victim"), "precious\nsub\nv.txt");
  EXPECT_EQ(use("actions/checkout", {{"path", "in"}}).outcome, Outcome::Succeeded);
  EXPECT_EQ(content("real/a.txt"), "one\n");
}

TEST_F(ActionsTest, inputs_do_what_the_table_of_the_language_says) {
  prepare();
  using pipeline::github::KeyUse;
  std::vector<std::string> names;
  std::size_t tried = 0;
  for (const auto& action : pipeline::github::built_in_actions()) {
    names.emplace_back(action.name);
    const bool looks_for_tools = action.name.starts_with("actions/setup-");
    for (const auto& input : action.inputs) {
      if (looks_for_tools || (input.use != KeyUse::Informs && input.use != KeyUse::Fails)) continue;
      ActionInputs inputs{{std::string(input.name), "true"}, {"path", "x"}, {"key", "k"}};
      RunStep step = uses(std::string(action.name), inputs);
      step.env["GITHUB_REPOSITORY"] = "owner/name";
      const StepResult result = run(step);
      std::string said = result.message;
      for (const auto& command : result.commands) said += command.data;
      EXPECT_EQ(said.find("no effect here") != std::string::npos, input.use == KeyUse::Informs)
          << action.name << " " << input.name << ": " << said;
      EXPECT_EQ(result.outcome == Outcome::Failed, input.use == KeyUse::Fails)
          << action.name << " " << input.name << ": " << said;
      ++tried;
    }
  }
  EXPECT_GT(tried, 7u);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, builtin_action_names());
}

TEST_F(ActionsTest, checkout_takes_no_notice_of_an_earlier_one_that_is_still_writing) {
  prepare();
  const os::Path scratch = backend_->place(spec_.address).temp;
  for (const os::Path& folder : {workspace(), scratch / "clone-of-another"}) {
    ASSERT_TRUE(world_.files.make_directories(folder / ".git").ok());
    ASSERT_TRUE(world_.files.write(folder / ".git" / "config.lock", "half").ok());
  }
  const StepResult result = use("actions/checkout");
  EXPECT_EQ(result.outcome, Outcome::Succeeded) << result.message;
  EXPECT_EQ(content(".git/config.lock"), "(missing)");
  EXPECT_EQ(sh(cat("ls ", scratch.string(), " | grep -c ^clone-")), "1");
  EXPECT_EQ(sh(cat("cd ", workspace().string(), " && git status --porcelain")), "");
}

TEST_F(ActionsTest, an_action_that_ended_is_not_run_again_by_a_new_engine) {
  prepare();
  const RunStep step = uses("actions/checkout");
  StepWatch first = start(step);
  EXPECT_EQ(first.wait_ended().outcome, Outcome::Succeeded);
  ASSERT_TRUE(world_.files.write(workspace() / "later.txt", "made after it").ok());
  open();
  prepare();
  StepWatch again = start(step);
  EXPECT_EQ(again.wait_ended().outputs.at("commit"), spec_.source.commit);
  EXPECT_EQ(again.wait_started().process, first.wait_started().process);
  EXPECT_EQ(content("later.txt"), "made after it");
}

TEST_F(ActionsTest, artifacts_travel_from_job_to_job) {
  prepare();
  run(script("mkdir -p out/sub; echo 1 > out/a; echo 2 > out/sub/b; echo h > out/.hidden", "s"));
  const StepResult up = use("actions/upload-artifact", {{"name", "model"}, {"path", "out"}});
  ASSERT_EQ(up.outcome, Outcome::Succeeded) << up.message;
  EXPECT_EQ(up.outputs.at("artifact-digest").size(), 64u);
  EXPECT_EQ(use("actions/download-artifact", {{"name", "model"}, {"path", "in"}}).outcome,
            Outcome::Succeeded);
  EXPECT_EQ(content("in/a"), "1\n");
  EXPECT_EQ(content("in/sub/b"), "2\n");
  EXPECT_EQ(content("in/.hidden"), "(missing)");
  use("actions/download-artifact", {{"path", "all"}});
  EXPECT_EQ(content("all/model/sub/b"), "2\n");
}

TEST_F(ActionsTest, paths_in_an_artifact_start_where_the_search_did) {
  prepare();
  run(script("mkdir -p x/y x/z; echo 1 > x/y/1.txt; echo 2 > x/z/2.txt; echo 3 > x/z/3.log", "s"));
  struct Case {
    const char* path;
    std::vector<std::string> expected;
  };
  const std::vector<Case> cases{{"x/y/1.txt", {"1.txt"}},
                                {"x/**/*.txt", {"y/1.txt", "z/2.txt"}},
                                {"x/y\nx/z\n!x/**/*.log", {"y/1.txt", "z/2.txt"}},
                                {"./x/z/*", {"2.txt", "3.log"}}};
  for (const Case& c : cases) {
    const std::string name = cat("artifact-", next_);
    EXPECT_EQ(use("actions/upload-artifact", {{"path", c.path}, {"name", name}}).outcome,
              Outcome::Succeeded);
    const Artifacts artifacts(world_, blobs_, directory_ / "home/runs/01run");
    const auto artifact = artifacts.find(name);
    ASSERT_TRUE(artifact.ok()) << artifact.error().describe();
    std::vector<std::string> paths;
    for (const ArtifactFile& file : artifact.value().files) paths.push_back(file.path);
    EXPECT_EQ(paths, c.expected) << c.path;
  }
}

TEST_F(ActionsTest, an_artifact_cannot_be_changed_unless_asked) {
  prepare();
  run(script("echo 1 > a; echo 2 > b", "s"));
  EXPECT_EQ(use("actions/upload-artifact", {{"name", "x"}, {"path", "a"}}).outcome,
            Outcome::Succeeded);
  const StepResult again = use("actions/upload-artifact", {{"name", "x"}, {"path", "b"}});
  EXPECT_EQ(again.outcome, Outcome::Failed);
  EXPECT_NE(again.message.find("uploaded by build/step-0"), std::string::npos) << again.message;
  EXPECT_EQ(
      use("actions/upload-artifact", {{"name", "x"}, {"path", "b"}, {"overwrite", "true"}}).outcome,
      Outcome::Succeeded);
}

TEST_F(ActionsTest, upload_names_what_it_did_not_find) {
  prepare();
  const StepResult warned = use("actions/upload-artifact", {{"path", "no/*.whl"}});
  EXPECT_EQ(warned.outcome, Outcome::Succeeded);
  ASSERT_EQ(warned.commands.size(), 1u);
  EXPECT_EQ(
      use("actions/upload-artifact", {{"path", "no"}, {"if-no-files-found", "error"}}).outcome,
      Outcome::Failed);
  run(script("echo 1 > there", "s"));
  const StepResult bad = use("actions/upload-artifact", {{"path", "there"}, {"name", "a/b"}});
  EXPECT_NE(bad.message.find("the artifact name 'a/b' must not hold '/'"), std::string::npos)
      << bad.message;
  EXPECT_EQ(use("actions/download-artifact", {{"name", "nope"}}).message,
            "this run has no artifact 'nope'; it has none");
}

TEST_F(ActionsTest, hashes_files_as_github_does) {
  prepare();
  run(script("printf a > x.lock; mkdir s; printf b > s/x.lock", "s"));
  const auto hash = [&](const std::string& pattern) {
    std::promise<std::string> promise;
    backend_->hash_files(spec_.address, {"h", {pattern}, false}, [&](Result<std::string> result) {
      promise.set_value(std::move(result).value_or("error"));
    });
    return promise.get_future().get();
  };
  EXPECT_EQ(hash("nothing*"), "");
  EXPECT_EQ(
      hash("**/*.lock"),
      sh("(printf b | openssl dgst -sha256 -binary; printf a | openssl dgst -sha256 -binary) | "
         "openssl dgst -sha256 -r | cut -c1-64"));
  const std::string one =
      sh("printf a | openssl dgst -sha256 -binary | "
         "openssl dgst -sha256 -r | cut -c1-64");
  const std::string workspace = backend_->place(spec_.address).workspace;
  EXPECT_EQ(hash(workspace + "/x.lock"), one);
  EXPECT_EQ(hash("**/*.lock\n!" + workspace + "/s/**"), one);
  EXPECT_EQ(hash("/**/workspace/x.lock"), one);
  EXPECT_EQ(hash("x.lock\n/etc/passwd\n~/.bashrc"), one);
  EXPECT_EQ(hash("/etc/passwd"), "");
  EXPECT_EQ(hash("~/.bashrc"), "");
  EXPECT_EQ(hash("../x.lock"), "error");
}

TEST_F(ActionsTest, an_unknown_action_is_named) {
  prepare();
  EXPECT_EQ(use("actions/chekout").message,
            "there is no built-in action 'actions/chekout', did you mean 'actions/checkout'?");
}

TEST(version_range, reads_what_people_write) {
  struct Case {
    const char* range;
    const char* inside;
    const char* outside;
  };
  for (const Case& c : std::vector<Case>{{"3.11", "3.11.9", "3.12.0"},
                                         {"3.x", "3.99.0", "4.0.0"},
                                         {">=3.9 <3.12", "3.11.4", "3.12.0"},
                                         {">= 3.9", "3.13.0", "3.8.9"},
                                         {"^18.2", "18.9.0", "19.0.0"},
                                         {"~20.1", "20.1.7", "20.2.0"},
                                         {"18 || 20", "20.4.0", "19.0.0"},
                                         {"3.9 - 3.11", "3.11.9", "3.12.0"},
                                         {">3.9", "3.10.0", "3.9.5"}}) {
    const auto range = VersionRange::parse(c.range);
    ASSERT_TRUE(range.ok()) << c.range;
    EXPECT_TRUE(range.value().contains(*parse_version(c.inside))) << c.range;
    EXPECT_FALSE(range.value().contains(*parse_version(c.outside))) << c.range;
  }
  EXPECT_FALSE(VersionRange::parse("pypy3.9").ok());
}

}  // namespace
}  // namespace sluice::exec
