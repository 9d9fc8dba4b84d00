#include "app/repository.h"

#include <gtest/gtest.h>

#include <atomic>

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

// Counts the children that were started through it.
class CountingProcesses final : public os::Processes {
 public:
  explicit CountingProcesses(os::Processes& real) : real_(real) {}
  int started() const { return started_; }

  Result<std::unique_ptr<os::Process>> spawn(const os::ProcessSpec& spec) override {
    ++started_;
    return real_.spawn(spec);
  }
  Result<os::CapturedRun> run(const os::ProcessSpec& spec, const os::RunLimits& limits,
                              const CancellationToken& cancel) override {
    ++started_;
    return real_.run(spec, limits, cancel);
  }
  std::optional<os::ProcessIdentity> identify(pid_t pid) const override {
    return real_.identify(pid);
  }
  bool signal(const os::ProcessIdentity& process, int signal) override {
    return real_.signal(process, signal);
  }

 private:
  os::Processes& real_;
  std::atomic<int> started_ = 0;
};

TEST(RepositoryTest, AsksGitThreeTimesForWhatItIsAndTwiceForWhatChanged) {
  Scratch scratch;
  scratch.write("a.txt", "2");
  scratch.git({"commit", "-q", "-a", "-m", "second"});
  const os::World real = scratch.world();
  CountingProcesses processes(real.processes);
  const os::World world{real.clock, real.timers, real.files,      real.locks,
                        processes,  real.random, real.environment};
  const Repository repository = Repository::open(world, scratch.path()).value();
  EXPECT_EQ(processes.started(), 3);
  EXPECT_EQ(repository.changes_of_push(Edits::Include)->files, (std::vector<std::string>{"a.txt"}));
  EXPECT_EQ(processes.started(), 5);
}

TEST(RepositoryTest, ReadsManyCommittedFilesWithOneQuestion) {
  Scratch scratch;
  scratch.write("a.txt", "committed\n");
  scratch.write("b c.txt", "");
  scratch.git({"add", "--all"});
  scratch.git({"commit", "-q", "-m", "second"});
  scratch.write("a.txt", "edited");
  const os::World real = scratch.world();
  CountingProcesses processes(real.processes);
  const os::World world{real.clock, real.timers, real.files,      real.locks,
                        processes,  real.random, real.environment};
  const Repository repository = Repository::open(world, scratch.path()).value();
  const auto texts = repository.read_all_at(repository.facts().head, {"a.txt", "b c.txt"});
  EXPECT_EQ(texts, (std::map<std::string, std::string>{{"a.txt", "committed\n"}, {"b c.txt", ""}}));
  EXPECT_EQ(processes.started(), 4);
  EXPECT_TRUE(repository.read_all_at(repository.facts().head, {"missing"}).empty());
}

TEST(RepositoryTest, TheDefaultBranchIsThatOfOriginElseMainOrMasterElseTheCurrentOne) {
  Scratch scratch;
  scratch.git({"checkout", "-q", "-b", "topic"});
  EXPECT_EQ(scratch.open().facts().default_branch, "main");
  scratch.git({"branch", "-q", "-m", "main", "master"});
  EXPECT_EQ(scratch.open().facts().default_branch, "master");
  scratch.git({"branch", "-q", "-D", "master"});
  EXPECT_EQ(scratch.open().facts().default_branch, "topic");
  scratch.git({"checkout", "-q", "--detach"});
  EXPECT_EQ(scratch.open().facts().branch, "");
  EXPECT_EQ(scratch.open().facts().default_branch, "main");
  scratch.git({"update-ref", "refs/remotes/origin/team/next", "HEAD"});
  scratch.git({"symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/team/next"});
  EXPECT_EQ(scratch.open().facts().default_branch, "team/next");
}

TEST(RepositoryTest, APushIsComparedWithWhereItLeftTheUpstream) {
  Scratch scratch;
  scratch.git({"update-ref", "refs/remotes/origin/main", "HEAD"});
  scratch.git({"remote", "add", "origin", "git@example.org:shop/demand.git"});
  scratch.git({"config", "branch.main.remote", "origin"});
  scratch.git({"config", "branch.main.merge", "refs/heads/main"});
  for (const char* name : {"b.txt", "c.txt"}) {
    scratch.write(name, "2");
    scratch.git({"add", "-A"});
    scratch.commit(name);
  }
  const Changes changes = scratch.open().changes_of_push(Edits::CommittedOnly).value();
  EXPECT_EQ(changes.files, (std::vector<std::string>{"b.txt", "c.txt"}));
  EXPECT_TRUE(changes.base.starts_with("the upstream")) << changes.base;
}

TEST(RepositoryTest, AMessageInAnotherEncodingAndOneOfManyLinesAreRead) {
  Scratch scratch;
  scratch.git({"commit", "-q", "--allow-empty", "-m", "one\n\ntwo\n\nthree"});
  EXPECT_EQ(scratch.open().facts().message, "one\n\ntwo\n\nthree");
  scratch.git(
      {"-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-m", "caf\xe9"});
  EXPECT_EQ(scratch.open().facts().message, "caf\xc3\xa9");
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
