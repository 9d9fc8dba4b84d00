#include "app/repository.h"

#include <gtest/gtest.h>

#include <atomic>

#include "app/event_payload.h"
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
    spec.env = env_;
    spec.env["PATH"] = "/usr/bin:/bin";
    spec.env["HOME"] = path().string();
    const auto run = world().processes.run(spec);
    ASSERT_TRUE(run.ok() && run->status.ok()) << arguments[0] << run->error_output;
  }
  void commit(const std::string& message) { git({"commit", "-q", "-m", message}); }
  void commit_at(const std::string& message, const std::string& time) {
    env_["GIT_COMMITTER_DATE"] = env_["GIT_AUTHOR_DATE"] = time;
    git({"commit", "-q", "--allow-empty", "-m", message});
  }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(world().files.write(path() / name, text).ok());
  }
  os::World world() { return world_.world(); }
  os::Path path() const { return folder_.path(); }
  Repository open() { return Repository::open(world(), path()).value(); }

 private:
  os::TestWorld world_;
  os::TemporaryDirectory folder_;
  std::map<std::string, std::string> env_;
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

TriggerRequest request_of(const std::string& event) {
  TriggerRequest request;
  request.event = event;
  return request;
}

std::string at(const pipeline::TriggerEvent& event, std::vector<std::string_view> path) {
  return text_at(event.payload, path);
}

TEST(TriggerTest, APushHasItsCommitsWithAuthorAndTime) {
  Scratch scratch;
  const std::string first = scratch.open().facts().head;
  scratch.git({"update-ref", "refs/remotes/origin/main", "HEAD"});
  scratch.git({"config", "branch.main.remote", "origin"});
  scratch.git({"config", "branch.main.merge", "refs/heads/main"});
  scratch.git({"remote", "add", "origin", "git@example.org:shop/demand.git"});
  scratch.commit_at("second\n\nbody", "2026-05-01T12:00:00+0230");
  scratch.commit_at("third", "2026-05-02T00:10:00-0700");
  const Repository repository = scratch.open();
  const auto event = make_trigger(repository, request_of("push")).value();
  const JsonArray& commits = event.payload.at("commits").get_array();
  ASSERT_EQ(commits.size(), 2u);
  EXPECT_EQ(commits[0].at("message").as_string(), "second\n\nbody");
  EXPECT_EQ(commits[0].at("timestamp").as_string(), "2026-05-01T12:00:00+02:30");
  EXPECT_EQ(to_canonical_text(commits[1]), to_canonical_text(event.payload.at("head_commit")));
  EXPECT_EQ(at(event, {"head_commit", "author", "name"}), "Ana");
  EXPECT_EQ(at(event, {"head_commit", "author", "email"}), "a@b");
  EXPECT_EQ(at(event, {"head_commit", "timestamp"}), "2026-05-02T00:10:00-07:00");
  EXPECT_EQ(at(event, {"before"}), first);
  EXPECT_EQ(at(event, {"compare"}), "https://github.com/shop/demand/compare/" +
                                        first.substr(0, 12) + "..." + event.sha.substr(0, 12));
  EXPECT_EQ(event.payload.at("created"), Json(false));
  EXPECT_EQ(event.payload.at("deleted"), Json(false));
  EXPECT_FALSE(at(event, {"pusher", "name"}).empty());
  EXPECT_EQ(event.commit_message, "third");
}

TEST(TriggerTest, APullRequestComesFromTheRepositoryUnlessAForkIsNamed) {
  Scratch scratch;
  scratch.git({"remote", "add", "origin", "git@example.org:shop/demand.git"});
  scratch.git({"checkout", "-q", "-b", "topic"});
  TriggerRequest request = request_of("pull_request");
  request.labels = {"ready", "big"};
  request.draft = true;
  request.action = "labeled";
  const auto own = make_trigger(scratch.open(), request).value();
  const Json& pull = own.payload.at("pull_request");
  EXPECT_EQ(at(own, {"pull_request", "head", "repo", "full_name"}), "shop/demand");
  EXPECT_EQ(at(own, {"pull_request", "base", "repo", "full_name"}), "shop/demand");
  EXPECT_EQ(pull.at("head").at("repo").at("fork"), Json(false));
  EXPECT_EQ(pull.at("draft"), Json(true));
  EXPECT_EQ(pull.at("merged"), Json(false));
  EXPECT_EQ(pull.at("labels").at(1).at("name"), Json("big"));
  EXPECT_EQ(at(own, {"label", "name"}), "big");
  EXPECT_FALSE(at(own, {"pull_request", "user", "login"}).empty());
  request.fork = "bo/demand";
  const auto fork = make_trigger(scratch.open(), request).value();
  EXPECT_EQ(at(fork, {"pull_request", "head", "repo", "full_name"}), "bo/demand");
  EXPECT_EQ(fork.payload.at("pull_request").at("head").at("repo").at("fork"), Json(true));
  EXPECT_EQ(at(fork, {"pull_request", "base", "repo", "full_name"}), "shop/demand");
  pipeline::RunValues values;
  values.secrets = {{"KEY", "1"}, {"GITHUB_TOKEN", "2"}};
  EXPECT_TRUE(withhold_secrets(own, values).empty());
  EXPECT_EQ(withhold_secrets(fork, values), std::vector<std::string>{"KEY"});
  EXPECT_EQ(values.secrets.size(), 1u);
}

