#include "app/repository.h"

#include <algorithm>

#include "base/strings.h"
#include "store/home.h"

namespace sluice::app {
namespace {

// "git@host:owner/name.git" and "https://host/owner/name" -> "owner/name".
std::string name_of_remote(std::string_view url) {
  if (url.ends_with(".git")) url.remove_suffix(4);
  while (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t last = url.find_last_of('/');
  if (last == std::string_view::npos) return {};
  const std::size_t before = url.find_last_of("/:", last - 1);
  if (before == std::string_view::npos || before + 1 == last) return {};
  return std::string(url.substr(before + 1));
}

std::vector<std::string> split_null(std::string_view text) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(text, '\0'))
    if (!part.empty()) parts.emplace_back(part);
  return parts;
}

std::string short_commit(std::string_view commit) {
  return std::string(commit.substr(0, 7));
}

}  // namespace

Result<Repository> Repository::open(const os::World& world, const os::Path& folder) {
  const auto checkout = TRY(store::find_checkout(world.files, folder));
  if (!checkout)
    return not_found(cat(folder.string(),
                         " is not inside a git repository; `git init` and commit the pipeline "
                         "first"));
  Repository repository(world, checkout->root);
  TRY(repository.load());
  return repository;
}

Result<std::string> Repository::git(std::vector<std::string> arguments) const {
  os::ProcessSpec spec;
  spec.argv = {"git", "-C", facts_.root.string()};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.env = world_.environment.all();
  spec.env["GIT_OPTIONAL_LOCKS"] = "0";
  spec.env["LC_ALL"] = "C";
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}) spec.env.erase(name);
  const os::CapturedRun run = TRY(world_.processes.run(spec));
  if (!run.status.ok())
    return failed_precondition(cat("git ", join(arguments, " "), " in ", facts_.root.string(), ": ",
                                   trim(run.error_output)));
  return run.output;
}

std::optional<std::string> Repository::try_git(std::vector<std::string> arguments) const {
  Result<std::string> output = git(std::move(arguments));
  if (!output.ok()) return std::nullopt;
  return std::string(trim(output.value()));
}

Result<void> Repository::load() {
  const auto head = try_git({"log", "-1", "--format=%H%x00%D%x00%B"});
  if (!head)
    return failed_precondition(
        cat(facts_.root.string(), " has no commit yet; commit the pipeline file first"));
  const std::vector<std::string_view> parts = split(*head, '\0');
  CHECK(parts.size() >= 3);
  facts_.head = parts[0];
  facts_.message = trim(parts[2]);
  facts_.branch = try_git({"symbolic-ref", "--quiet", "--short", "HEAD"}).value_or("");
  const std::string config =
      try_git({"config", "--get-regexp", "^(remote\\.origin\\.url|user\\.name)$"}).value_or("");
  for (const std::string_view line : split_lines(config)) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    if (line.starts_with("user.name"))
      facts_.author = line.substr(space + 1);
    else
      facts_.name = name_of_remote(line.substr(space + 1));
  }
  if (facts_.author.empty()) facts_.author = "local";
  if (facts_.name.empty()) facts_.name = cat("local/", facts_.root.filename().string());
  facts_.default_branch = find_default_branch();
  return success();
}

std::string Repository::find_default_branch() const {
  const auto remote = try_git({"symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"});
  if (remote && remote->starts_with("origin/")) return remote->substr(7);
  if (facts_.branch == "main" || facts_.branch == "master") return facts_.branch;
  for (const char* name : {"main", "master"})
    if (try_git({"show-ref", "--verify", "--quiet", cat("refs/heads/", name)})) return name;
  return facts_.branch.empty() ? "main" : facts_.branch;
}

Result<std::string> Repository::commit_of(const std::string& revision) const {
  const auto commit =
      try_git({"rev-parse", "--verify", "--quiet", "--end-of-options", cat(revision, "^{commit}")});
  if (!commit) return not_found(cat("git knows no commit '", revision, "'"));
  return *commit;
}

Result<Changes> Repository::changes_since(const std::string& base, std::string name,
                                          Edits edits) const {
  Changes changes;
  changes.base = std::move(name);
  changes.base_commit = base;
  std::vector<std::string> diff = {"diff", "--name-only", "--no-renames", "-z", base};
  if (edits == Edits::CommittedOnly) diff.push_back("HEAD");
  diff.push_back("--");
  changes.files = split_null(TRY(git(diff)));
  if (edits == Edits::Include) {
    const auto added = split_null(TRY(git({"ls-files", "--others", "--exclude-standard", "-z"})));
    changes.files.insert(changes.files.end(), added.begin(), added.end());
  }
  std::sort(changes.files.begin(), changes.files.end());
  changes.files.erase(std::unique(changes.files.begin(), changes.files.end()), changes.files.end());
  return changes;
}

Result<Changes> Repository::changes_of_push(Edits edits) const {
  const auto upstream = try_git({"rev-parse", "--verify", "--quiet", "@{upstream}"});
  if (upstream && *upstream != facts_.head) {
    const auto base = try_git({"merge-base", "HEAD", *upstream});
    if (base) return changes_since(*base, cat("the upstream (", short_commit(*base), ")"), edits);
  }
  if (const auto parent = try_git({"rev-parse", "--verify", "--quiet", "HEAD^"}))
    return changes_since(*parent, cat("the commit before (", short_commit(*parent), ")"), edits);
  constexpr const char* kEmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  Changes changes = TRY(changes_since(kEmptyTree, "nothing: this is the first commit", edits));
  changes.base_commit.clear();
  return changes;
}

Result<Changes> Repository::changes_of_pull_request(const std::string& target, Edits edits) const {
  for (const std::string& name : {cat("origin/", target), target}) {
    const auto base = try_git({"merge-base", "HEAD", name});
    if (base) return changes_since(*base, cat(name, " (", short_commit(*base), ")"), edits);
  }
  return not_found(cat("there is no branch '", target,
                       "' to compare the pull request with; name one with --base"));
}

Result<Changes> Repository::changes_between(const std::string& from, const std::string& to) const {
  Changes changes;
  changes.base_commit = TRY(commit_of(from));
  changes.base = cat(from, " (", short_commit(changes.base_commit), ")");
  const std::string tip = TRY(commit_of(to));
  changes.files = split_null(
      TRY(git({"diff", "--name-only", "--no-renames", "-z", changes.base_commit, tip, "--"})));
  return changes;
}

Result<std::string> Repository::read_at(const std::string& commit, const std::string& path) const {
  Result<std::string> text = git({"cat-file", "blob", cat(commit, ":", path)});
  if (!text.ok()) return not_found(cat(path, " is not in commit ", short_commit(commit)));
  return text;
}

Result<std::vector<std::string>> Repository::list_at(const std::string& commit,
                                                     const std::string& folder) const {
  return split_null(TRY(git({"ls-tree", "-z", "--name-only", commit, cat(folder, "/")})));
}

}  // namespace sluice::app
