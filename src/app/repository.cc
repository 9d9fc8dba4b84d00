#include "app/repository.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "base/strings.h"
#include "os/run_together.h"
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

struct GitObject {
  std::string id;
  std::string text;
};

// What `git cat-file --batch` says of each name it was asked for, in that order; nullopt for one
// that it does not know. It ends early at some names (@{upstream} where there is none).
std::vector<std::optional<GitObject>> read_batch(std::string_view said, std::size_t asked) {
  std::vector<std::optional<GitObject>> objects;
  while (!said.empty()) {
    const std::string_view line = said.substr(0, said.find('\n'));
    said.remove_prefix(std::min(line.size() + 1, said.size()));
    const std::vector<std::string_view> words = split(line, ' ');
    if (words.size() != 3) {
      objects.push_back(std::nullopt);
      continue;
    }
    std::size_t size = 0;
    std::from_chars(words[2].data(), words[2].data() + words[2].size(), size);
    size = std::min(size, said.size());
    objects.push_back(GitObject{std::string(words[0]), std::string(said.substr(0, size))});
    said.remove_prefix(std::min(size + 1, said.size()));
  }
  objects.resize(asked);
  return objects;
}

std::string id_of(const std::optional<GitObject>& object) {
  return object ? object->id : std::string();
}

// None where the commit says that it is not in UTF-8: git can convert it.
std::optional<std::string> message_of(std::string_view commit) {
  const std::size_t end_of_headers = std::min(commit.find("\n\n"), commit.size());
  if (commit.substr(0, end_of_headers).find("\nencoding ") != std::string_view::npos) return {};
  return to_valid_utf8(trim(commit.substr(end_of_headers)));
}

std::int64_t number_of(std::string_view digits) {
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// "NAME <EMAIL> SECONDS ZONE" as a commit has it.
Signature signature_of(std::string_view text) {
  Signature signature;
  const std::size_t open = text.rfind(" <");
  const std::size_t close = text.rfind("> ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return signature;
  signature.name = to_valid_utf8(text.substr(0, open));
  signature.email = to_valid_utf8(text.substr(open + 2, close - open - 2));
  const std::vector<std::string_view> time = split(text.substr(close + 2), ' ');
  if (time.size() != 2 || time[1].size() != 5) return signature;
  const std::string_view zone = time[1];  // "+0200"
  const std::chrono::minutes ahead(60 * number_of(zone.substr(1, 2)) +
                                   number_of(zone.substr(3, 2)));
  const Timestamp utc{std::chrono::seconds(number_of(time[0]))};
  const std::string local = to_rfc3339(zone[0] == '-' ? utc - ahead : utc + ahead);
  signature.time = cat(local.substr(0, local.size() - 1), zone.substr(0, 3), ":", zone.substr(3));
  return signature;
}

// The text of a commit object, but for its message.
Commit header_of(std::string_view text) {
  Commit commit;
  for (const std::string_view line : split_lines(text.substr(0, text.find("\n\n")))) {
    if (line.starts_with("tree ")) commit.tree = line.substr(5);
    if (line.starts_with("author ")) commit.author = signature_of(line.substr(7));
    if (line.starts_with("committer ")) commit.committer = signature_of(line.substr(10));
  }
  return commit;
}

std::string without_prefix(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? std::string(text.substr(prefix.size())) : std::string();
}

struct LocalBranches {
  bool has_main = false;
  bool has_master = false;
};

std::string likely_default(const std::string& current, LocalBranches local) {
  if (current == "main" || current == "master") return current;
  if (local.has_main) return "main";
  if (local.has_master) return "master";
  return current.empty() ? "main" : current;
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

os::ProcessSpec Repository::spec_of(const GitCall& call) const {
  os::ProcessSpec spec;
  spec.argv = {"git", "-C", facts_.root.string()};
  spec.argv.insert(spec.argv.end(), call.arguments.begin(), call.arguments.end());
  spec.standard_input = call.input;
  spec.env = world_.environment.all();
  spec.env["GIT_OPTIONAL_LOCKS"] = "0";
  spec.env["LC_ALL"] = "C";
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}) spec.env.erase(name);
  return spec;
}

Error Repository::failed(const GitCall& call, const os::CapturedRun& run) const {
  return failed_precondition(cat("git ", join(call.arguments, " "), " in ", facts_.root.string(),
                                 ": ", trim(run.error_output)));
}

Result<std::vector<os::CapturedRun>> Repository::git_together(
    const std::vector<GitCall>& calls) const {
  std::vector<os::ProcessSpec> specs;
  for (const GitCall& call : calls) specs.push_back(spec_of(call));
  std::vector<os::CapturedRun> runs;
  for (auto& run : os::run_together(world_.processes, specs)) runs.push_back(TRY(std::move(run)));
  return runs;
}

Result<std::string> Repository::git(std::vector<std::string> arguments) const {
  const GitCall call{std::move(arguments), {}};
  const os::CapturedRun run = TRY(world_.processes.run(spec_of(call)));
  if (!run.status.ok()) return failed(call, run);
  return run.output;
}

std::optional<std::string> Repository::try_git(std::vector<std::string> arguments) const {
  Result<std::string> output = git(std::move(arguments));
  if (!output.ok()) return std::nullopt;
  return std::string(trim(output.value()));
}

// Three processes at once, since each start of git costs about as much as all that is asked here.
Result<void> Repository::load() {
  const GitCall objects{{"cat-file", "--batch"},
                        "HEAD\nHEAD^\nrefs/heads/main\nrefs/heads/master\n@{upstream}\n"};
  const GitCall names{{"rev-parse", "--symbolic-full-name", "HEAD", "refs/remotes/origin/HEAD"},
                      {}};
  const GitCall config{{"config", "--get-regexp", "^(remote\\.origin\\.url|user\\.name)$"}, {}};
  const auto runs = TRY(git_together({objects, names, config}));
  if (runs[0].output.empty()) return failed(objects, runs[0]);
  const auto found = read_batch(runs[0].output, 5);
  if (!found[0])
    return failed_precondition(
        cat(facts_.root.string(), " has no commit yet; commit the pipeline file first"));
  facts_.head = found[0]->id;
  const auto message = message_of(found[0]->text);
  facts_.message = message ? *message : try_git({"log", "-1", "--format=%B"}).value_or("");
  facts_.head_commit = header_of(found[0]->text);
  facts_.head_commit.id = facts_.head;
  facts_.head_commit.message = facts_.message;
  parent_ = id_of(found[1]);
  upstream_ = id_of(found[4]);
  const std::vector<std::string_view> full_names = split_lines(runs[1].output);
  if (!full_names.empty()) facts_.branch = without_prefix(full_names[0], "refs/heads/");
  read_config(runs[2].output);
  if (full_names.size() > 1)
    facts_.default_branch = without_prefix(full_names[1], "refs/remotes/origin/");
  if (facts_.default_branch.empty() || facts_.default_branch == "HEAD")
    facts_.default_branch =
        likely_default(facts_.branch, {found[2].has_value(), found[3].has_value()});
  return success();
}

void Repository::read_config(std::string_view config) {
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
  std::vector<GitCall> calls = {{std::move(diff), {}}};
  if (edits == Edits::Include)
    calls.push_back({{"ls-files", "--others", "--exclude-standard", "-z"}, {}});
  const auto runs = TRY(git_together(calls));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i].status.ok()) return failed(calls[i], runs[i]);
    for (std::string& file : split_null(runs[i].output)) changes.files.push_back(std::move(file));
  }
  std::sort(changes.files.begin(), changes.files.end());
  changes.files.erase(std::unique(changes.files.begin(), changes.files.end()), changes.files.end());
  return changes;
}

