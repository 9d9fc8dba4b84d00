// What sluice needs to know of a git checkout, asked of git. Never writes to it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/world.h"

namespace sluice::app {

struct Signature {
  std::string name;
  std::string email;
  std::string time;  // as GitHub writes it: "2026-05-01T12:00:00+02:00"
};

struct Commit {
  std::string id;  // 40 hex digits
  std::string tree;
  Signature author;
  Signature committer;
  std::string message;
};

struct RepositoryFacts {
  os::Path root;               // of the work tree
  std::string head;            // commit, 40 hex digits
  std::string branch;          // short name; empty when HEAD is detached
  std::string default_branch;  // of origin, else main or master where they exist, else `branch`
  std::string name;            // OWNER/NAME of origin, else "local/<folder>"
  std::string author;          // user.name as git knows it, else "local"
  std::string message;         // of the head commit
  Commit head_commit;
};

// Which files of the work tree take part in a comparison.
enum class Edits { Include, CommittedOnly };

struct Changes {
  std::vector<std::string> files;  // sorted, relative to the root
  std::string base;                // what they were compared with: "origin/main (1a2b3c4)"
  std::string base_commit;         // 40 hex digits, empty when everything is new
};

// One checkout. Thread-safe as its World is.
class Repository {
 public:
  // NotFound outside of a checkout; FailedPrecondition when it has no commit yet.
  static Result<Repository> open(const os::World& world, const os::Path& folder);

  const RepositoryFacts& facts() const { return facts_; }

  // A name or id as git understands it -> commit. NotFound names it.
  Result<std::string> commit_of(const std::string& revision) const;
  // What a push of the current branch would bring: against its upstream where it has one that
  // differs, else against the commit before; everything for a first commit.
  Result<Changes> changes_of_push(Edits edits) const;
  // Against the merge base with the target branch.
  Result<Changes> changes_of_pull_request(const std::string& target, Edits edits) const;
  Result<Changes> changes_between(const std::string& from, const std::string& to) const;
  // What lies between two commits, oldest first; of more than twenty the newest.
  Result<std::vector<Commit>> commits_between(const std::string& from, const std::string& to) const;
  // Content of a file at a commit; NotFound when it is not there.
  Result<std::string> read_at(const std::string& commit, const std::string& path) const;
  // Contents of files that list_at names, by path, with one question to git. Those that are not in
  // the answer (there is too much for one) are left to read_at.
  std::map<std::string, std::string> read_all_at(const std::string& commit,
                                                 const std::vector<std::string>& paths) const;
  Result<std::vector<std::string>> list_at(const std::string& commit,
                                           const std::string& folder) const;

 private:
  Repository(const os::World& world, os::Path root) : world_(world) {
    facts_.root = std::move(root);
  }
  struct GitCall {
    std::vector<std::string> arguments;
    std::string input;
  };
  os::ProcessSpec spec_of(const GitCall& call) const;
  Error failed(const GitCall& call, const os::CapturedRun& run) const;
  Result<std::vector<os::CapturedRun>> git_together(const std::vector<GitCall>& calls) const;
  Result<std::string> git(std::vector<std::string> arguments) const;
  std::optional<std::string> try_git(std::vector<std::string> arguments) const;
  Result<void> load();
  void read_config(std::string_view config);
  Result<Changes> changes_since(const std::string& base, std::string name, Edits edits) const;

  os::World world_;
  RepositoryFacts facts_;
  std::string parent_;    // commit before the head; empty when there is none
  std::string upstream_;  // commit of the branch's upstream; empty when there is none
};

}  // namespace sluice::app
