#include "app/repository.h"

#include <gtest/gtest.h>

#include "app/trigger.h"
#include "os/testing/temporary_directory.h"
#include "os/testing/test_world.h"

namespace sluice::app {
namespace {

// A real repository in a temporary folder.
class Scratch {
 public:
  Scratch() {
    git({"init", "-q", "-b", "main"});
    write("a.txt", "1");
    git({"add", "-A"});
    commit("first");
  }

  void git(std::vector<std::string> arguments) {
    os::ProcessSpec spec;
    spec.argv = {"git", "-C", path().string(), "-c", "user.name=Ana", "-c", "user.email=a@b"};
    spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
    spec.env = {{"PATH", "/usr/bin:/bin"}, {"HOME", path().string()}};
    const auto run = world().processes.run(spec);
    ASSERT_TRUE(run.ok() && run->status.ok()) << arguments[0] << run->error_output;
  }
  void commit(const std::string& message) { git({"commit", "-q", "-m", message}); }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(world().files.write(path() / name, text).ok());
  }
  os::World world() { return world_.world(); }
  os::Path path() const { return folder_.path(); }
  Repository open() { return Repository::open(world(), path()).value(); }

 private:
  os::TestWorld world_;
  os::TemporaryDirectory folder_;
};

TEST(RepositoryTest, KnowsHeadBranchAndName) {
  Scratch scratch;
  scratch.git({"remote", "add", "origin", "git@example.org:shop/demand.git"});
  const Repository repository = scratch.open();
  EXPECT_EQ(repository.facts().branch, "main");
  EXPECT_EQ(repository.facts().head.size(), 40u);
  EXPECT_EQ(repository.facts().name, "shop/demand");
  EXPECT_EQ(repository.facts().message, "first");
}

TEST(RepositoryTest, AFolderWithoutCommitOrRepositoryIsRefusedWithTheWayOut) {
  os::TestWorld world;
  os::TemporaryDirectory folder;
  const auto none = Repository::open(world.world(), folder.path());
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), ErrorCode::NotFound);
  EXPECT_NE(none.error().message().find("git init"), std::string::npos);
}

TEST(RepositoryTest, APushBringsWhatChangedSinceTheCommitBeforeAndTheEdits) {
  Scratch scratch;
  EXPECT_EQ(scratch.open().changes_of_push(Edits::Include)->files,
            (std::vector<std::string>{"a.txt"}));
  scratch.write("b.txt", "2");
  scratch.git({"add", "-A"});
  scratch.commit("second");
  scratch.write("new.txt", "3");
  const Repository repository = scratch.open();
  EXPECT_EQ(repository.changes_of_push(Edits::CommittedOnly)->files,
            (std::vector<std::string>{"b.txt"}));
  EXPECT_EQ(repository.changes_of_push(Edits::Include)->files,
            (std::vector<std::string>{"b.txt", "new.txt"}));
}

TEST(RepositoryTest, APullRequestIsComparedWithTheMergeBase) {
  Scratch scratch;
  scratch.git({"checkout", "-q", "-b", "topic"});
  scratch.write("t.txt", "t");
  scratch.git({"add", "-A"});
  scratch.commit("topic");
  const Repository repository = scratch.open();
  const Changes changes = repository.changes_of_pull_request("main", Edits::CommittedOnly).value();
  EXPECT_EQ(changes.files, (std::vector<std::string>{"t.txt"}));
  EXPECT_EQ(repository.changes_of_pull_request("nowhere", Edits::Include).error().code(),
            ErrorCode::NotFound);
}

TEST(TriggerTest, MakesTheEventOfAPullRequest) {
  Scratch scratch;
  scratch.git({"checkout", "-q", "-b", "topic"});
  TriggerRequest request;
  request.event = "pull_request";
  const auto event = make_trigger(scratch.open(), request).value();
  EXPECT_EQ(event.ref, "refs/pull/1/merge");
  EXPECT_EQ(event.base_ref, "main");
  EXPECT_EQ(event.head_ref, "topic");
  EXPECT_EQ(event.action, "synchronize");
}

TEST(TriggerTest, AnUnknownEventIsAnsweredWithTheNearest) {
  Scratch scratch;
  TriggerRequest request;
  request.event = "pul_request";
  const auto event = make_trigger(scratch.open(), request);
  ASSERT_FALSE(event.ok());
  EXPECT_NE(event.error().message().find("did you mean 'pull_request'?"), std::string::npos);
}

}  // namespace
}  // namespace sluice::app
