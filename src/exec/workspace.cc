#include "exec/workspace.h"

#include <algorithm>

#include "base/ids.h"
#include "base/strings.h"
#include "exec/git.h"

namespace sluice::exec {
namespace {

constexpr std::string_view kSubmoduleMode = "160000";
// A run on this machine must change neither the user's repository nor, by surprise, the one that it
// was cloned from.
constexpr std::string_view kNoPush = "no-push://from-a-sluice-workspace";

std::vector<std::string> sorted_unique(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

// `git diff --raw -z`: ":old_mode new_mode old_hash new_hash status" NUL path NUL …
void read_raw_diff(std::string_view diff, Snapshot& snapshot) {
  const std::vector<std::string_view> parts = split(diff, '\0');
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
    const std::vector<std::string_view> facts = split(parts[i], ' ');
    if (facts.size() < 5) continue;
    const std::string path(parts[i + 1]);
    if (facts[0].ends_with(kSubmoduleMode) || facts[1] == kSubmoduleMode)
      snapshot.submodules.push_back(path);
    else if (facts[4] == "D")
      snapshot.deleted.push_back(path);
    else
      snapshot.changed.push_back(path);
  }
}

void read_untracked(std::string_view list, Snapshot& snapshot) {
  for (const std::string_view path : split(list, '\0')) {
    if (path.empty()) continue;
    if (path.ends_with('/'))  // a repository inside the repository
      snapshot.submodules.emplace_back(path.substr(0, path.size() - 1));
    else
      snapshot.changed.emplace_back(path);
  }
}

Result<Snapshot> list_differences(const Git& git, const os::Path& repository) {
  const GitRun places = TRY(git.try_run(GitSettings::OfUser, repository,
                                        {"rev-parse", "--show-toplevel", "--verify", "HEAD"}));
  if (!places.status.ok())
    return failed_precondition(cat("the repository ", repository.string(),
                                   " has no commit yet: commit once, then run again"));
  const os::Path top(places.output.substr(0, places.output.find('\n')));
  Snapshot snapshot;
  const auto lists = TRY(git.run_together(GitSettings::OfUser, top,
                                          {{"diff", "--raw", "-z", "--no-renames", "--no-ext-diff",
                                            "--no-textconv", "--abbrev=40", "HEAD", "--"},
                                           {"ls-files", "-z", "--others", "--exclude-standard"}}));
  read_raw_diff(lists[0], snapshot);
  read_untracked(lists[1], snapshot);
  snapshot.folder = top;
  snapshot.changed = sorted_unique(std::move(snapshot.changed));
  snapshot.submodules = sorted_unique(std::move(snapshot.submodules));
  return snapshot;
}

// A file or link as it is; what is neither (a socket, a pipe) is left out.
Result<void> copy_entry(os::Files& files, const os::Path& from, const os::Path& to) {
  const os::FileInfo info = TRY(files.stat(from));
  if (info.kind != os::FileKind::Regular && info.kind != os::FileKind::Symlink) return success();
  TRY(files.make_directories(to.parent_path()));
  if (info.kind == os::FileKind::Symlink) return files.symlink(TRY(files.read_link(from)), to);
  return files.copy(from, to);
}

Result<void> copy_changed(os::Files& files, const os::Path& top, const os::Path& folder,
                          Snapshot& snapshot, const CancellationToken& cancel) {
  std::vector<std::string> copied;
  for (const std::string& path : snapshot.changed) {
    if (cancel.cancelled()) return Error(ErrorCode::Cancelled, "copying the working tree");
    const Result<void> done = copy_entry(files, top / path, folder / "files" / path);
    if (done.ok())
      copied.push_back(path);
    else if (done.error().code() == ErrorCode::NotFound)
      snapshot.deleted.push_back(path);  // went while we were looking
    else
      return done;
  }
  snapshot.changed = std::move(copied);
  snapshot.deleted = sorted_unique(std::move(snapshot.deleted));
  return success();
}

Result<void> write_deleted(os::Files& files, const Snapshot& snapshot, const os::Path& folder) {
  std::string text;
  for (const std::string& path : snapshot.deleted) {
    text += path;
    text += '\0';
  }
  return files.write(folder / "deleted", text);
}

// Lays one folder of the snapshot over a folder of the checkout.
Result<void> lay_over(os::Files& files, const os::Path& from, const os::Path& to) {
  for (const os::DirectoryEntry& entry : TRY(files.list(from))) {
    const os::Path source = from / entry.name;
    const os::Path target = to / entry.name;
    const Result<os::FileInfo> there = files.stat(target);
    const bool folder = entry.kind == os::FileKind::Directory;
    if (there.ok() && (!folder || there.value().kind != os::FileKind::Directory))
      TRY(files.remove_all(target));
    if (folder) {
      TRY(files.make_directories(target));
      TRY(lay_over(files, source, target));
    } else {
      TRY(copy_entry(files, source, target));
    }
  }
  return success();
}

Result<void> empty_folder(os::Files& files, const os::Path& folder) {
  TRY(files.make_directories(folder));
  for (const os::DirectoryEntry& entry : TRY(files.list(folder)))
    TRY(files.remove_all(folder / entry.name));
  return success();
}

Result<std::string> resolve_revision(const Git& git, const CloneRequest& request) {
  const auto resolve = [&](const std::string& name) {
    return git.try_run(GitSettings::None, request.destination,
                       {"rev-parse", "-q", "--verify", cat(name, "^{commit}")});
  };
  if (!request.revision.starts_with('-')) {
    for (const char* prefix : {"", "refs/remotes/origin/", "refs/tags/"}) {
      const GitRun run = TRY(resolve(prefix + request.revision));
      if (run.status.ok()) return std::string(trim(run.output));
    }
  }
  const GitRun any = TRY(
      git.try_run(GitSettings::None, request.repository, {"rev-parse", "-q", "--verify", "HEAD"}));
  const GitRun shallow = TRY(
      git.try_run(GitSettings::None, request.repository, {"rev-parse", "--is-shallow-repository"}));
  std::string why = any.status.ok() ? "" : " (it has no commit yet)";
  if (trim(shallow.output) == "true") why = " (it is a shallow clone: git fetch --unshallow)";
  return failed_precondition(cat("the repository ", request.repository.string(),
                                 " has no revision '", request.revision, "'", why));
}

// `origin` as the user's repository knows it.
Result<void> set_remote(const Git& git, const CloneRequest& request) {
  const GitRun url = TRY(
      git.try_run(GitSettings::None, request.repository, {"config", "--get", "remote.origin.url"}));
  const std::string origin =
      url.status.ok() ? std::string(trim(url.output)) : "no-remote://the-repository-has-none";
  TRY(git.run(GitSettings::None, request.destination, {"config", "remote.origin.url", origin}));
  return success();
}

Result<std::string> clone_into(const os::World& world, const CloneRequest& request,
                               const CancellationToken& cancel) {
  const Git git(world, cancel);
  // Without --local git hard-links where it can and copies where it cannot.
  TRY(git.run(GitSettings::None, request.destination,
              {"clone", "-q", "--no-checkout", "--template=", "-c",
               cat("remote.origin.pushurl=", kNoPush), request.repository.string(), "."}));
  const std::string commit = TRY(resolve_revision(git, request));
  TRY(set_remote(git, request));
  std::vector<std::string> checkout{"checkout", "-q", "--force"};
  if (request.branch.empty())
    checkout.push_back("--detach");
  else
    checkout.insert(checkout.end(), {"-B", request.branch});
  checkout.push_back(commit);
  TRY(git.run(GitSettings::None, request.destination, checkout));
  return commit;
}

Result<void> move_entries(os::Files& files, const os::Path& from, const os::Path& to) {
  for (const os::DirectoryEntry& entry : TRY(files.list(from)))
    TRY(files.rename(from / entry.name, to / entry.name));
  return success();
}

os::Path unique_folder(const os::World& world, const os::Path& parent) {
  std::array<std::uint8_t, 10> random{};
  world.random.fill(random);
  return parent / cat("clone-", make_sortable_id(world.clock.now(), random));
}

}  // namespace

Result<Snapshot> capture_snapshot(const os::World& world, const os::Path& repository,
                                  const os::Path& folder, const CancellationToken& cancel) {
  const Git git(world, cancel);
  Snapshot snapshot = TRY(list_differences(git, repository));
  const os::Path top = std::exchange(snapshot.folder, {});
  if (snapshot.changed.empty() && snapshot.deleted.empty()) return snapshot;
  const os::Path partial = folder.string() + ".partial";
  TRY(world.files.remove_all(partial));
  TRY(world.files.make_directories(partial / "files"));
  Result<void> captured = copy_changed(world.files, top, partial, snapshot, cancel);
  if (captured.ok()) captured = write_deleted(world.files, snapshot, partial);
  if (captured.ok()) captured = world.files.rename(partial, folder);
  if (!captured.ok()) {
    (void)world.files.remove_all(partial);
    return std::move(captured).error().with_context("capture the edits of the working tree");
  }
  snapshot.folder = folder;
  return snapshot;
}

Result<void> apply_snapshot(const os::World& world, const os::Path& snapshot,
                            const os::Path& destination) {
  const std::string deleted = TRY(world.files.read(snapshot / "deleted"));
  for (const std::string_view path : split(deleted, '\0'))
    if (!path.empty()) TRY(world.files.remove_all(destination / path));
  return lay_over(world.files, snapshot / "files", destination);
}

Result<std::string> clone_at(const os::World& world, const CloneRequest& request,
                             const CancellationToken& cancel) {
  CloneRequest own = request;
  own.destination = unique_folder(world, request.scratch);
  TRY(world.files.make_directories(own.destination));
  Result<std::string> commit = clone_into(world, own, cancel);
  Result<void> moved = success();
  if (commit.ok()) moved = empty_folder(world.files, request.destination);
  if (commit.ok() && moved.ok())
    moved = move_entries(world.files, own.destination, request.destination);
  const Result<void> removed = world.files.remove_all(own.destination);
  if (!commit.ok()) return commit;
  TRY(moved);
  TRY(removed);
  return commit;
}

}  // namespace sluice::exec