Result<Changes> Repository::changes_of_push(Edits edits) const {
  if (!upstream_.empty() && upstream_ != facts_.head) {
    const auto base = try_git({"merge-base", "HEAD", upstream_});
    if (base) return changes_since(*base, cat("the upstream (", short_commit(*base), ")"), edits);
  }
  if (!parent_.empty())
    return changes_since(parent_, cat("the commit before (", short_commit(parent_), ")"), edits);
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

Result<std::vector<Commit>> Repository::commits_between(const std::string& from,
                                                        const std::string& to) const {
  if (from == parent_ && to == facts_.head) return std::vector<Commit>{facts_.head_commit};
  const std::string log =
      TRY(git({"log", "-z", "--reverse", "-n", "20", "--encoding=UTF-8",
               "--format=%H%n%T%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B", cat(from, "..", to), "--"}));
  constexpr std::size_t kHeaders = 8;
  std::vector<Commit> commits;
  for (const std::string& entry : split_null(log)) {
    std::string_view rest = entry;
    std::vector<std::string> line;
    while (line.size() < kHeaders && !rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      line.push_back(to_valid_utf8(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (line.size() < kHeaders) continue;
    commits.push_back({line[0],
                       line[1],
                       {line[2], line[3], line[4]},
                       {line[5], line[6], line[7]},
                       to_valid_utf8(trim(rest))});
  }
  return commits;
}

Result<std::string> Repository::read_at(const std::string& commit, const std::string& path) const {
  Result<std::string> text = git({"cat-file", "blob", cat(commit, ":", path)});
  if (!text.ok()) return not_found(cat(path, " is not in commit ", short_commit(commit)));
  return text;
}

std::map<std::string, std::string> Repository::read_all_at(
    const std::string& commit, const std::vector<std::string>& paths) const {
  GitCall call{{"cat-file", "--batch"}, {}};
  for (const std::string& path : paths) {
    if (path.find('\n') != std::string::npos) return {};
    call.input += cat(commit, ":", path, "\n");
  }
  std::map<std::string, std::string> texts;
  const Result<os::CapturedRun> run = world_.processes.run(spec_of(call));
  if (!run.ok() || !run->status.ok()) return texts;
  auto objects = read_batch(run->output, paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (objects[i]) texts[paths[i]] = std::move(objects[i]->text);
  return texts;
}

Result<std::vector<std::string>> Repository::list_at(const std::string& commit,
                                                     const std::string& folder) const {
  return split_null(TRY(git({"ls-tree", "-z", "--name-only", commit, cat(folder, "/")})));
}

}  // namespace sluice::app