TEST(TriggerTest, EveryEventOfTheSchemaCanBeMade) {
  Scratch scratch;
  const Repository repository = scratch.open();
  for (const std::string& name : known_events()) {
    TriggerRequest request = request_of(name);
    request.payload = JsonObject{{"more", 1}};
    if (name == "repository_dispatch") request.action = "go";
    if (name == "workflow_run") request.ended_run.emplace().workflow = "CI";
    const auto event = make_trigger(repository, request);
    ASSERT_TRUE(event.ok()) << name << ": " << event.error().describe();
    EXPECT_EQ(event->name, name == "tag" ? "push" : name);
    EXPECT_TRUE(event->ref.starts_with("refs/")) << name << ": " << event->ref;
    EXPECT_EQ(event->payload.at("more"), Json(1)) << name;
    EXPECT_TRUE(event->payload.at("repository").is_object()) << name;
  }
}

struct PayloadRow {
  const char* event;
  const char* payload;
  const char* ref;
  const char* action;
  std::vector<std::string_view> path;
  const char* text;
};

TEST(TriggerTest, ADocumentDecidesRefAndActivityAndIsCompleted) {
  Scratch scratch;
  scratch.git({"branch", "rel"});
  const Repository repository = scratch.open();
  const PayloadRow rows[] = {
      {"release",
       R"({"action":"created","release":{"tag_name":"v9"}})",
       "refs/tags/v9",
       "created",
       {"release", "author", "type"},
       "User"},
      {"release",
       "{}",
       "refs/tags/v0.0.0-local",
       "published",
       {"release", "tag_name"},
       "v0.0.0-local"},
      {"pull_request",
       R"({"number":5,"action":"opened","pull_request":{"base":{"ref":"rel"},"title":"T"}})",
       "refs/pull/5/merge",
       "opened",
       {"pull_request", "base", "repo", "full_name"},
       ""},
      {"pull_request_target",
       R"({"pull_request":{"base":{"ref":"rel"}}})",
       "refs/heads/rel",
       "synchronize",
       {"pull_request", "base", "ref"},
       "rel"},
      {"push", R"({"ref":"refs/heads/rel"})", "refs/heads/rel", "", {"ref"}, "refs/heads/rel"},
      {"issues", R"({"action":"labeled"})", "refs/heads/main", "labeled", {"action"}, "labeled"},
      {"repository_dispatch",
       R"({"action":"go","client_payload":{"a":"b"}})",
       "refs/heads/main",
       "go",
       {"client_payload", "a"},
       "b"},
      {"workflow_run",
       R"({"workflow_run":{"name":"CI"}})",
       "refs/heads/main",
       "completed",
       {"workflow_run", "name"},
       "CI"},
      {"merge_group",
       "{}",
       nullptr,
       "checks_requested",
       {"merge_group", "base_ref"},
       "refs/heads/main"},
      {"create", R"({"ref":"v1","ref_type":"tag"})", "refs/tags/v1", "", {"ref_type"}, "tag"},
  };
  for (const PayloadRow& row : rows) {
    TriggerRequest request = request_of(row.event);
    request.payload = parse_json(row.payload).value();
    const auto event = make_trigger(repository, request);
    ASSERT_TRUE(event.ok()) << row.event << ": " << event.error().describe();
    if (row.ref != nullptr) {
      EXPECT_EQ(event->ref, row.ref) << row.event;
    }
    EXPECT_EQ(event->action, row.action) << row.event;
    EXPECT_EQ(at(*event, {"action"}), row.action) << row.event;
    const std::string text = *row.text != 0 ? row.text : repository.facts().name;
    EXPECT_EQ(at(*event, row.path), text) << row.event;
  }
}

TEST(TriggerTest, OfADefaultBranchOnlyEventTheBranchIsThatOneUnlessNamed) {
  Scratch scratch;
  scratch.git({"checkout", "-q", "-b", "topic"});
  TriggerRequest request = request_of("schedule");
  request.cron = "0 0 * * *";
  const auto nightly = make_trigger(scratch.open(), request).value();
  EXPECT_EQ(nightly.ref, "refs/heads/main");
  EXPECT_EQ(at(nightly, {"schedule"}), "0 0 * * *");
  request.branch = "topic";
  EXPECT_EQ(make_trigger(scratch.open(), request)->ref, "refs/heads/topic");
}

TEST(TriggerTest, OptionsThatTheEventDoesNotTakeAndWhatItLacksAreRefused) {
  Scratch scratch;
  const Repository repository = scratch.open();
  const auto refused = [&](const TriggerRequest& request) {
    const auto event = make_trigger(repository, request);
    return event.ok() ? std::string("made") : event.error().message();
  };
  TriggerRequest request = request_of("push");
  request.inputs = {{"zz", "1"}};
  EXPECT_NE(refused(request).find("--input is for the events workflow_dispatch"),
            std::string::npos);
  request = request_of("push");
  request.cron = "0 0 * * *";
  EXPECT_NE(refused(request).find("--cron is for the events schedule; 'push'"), std::string::npos);
  EXPECT_NE(refused(request_of("repository_dispatch")).find("--type NAME"), std::string::npos);
  EXPECT_NE(refused(request_of("workflow_run")).find("--of RUN"), std::string::npos);
}

}  // namespace
}  // namespace sluice::app
