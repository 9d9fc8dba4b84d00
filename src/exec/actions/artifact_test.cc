#include <gtest/gtest.h>

#include "base/strings.h"
#include "exec/actions/artifact_pattern.h"
#include "exec/artifacts.h"
#include "exec/testing/actions_fixture.h"

namespace sluice::exec {
namespace {

using pipeline::Outcome;
using pipeline::StepResult;

class ArtifactActionTest : public ActionsFixture {
 protected:
  ArtifactActionTest() { prepare(); }

  StepResult at(const std::string& version, const std::string& name, const ActionInputs& inputs) {
    return run(uses(name, inputs, version));
  }
  StepResult upload(const ActionInputs& inputs, const std::string& version = "v4") {
    return at(version, "actions/upload-artifact", inputs);
  }
  StepResult download(const ActionInputs& inputs, const std::string& version = "v4") {
    return at(version, "actions/download-artifact", inputs);
  }
  // "name: path=content …" of every artifact, one a line.
  std::string artifacts() {
    const Artifacts all(world_, blobs_, settings_.home / "runs" / spec_.address.run);
    std::string text;
    const auto list = all.list();
    EXPECT_TRUE(list.ok()) << list.error().describe();
    for (const Artifact& artifact : list.value()) {
      text += artifact.name + ":";
      for (const ArtifactFile& file : artifact.files) text += " " + file.path;
      text += "\n";
    }
    return text;
  }
};

TEST_F(ArtifactActionTest, version_3_lets_several_uploads_share_a_name) {
  shell("mkdir a b; echo 1 > a/x; echo 2 > a/y; echo 3 > b/y; echo 4 > b/z");
  const StepResult first = upload({{"name", "all"}, {"path", "a"}}, "v3");
  EXPECT_EQ(upload({{"name", "all"}, {"path", "b"}}, "v3").outcome, Outcome::Succeeded);
  EXPECT_EQ(artifacts(), "all: x y z\n");
  download({{"name", "all"}, {"path", "in"}}, "v3");
  EXPECT_EQ(content("in/x") + content("in/y") + content("in/z"), "1\n3\n4\n");
  const StepResult clash = upload({{"name", "all"}, {"path", "b"}});
  EXPECT_EQ(clash.outcome, Outcome::Failed) << "version 4 never changes what is there";
  EXPECT_EQ(upload({{"name", "all"}, {"path", "b"}, {"overwrite", "true"}}).outcome,
            Outcome::Succeeded);
  EXPECT_EQ(artifacts(), "all: y z\n");
  EXPECT_EQ(upload({{"name", "all"}, {"path", "a"}}, "v3").outcome, Outcome::Failed);
}

TEST_F(ArtifactActionTest, hidden_files_are_taken_as_the_version_did) {
  shell("mkdir -p d/.git; echo 1 > d/a; echo 2 > d/.env; echo 3 > d/.git/c");
  struct Case {
    const char* version;
    const char* hidden;  // "" says nothing
    const char* expected;
  };
  for (const Case& c : std::vector<Case>{{"v4", "", " a"},
                                         {"v4.4.0", "", " a"},
                                         {"v4.3.6", "", " .env .git/c a"},
                                         {"v3", "", " a"},
                                         {"v3.1.3", "", " .env .git/c a"},
                                         {"v4", "true", " .env .git/c a"},
                                         {"v4.3.0", "false", " a"},
                                         {"6027e3dd177782cd8ab9af838c04fd81a07f1d47", "", " a"}}) {
    const std::string name = cat("n", next_);
    upload({{"name", name}, {"path", "d"}, {"include-hidden-files", c.hidden}}, c.version);
    EXPECT_NE(artifacts().find(cat(name, ":", c.expected, "\n")), std::string::npos)
        << c.version << " " << artifacts();
  }
}

TEST_F(ArtifactActionTest, download_chooses_by_name_pattern_and_id) {
  shell("for n in bin-a bin-b doc; do mkdir $n; echo $n > $n/$n.txt; done");
  std::map<std::string, std::string> ids;
  for (const char* name : {"bin-a", "bin-b", "doc"})
    ids[name] = upload({{"name", name}, {"path", name}}).outputs.at("artifact-id");
  const auto got = [&](const std::string& folder) {
    return sh(cat("cd ", (workspace() / folder).string(),
                  " 2>/dev/null && find . -type f | sort | tr '\\n' ' ' || true"));
  };
  download({{"path", "1"}, {"pattern", "bin-*"}});
  EXPECT_EQ(got("1"), "./bin-a/bin-a.txt ./bin-b/bin-b.txt");
  download({{"path", "2"}, {"pattern", "{doc,bin-b}"}, {"merge-multiple", "true"}});
  EXPECT_EQ(got("2"), "./bin-b.txt ./doc.txt");
  download({{"path", "3"}, {"artifact-ids", ids["doc"] + ", " + ids["bin-a"]}});
  EXPECT_EQ(got("3"), "./bin-a/bin-a.txt ./doc/doc.txt");
  download({{"path", "4"}, {"artifact-ids", ids["doc"]}}, "v4");
  EXPECT_EQ(got("4"), "./doc/doc.txt");
  download({{"path", "5"}, {"artifact-ids", ids["doc"]}}, "v5");
  EXPECT_EQ(got("5"), "./doc.txt");
  const StepResult none = download({{"path", "6"}, {"pattern", "nothing*"}});
  EXPECT_EQ(none.outcome, Outcome::Succeeded);
  EXPECT_EQ(none.commands.size(), 1u);
  EXPECT_EQ(download({{"artifact-ids", "17"}}).message, "the run has no artifact with the id 17");
  EXPECT_EQ(download({{"artifact-ids", "x"}}).message, "input 'artifact-ids': 'x' is no number");
  EXPECT_EQ(download({{"artifact-ids", "1"}, {"name", "doc"}}).message,
            "inputs 'name' and 'artifact-ids' cannot be used together");
}

TEST_F(ArtifactActionTest, download_writes_neither_into_the_home_nor_through_a_link) {
  sh("mkdir victim");
  shell(cat("echo m > m; ln -s ", (directory_ / "victim").string(), " lnk; mkdir in; ln -s ",
            (directory_ / "victim").string(), " in/model"));
  upload({{"name", "model"}, {"path", "m"}});
  const std::string home = settings_.home.string();
  for (const std::string& path : {std::string("../../../../../victim"), std::string("../x"),
                                  std::string("lnk"), std::string("lnk/deep"), home + "/keys"}) {
    const StepResult result = download({{"name", "model"}, {"path", path}});
    EXPECT_EQ(result.outcome, Outcome::Failed) << path;
    EXPECT_NE(result.message.find(cat("path '", path, "'")), std::string::npos) << result.message;
  }
  EXPECT_EQ(download({{"path", "in"}}).outcome, Outcome::Failed) << "in/model is a link";
  EXPECT_EQ(sh("ls victim"), "");
  const std::string temp = backend_->place(spec_.address).temp;
  for (const std::string& path :
       {temp + "/got", (directory_ / "elsewhere").string(), workspace().string() + "/absolute"}) {
    EXPECT_EQ(download({{"name", "model"}, {"path", path}}).outcome, Outcome::Succeeded) << path;
    EXPECT_EQ(world_.files.read(os::Path(path) / "m").value(), "m\n");
  }
}

TEST_F(ArtifactActionTest, download_follows_no_link_on_the_way_that_leads_out) {
  sh("mkdir victim; echo old > victim/b; mkdir -p there; ln -s ../victim there/d");
  shell("mkdir -p up/d/e; echo a > up/a; echo b > up/d/b; echo c > up/d/e/c");
  upload({{"name", "tree"}, {"path", "up"}});
  const std::string victim = (directory_ / "victim").string();
  shell(cat("mkdir out deep inner loop; ln -s ", victim, " out/d; mkdir deep/d; ln -s ", victim,
            " deep/d/e; mkdir store; ln -s ../store inner/d; ln -s ", victim, "/none loop/d"));
  for (const std::string& path : {std::string("out"), std::string("deep"), std::string("loop"),
                                  workspace().string() + "/out", (directory_ / "there").string()}) {
    const StepResult result = download({{"name", "tree"}, {"path", path}});
    EXPECT_EQ(result.outcome, Outcome::Failed) << path;
    EXPECT_NE(result.message.find("artifact 'tree'"), std::string::npos) << result.message;
    EXPECT_NE(result.message.find("link"), std::string::npos) << result.message;
  }
  EXPECT_EQ(sh("ls victim; cat victim/b"), "b\nold");
  EXPECT_EQ(sh("ls there"), "d") << "nothing is written before all is checked";
  EXPECT_EQ(download({{"name", "tree"}, {"path", "inner"}}).outcome, Outcome::Succeeded);
  EXPECT_EQ(content("store/b") + content("store/e/c"), "b\nc\n") << "a link inside is followed";
  shell(cat("mkdir file; ln -s ", victim, "/b file/a"));
  EXPECT_EQ(download({{"name", "tree"}, {"path", "file"}}).outcome, Outcome::Succeeded);
  EXPECT_EQ(sh("cat victim/b"), "old") << "a link in the place of a file is replaced";
}

TEST_F(ArtifactActionTest, another_run_of_this_home_can_be_named) {
  shell("echo model > m");
  upload({{"name", "model"}, {"path", "m"}});
  const std::string first = spec_.address.run;
  next_run();
  EXPECT_EQ(download({{"name", "model"}}).outcome, Outcome::Failed);
  EXPECT_EQ(download({{"name", "model"}, {"run-id", first}, {"github-token", "t"}}).outcome,
            Outcome::Succeeded);
  EXPECT_EQ(content("m"), "model\n");
  const StepResult unknown = download({{"run-id", "../../elsewhere"}});
  EXPECT_NE(unknown.message.find("this home has no run"), std::string::npos) << unknown.message;
  pipeline::RunStep step = uses("actions/download-artifact", {{"repository", "other/one"}});
  step.env["GITHUB_REPOSITORY"] = "o/r";
  EXPECT_NE(run(step).message.find("artifacts of another repository"), std::string::npos);
}

TEST_F(ArtifactActionTest, merge_makes_one_of_many) {
  shell("mkdir a b; echo 1 > a/x; echo 2 > b/x; echo 3 > b/.h");
  upload({{"name", "part-a"}, {"path", "a"}});
  upload({{"name", "part-b"}, {"path", "b"}, {"include-hidden-files", "true"}});
  upload({{"name", "other"}, {"path", "a"}});
  const std::string merge = "actions/upload-artifact/merge";
  const StepResult flat = use(merge, {{"pattern", "part-*"}});
  EXPECT_EQ(flat.outputs.at("artifact-digest").size(), 64u);
  EXPECT_NE(artifacts().find("merged-artifacts: x\n"), std::string::npos) << artifacts();
  const StepResult apart = use(merge, {{"name", "both"},
                                       {"pattern", "part-*"},
                                       {"separate-directories", "true"},
                                       {"delete-merged", "true"},
                                       {"include-hidden-files", "true"}});
  EXPECT_EQ(apart.outcome, Outcome::Succeeded) << apart.message;
  EXPECT_EQ(artifacts(), "both: part-a/x part-b/.h part-b/x\nmerged-artifacts: x\nother: x\n");
  EXPECT_EQ(use(merge, {{"pattern", "none-*"}}).message,
            "no artifact of this run fits the pattern 'none-*'");
}

TEST_F(ArtifactActionTest, a_single_file_can_go_under_its_own_name) {
  shell("mkdir d; echo 1 > d/report.html; echo 2 > d/more");
  const StepResult one = upload({{"path", "d/report.html"}, {"archive", "false"}});
  EXPECT_EQ(one.outcome, Outcome::Succeeded) << one.message;
  EXPECT_EQ(artifacts(), "report.html: report.html\n");
  EXPECT_EQ(upload({{"path", "d"}, {"archive", "false"}}).message,
            "archive: false takes exactly one file, found 2");
}

TEST_F(ArtifactActionTest, paths_may_lie_in_the_home_and_numbers_are_checked) {
  pipeline::RunStep step =
      uses("actions/upload-artifact", {{"name", "h"}, {"path", "~/out\n!~/out/*.tmp"}});
  step.env["HOME"] = (directory_ / "user").string();
  sh("mkdir -p user/out; touch user/out/a user/out/b.tmp");
  EXPECT_EQ(run(step).outcome, Outcome::Succeeded);
  EXPECT_EQ(artifacts(), "h: a\n");
  EXPECT_EQ(upload({{"path", "a.txt"}, {"compression-level", "10"}}).message,
            "input 'compression-level': expected a number from 0 to 9, found '10'");
  EXPECT_EQ(upload({{"path", "a.txt"}, {"retention-days", "soon"}}).message,
            "input 'retention-days': expected a number from 0 to 99999, found 'soon'");
}

TEST(artifact_pattern, fits_as_minimatch_does) {
  struct Case {
    const char* pattern;
    const char* name;
    bool fits;
  };
  for (const Case& c : std::vector<Case>{{"*", "a", true},
                                         {"*", ".a", false},
                                         {"a-*", "a-1", true},
                                         {"a-?", "a-10", false},
                                         {"a-[0-9]", "a-7", true},
                                         {"{a,b}-*", "b-1", true},
                                         {"{a,b{1,2}}", "b2", true},
                                         {"{a,b{1,2}}", "b3", false},
                                         {"{a}", "{a}", true},
                                         {"{a", "{a", true},
                                         {"!a*", "b", true},
                                         {"!a*", "a1", false}})
    EXPECT_EQ(fits_pattern(c.pattern, c.name), c.fits) << c.pattern << " " << c.name;
}

}  // namespace
}  // namespace sluice::exec
